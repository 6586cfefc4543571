import * as v from 'valibot';
import type { AtlasRequestEvent } from '../../atlas/index.ts';
import { temporalProblem, type Finding } from '../../client.ts';
import { readAtlasClientSettings, SettingsError } from '../../config.ts';
import { withAtlasClient } from '../atlas.ts';
import type { CliContext } from '../context.ts';
import { checkAtlas, type Subject } from '../doctor/atlas-checks.ts';
import { clockFinding } from '../doctor/clock.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import type { Output } from '../output.ts';
import { readOptions, text } from '../read-options.ts';
import { withExportClient } from '../temporal.ts';
import type { VerbCall } from '../verb.ts';

const schema = v.object({
  project: v.optional(v.pipe(v.string(), v.regex(/^[a-f0-9]{24}$/, 'must be 24 hexadecimal digits'))),
  cluster: v.optional(
    v.pipe(v.string(), v.regex(/^[a-zA-Z0-9][a-zA-Z0-9-]{0,63}$/, 'must be letters, digits and hyphens')),
  ),
  snapshot: v.optional(v.string(), 'latest'),
  bucket: text,
  bucketId: text,
  credentials: text,
});

export async function run({ options, context }: VerbCall): Promise<ExitCode> {
  const { project, cluster, snapshot, bucket, bucketId, credentials } = readOptions(schema, options);
  const subject = {
    groupId: project,
    clusterName: cluster,
    snapshotId: snapshot,
    bucketName: bucket,
    bucketId,
  };
  const { output } = context;
  const settings = settingsFindings(context, credentials);
  show(output, settings);
  const temporal = await temporalFindings(context);
  show(output, temporal);
  const atlas = settings.some(isProblem) ? [] : await atlasFindings(context, { subject, credentials });
  show(output, atlas);
  output.document([...settings, ...temporal, ...atlas]);
  if (settings.some(isProblem)) return exitCodes.usage;
  if (temporal.some(isProblem)) return exitCodes.temporal;
  const first = atlas.find(isProblem);
  if (first === undefined) return exitCodes.done;
  return first.check === 'Atlas' ? exitCodes.atlas : exitCodes.exportFailed;
}

function settingsFindings({ environment }: CliContext, credentials: string | undefined): Finding[] {
  try {
    const { atlas } = readAtlasClientSettings(environment, credentials);
    const kind = atlas.credentials.type === 'digest' ? 'an API key' : 'a service account';
    const name = credentials === undefined ? '' : ` of "${credentials}"`;
    return [{ check: 'settings', level: 'ok', message: `${atlas.baseUrl}, with ${kind}${name}` }];
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return error.problems.map(({ name, wrong, expected }) => ({
      check: 'settings',
      level: 'problem',
      message: `${name} ${wrong}`,
      nextStep: `Expected: ${expected}.`,
    }));
  }
}

async function temporalFindings(context: CliContext): Promise<readonly Finding[]> {
  try {
    return await withExportClient(context, (client) => client.check());
  } catch (error) {
    const problem = temporalProblem(error);
    if (problem === undefined && !(error instanceof SettingsError)) throw error;
    const message = problem?.message ?? (error instanceof Error ? error.message : String(error));
    return [
      {
        check: 'Temporal server',
        level: 'problem',
        message,
        nextStep: 'Check TEMPORAL_ADDRESS and the rest of TEMPORAL_*. `atlas-export run` needs no server.',
      },
    ];
  }
}

async function atlasFindings(
  context: CliContext,
  { subject, credentials }: { subject: Subject; credentials: string | undefined },
): Promise<Finding[]> {
  let skewMs: number | undefined;
  const onRequest = ({ dateMs }: AtlasRequestEvent): void => {
    if (dateMs !== undefined) skewMs = Date.now() - dateMs;
  };
  const findings = await withAtlasClient(context, { credentials, onRequest }, (atlas) =>
    checkAtlas(atlas, subject),
  );
  return [...findings, clockFinding(skewMs)];
}

function isProblem({ level }: Finding): boolean {
  return level === 'problem';
}

function show(output: Output, findings: readonly Finding[]): void {
  for (const { level, check, message, nextStep } of findings) {
    output.line(`${level.padEnd(8)} ${check}: ${message.replaceAll(/\s+/g, ' ')}`);
    if (nextStep !== undefined) output.line(`${''.padEnd(8)} → ${nextStep}`);
  }
}
