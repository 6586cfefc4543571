import type { LogLevel } from '@temporalio/common';
import { durationMs } from '../contract/duration.ts';
import { taskQueueDefault } from '../contract/names.ts';
import { nearestName } from '../contract/nearest-name.ts';
import { proofSettings } from './proof-settings.ts';
import { parseBoolean, valueOf, type Environment } from './environment.ts';
import { nameSeparator } from './named-variables.ts';
import { ownPrefix, readSetting, setting, type OwnSetting } from './own-setting.ts';
import type { SettingsProblem } from './settings-error.ts';
import { webhookVariables } from './webhook-settings.ts';

const logLevels = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR'] as const satisfies readonly LogLevel[];

const duration = 'a duration such as "30s", "5 minutes" or "1 hour"';

/** The table that the reader below and `docs/settings.md` are made from. */
export const ownSettings = {
  taskQueue: setting<string>({
    name: 'ATLAS_EXPORT_TASK_QUEUE',
    meaning: 'Temporal task queue that the worker listens on.',
    expected: 'a name of 1 to 200 printable characters without spaces, not starting with "__temporal_"',
    fallback: taskQueueDefault,
    parse: (text) => (/^(?!__temporal_)[!-~]{1,200}$/.test(text) ? text : undefined),
  }),
  apiVersion: setting<'v2' | 'v1.0'>({
    name: 'ATLAS_EXPORT_API_VERSION',
    meaning: 'Version of the Atlas Admin API to speak.',
    expected: '"v2" or "v1.0"',
    fallback: 'v2',
    parse: (text) => (text === 'v2' || text === 'v1.0' ? text : undefined),
  }),
  allowHttp: setting<boolean>({
    name: 'ATLAS_EXPORT_ALLOW_HTTP',
    meaning:
      'Whether the base URL and the webhooks may be plain http to another machine. Only for the simulator in a container of its own, or within your own network: a service account’s secret, or what a webhook is told, would cross the network readable.',
    expected: '"true" or "false"',
    fallback: false,
    parse: parseBoolean,
  }),
  httpHost: setting<string>({
    name: 'ATLAS_EXPORT_HTTP_HOST',
    meaning:
      'Address on which health and metrics are served. They need no password, so the default is this machine alone; in a container set 0.0.0.0.',
    expected: 'a host name or an IP address',
    fallback: '127.0.0.1',
    parse: (text) => (/^[\w.:-]{1,253}$/.test(text) ? text : undefined),
  }),
  httpPort: setting<number>({
    name: 'ATLAS_EXPORT_HTTP_PORT',
    meaning: 'Port for health and metrics; 0 takes a free one, which the log then names.',
    expected: 'a whole number from 0 to 65535',
    fallback: 9464,
    parse: wholeNumber({ min: 0, max: 65_535 }),
  }),
  logLevel: setting<LogLevel>({
    name: 'ATLAS_EXPORT_LOG_LEVEL',
    meaning: 'Least severe log line to write.',
    expected: '"trace", "debug", "info", "warn" or "error"',
    fallback: 'INFO',
    fallbackText: 'info',
    parse: (text) => logLevels.find((level) => level === text.toUpperCase()),
  }),
  connectTimeoutMs: setting<number>({
    name: 'ATLAS_EXPORT_CONNECT_TIMEOUT',
    meaning:
      'How long to keep trying to reach the Temporal server and to find the namespace at the start, before ending with exit code 3.',
    expected: duration,
    fallback: 60_000,
    fallbackText: '1 minute',
    parse: durationMs,
  }),
  shutdownGraceMs: setting<number>({
    name: 'ATLAS_EXPORT_SHUTDOWN_GRACE',
    meaning:
      'How long running activities may go on after SIGTERM or SIGINT. Then they are interrupted and handed back to Temporal. Give the container 10 seconds more than this.',
    expected: duration,
    fallback: 30_000,
    fallbackText: '30s',
    parse: durationMs,
  }),
  stickyTimeoutMs: setting<number>({
    name: 'ATLAS_EXPORT_STICKY_TIMEOUT',
    meaning:
      'How long Temporal waits for the worker that has an export in its cache before it gives it to another: the delay that a killed worker causes.',
    expected: duration,
    fallback: 5_000,
    fallbackText: '5s',
    parse: durationMs,
  }),
  cachedWorkflowsMax: setting<number>({
    name: 'ATLAS_EXPORT_MAX_CACHED_WORKFLOWS',
    meaning:
      'Exports and components kept in memory, about 1 MB of Node’s heap each. One that is not in memory is replayed from its history when it goes on.',
    expected: 'a whole number from 0 to 100000',
    fallback: 500,
    parse: wholeNumber({ min: 0, max: 100_000 }),
  }),
  concurrentActivitiesMax: setting<number>({
    name: 'ATLAS_EXPORT_MAX_CONCURRENT_ACTIVITIES',
    meaning: 'Calls of the Atlas API under way at once in this worker.',
    expected: 'a whole number from 1 to 10000',
    fallback: 100,
    parse: wholeNumber({ min: 1, max: 10_000 }),
  }),
  deploymentName: setting<string | undefined>({
    name: 'ATLAS_EXPORT_DEPLOYMENT_NAME',
    meaning:
      'Name of the Temporal Worker Deployment that this worker belongs to, which turns Worker Versioning on: it takes exports only while its build is the current one. See docs/deploying.md.',
    expected: 'a name of 1 to 100 letters, digits, hyphens and underscores, starting with a letter or digit',
    fallback: undefined,
    fallbackText: 'no Worker Versioning',
    parse: (text) => (/^[A-Za-z0-9][\w-]{0,99}$/.test(text) ? text : undefined),
  }),
  buildId: setting<string | undefined>({
    name: 'ATLAS_EXPORT_BUILD_ID',
    meaning:
      'Build id within that deployment, for a tool that hands out its own. Two builds with other workflow code must never share one.',
    expected:
      'a name of 1 to 100 letters, digits, dots, plus signs, hyphens and underscores, starting with a letter or digit',
    fallback: undefined,
    fallbackText: "the release's version and 12 digits of its workflow sources' hash",
    parse: (text) => (/^[A-Za-z0-9][\w.+-]{0,99}$/.test(text) ? text : undefined),
  }),
  taskQueueActivitiesPerSecondMax: setting<number | undefined>({
    name: 'ATLAS_EXPORT_MAX_TASK_QUEUE_ACTIVITIES_PER_SECOND',
    meaning:
      'Activities per second for the whole task queue, kept by the Temporal server however many workers there are. Give every worker the same.',
    expected: 'a number above 0, up to 100000',
    fallback: undefined,
    fallbackText: 'no limit',
    parse: positiveNumber,
  }),
};

