import type { ChildProcess } from 'node:child_process';
import { Connection } from '@temporalio/client';
import type { SearchAttributeType } from '@temporalio/common';
import { answersHttp, endProcess, startAnsweringProcess } from './answering-process.ts';
import { freePort } from './free-port.ts';
import type { Report } from './report.ts';
import { findOrBuildTemporalCli } from './temporal-cli.ts';

const answerEveryMs = 100;
const startsMax = 3;

export interface DevServerOptions {
  /** The SQLite file that keeps the server's state between starts. @default none: it is lost on `kill` and `restart` */
  readonly dbFilename?: string;
  /** Whether to serve the Web UI. @default false */
  readonly ui?: boolean;
  /** @default a free port */
  readonly port?: number;
  /** @default a free port */
  readonly uiPort?: number;
  /** Made at the start. @default "default" */
  readonly namespace?: string;
  /** Registered at the start: keys made with `defineSearchAttributeKey`. */
  readonly searchAttributes?: readonly { readonly name: string; readonly type: SearchAttributeType }[];
  /** More arguments for `temporal server start-dev`, for example `['--dynamic-config-value', 'KEY=VALUE']`. */
  readonly extraArgs?: readonly string[];
  /** Told what happens while a server is downloaded or built. @default nothing */
  readonly report?: Report;
}

/** A running Temporal dev server. It dies with this process, however this process ends. */
export interface DevServer {
  /** Host and port of the gRPC service. */
  readonly address: string;
  /** Where a browser finds the Web UI; undefined without `ui`. */
  readonly uiUrl: string | undefined;
  readonly namespace: string;
  /** Of the process that runs now; undefined after `stop` or `kill`. */
  readonly pid: number | undefined;
  /** Ends the server in good order. */
  stop(): Promise<void>;
  /** Ends the server as a crash would. */
  kill(): Promise<void>;
  /** Starts it on the same ports and database; a server that still runs is stopped first. */
  restart(): Promise<void>;
}

/**
 * Starts `temporal server start-dev`, which is found or built first, and returns when it answers for its namespace.
 * @throws Error with the end of the server's own output when it does not come up.
 */
export async function startDevServer(options: DevServerOptions = {}): Promise<DevServer> {
  const cli = await findOrBuildTemporalCli({ report: options.report ?? (() => {}) });
  for (let start = 1; ; start += 1) {
    const place = await choosePlace(options);
    try {
      return await startAt({ cli, options, place });
    } catch (error) {
      // Between the choice of a free port and the server's use of it, another process can take it.
      const lostPort = error instanceof Error && error.message.includes('address already in use');
      if (!lostPort || options.port !== undefined || start === startsMax) throw error;
    }
  }
}

interface Place {
  readonly address: string;
  readonly port: number;
  readonly uiPort: number | undefined;
  readonly namespace: string;
}

async function choosePlace(options: DevServerOptions): Promise<Place> {
  const port = options.port ?? (await freePort());
  return {
    port,
    address: `127.0.0.1:${port}`,
    uiPort: options.ui === true ? (options.uiPort ?? (await freePort())) : undefined,
    namespace: options.namespace ?? 'default',
  };
}

interface Start {
  readonly cli: string;
  readonly options: DevServerOptions;
  readonly place: Place;
}

async function startAt(start: Start): Promise<DevServer> {
  const { place } = start;
  let running: ChildProcess | undefined = await startProcess(start);
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    const ending = running;
    running = undefined;
    if (ending !== undefined) await endProcess(ending, signal);
  };
  return {
    address: place.address,
    uiUrl: place.uiPort === undefined ? undefined : `http://127.0.0.1:${place.uiPort}`,
    namespace: place.namespace,
    get pid() {
      return running?.exitCode === null && running.signalCode === null ? running.pid : undefined;
    },
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    restart: async () => {
      await end('SIGTERM');
      running = await startProcess(start);
    },
  };
}

function startProcess(start: Start): Promise<ChildProcess> {
  const { cli, place } = start;
  return startAnsweringProcess({
    title: `The Temporal dev server at ${place.address}`,
    command: cli,
    arguments: startArguments(start),
    environment: serverEnvironment(process.env),
    answers: async () => (await knowsNamespace(place)) && (await servesUi(place)),
    answerEveryMs,
  });
}

function startArguments({ options, place }: Start): string[] {
  return [
    'server',
    'start-dev',
    '--ip=127.0.0.1',
    `--port=${place.port}`,
    place.uiPort === undefined ? '--headless' : `--ui-port=${place.uiPort}`,
    `--namespace=${place.namespace}`,
    '--log-level=error',
    ...(options.dbFilename === undefined ? [] : [`--db-filename=${options.dbFilename}`]),
    ...(options.searchAttributes ?? []).map(
      ({ name, type }) => `--search-attribute=${name}=${cliType[type]}`,
    ),
    ...(options.extraArgs ?? []),
  ];
}

/** The CLI's names of the SDK's search attribute types. */
const cliType: Record<SearchAttributeType, string> = {
  TEXT: 'Text',
  KEYWORD: 'Keyword',
  INT: 'Int',
  DOUBLE: 'Double',
  BOOL: 'Bool',
  DATETIME: 'Datetime',
  KEYWORD_LIST: 'KeywordList',
};

/** A person's own Temporal settings (address, API key, TLS) are not for this server; and it shall not call home. */
function serverEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(([name]) => !name.startsWith('TEMPORAL_'));
  return { ...Object.fromEntries(kept), TEMPORAL_VERSION_CHECK_DISABLED: '1' };
}

async function knowsNamespace({ address, namespace }: Place): Promise<boolean> {
  try {
    const connection = await Connection.connect({ address, connectTimeout: 1_000 });
    try {
      await connection.withDeadline(Date.now() + 1_000, () =>
        connection.workflowService.describeNamespace({ namespace }),
      );
      return true;
    } finally {
      await connection.close();
    }
  } catch {
    return false;
  }
}

async function servesUi({ uiPort }: Place): Promise<boolean> {
  return uiPort === undefined || answersHttp(`http://127.0.0.1:${uiPort}`, { timeoutMs: 1_000 });
}