/** The values of every `ATLAS_EXPORT_*` setting. */
export interface OwnSettings {
  readonly taskQueue: string;
  readonly apiVersion: 'v2' | 'v1.0';
  readonly allowHttp: boolean;
  readonly httpHost: string;
  readonly httpPort: number;
  readonly logLevel: LogLevel;
  readonly connectTimeoutMs: number;
  readonly shutdownGraceMs: number;
  readonly stickyTimeoutMs: number;
  readonly cachedWorkflowsMax: number;
  readonly concurrentActivitiesMax: number;
  readonly deploymentName: string | undefined;
  readonly buildId: string | undefined;
  readonly taskQueueActivitiesPerSecondMax: number | undefined;
}

/** Reads all of them; what is wrong goes into `problems` and its default into the result. */
export function readOwnSettings(environment: Environment, problems: SettingsProblem[]): OwnSettings {
  const read = <Value>(spec: OwnSetting<Value>): Value => readSetting(environment, spec, problems);
  problems.push(...unknownNameProblems(environment), ...deploymentProblems(environment));
  return {
    taskQueue: read(ownSettings.taskQueue),
    apiVersion: read(ownSettings.apiVersion),
    allowHttp: read(ownSettings.allowHttp),
    httpHost: read(ownSettings.httpHost),
    httpPort: read(ownSettings.httpPort),
    logLevel: read(ownSettings.logLevel),
    connectTimeoutMs: read(ownSettings.connectTimeoutMs),
    shutdownGraceMs: read(ownSettings.shutdownGraceMs),
    stickyTimeoutMs: read(ownSettings.stickyTimeoutMs),
    cachedWorkflowsMax: read(ownSettings.cachedWorkflowsMax),
    concurrentActivitiesMax: read(ownSettings.concurrentActivitiesMax),
    deploymentName: read(ownSettings.deploymentName),
    buildId: read(ownSettings.buildId),
    taskQueueActivitiesPerSecondMax: read(ownSettings.taskQueueActivitiesPerSecondMax),
  };
}

function unknownNameProblems(environment: Environment): SettingsProblem[] {
  const known = [...Object.values(ownSettings), ...Object.values(proofSettings)].map(({ name }) => name);
  const named = Object.values(webhookVariables).map((base) => `${base}${nameSeparator}<NAME>`);
  return Object.keys(environment)
    .filter((name) => name.startsWith(ownPrefix) && !known.includes(name) && !name.includes(nameSeparator))
    .map((name) => ({
      name: name.slice(0, 100),
      wrong: 'is not a setting',
      expected: `a known name, perhaps ${nearestName(name, [...known, ...named]) ?? ''}`,
    }));
}

/** A build id alone would look as if builds were told apart, and they would not be. */
function deploymentProblems(environment: Environment): SettingsProblem[] {
  const { deploymentName, buildId } = ownSettings;
  if (valueOf(environment, buildId.name) === undefined) return [];
  if (valueOf(environment, deploymentName.name) !== undefined) return [];
  return [
    {
      name: deploymentName.name,
      wrong: 'is missing',
      expected: `the deployment that ${buildId.name} belongs to`,
    },
  ];
}

function wholeNumber({ min, max }: { min: number; max: number }): (text: string) => number | undefined {
  return (text) => {
    if (!/^\d{1,9}$/.test(text)) return undefined;
    const value = Number(text);
    return value >= min && value <= max ? value : undefined;
  };
}

function positiveNumber(text: string): number | undefined {
  if (!/^\d{1,6}(\.\d{1,6})?$/.test(text)) return undefined;
  const value = Number(text);
  return value > 0 && value <= 100_000 ? value : undefined;
}
