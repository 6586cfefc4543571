import { exitCodes, type ExitCode } from './exit-codes.ts';
import { UsageError } from './usage-error.ts';

/** An error as a person and a script are told of it. */
export interface Fault {
  readonly exitCode: ExitCode;
  /** Stable; scripts match on it. */
  readonly code: string;
  readonly message: string;
  /** What to do about it, where that is known. */
  readonly nextStep?: string | undefined;
}

/** Puts any error into one of the documented exit codes. Loads the clients' error classes only when it is needed. */
export async function faultOf(error: unknown): Promise<Fault> {
  if (error instanceof UsageError) {
    return { exitCode: exitCodes.usage, code: error.code, message: error.message };
  }
  return (
    (await ownFault(error)) ??
    (await atlasFault(error)) ??
    (await storageFault(error)) ??
    (await temporalFault(error)) ??
    unexpected(error)
  );
}

async function ownFault(error: unknown): Promise<Fault | undefined> {
  const { ExportError, InvalidExportRequestError } = await import('../client.ts');
  const { SettingsError } = await import('../config.ts');
  if (error instanceof SettingsError || error instanceof InvalidExportRequestError) {
    return { exitCode: exitCodes.usage, code: error.code, message: error.message };
  }
  if (!(error instanceof ExportError)) return undefined;
  return {
    exitCode: exitCodes.exportFailed,
    code: error.code,
    message: error.message,
    nextStep: error.details?.nextStep,
  };
}

async function atlasFault(error: unknown): Promise<Fault | undefined> {
  const { AtlasError } = await import('../atlas/index.ts');
  if (!(error instanceof AtlasError)) return undefined;
  const { code, message } = error;
  const named = code === 'ATLAS_NOT_FOUND' || code === 'ATLAS_REJECTED';
  const nextStep =
    code === 'ATLAS_UNAUTHORIZED' || code === 'ATLAS_FORBIDDEN'
      ? 'Check the credential, its project, roles and IP access list: atlas-export doctor.'
      : undefined;
  return { exitCode: named ? exitCodes.usage : exitCodes.atlas, code, message, nextStep };
}

async function storageFault(error: unknown): Promise<Fault | undefined> {
  const { BucketError } = await import('../bucket/index.ts');
  if (!(error instanceof BucketError)) return undefined;
  const { code, message } = error;
  const isSetting = code === 'BUCKET_LOCATION';
  const nextStep = isSetting
    ? 'ATLAS_EXPORT_S3_REGION, ATLAS_EXPORT_S3_ENDPOINT and their like say it: docs/settings.md.'
    : 'This says nothing about the export. What the credential needs: docs/proof.md.';
  return { exitCode: isSetting ? exitCodes.usage : exitCodes.storage, code, message, nextStep };
}

async function temporalFault(error: unknown): Promise<Fault | undefined> {
  const { temporalProblem } = await import('../client.ts');
  const problem = temporalProblem(error);
  if (problem === undefined) return undefined;
  const { code, message } = problem;
  switch (code) {
    case 'EXPORT_NOT_FOUND':
    case 'SCHEDULE_NOT_FOUND':
    case 'SCHEDULE_EXISTS':
    case 'TEMPORAL_REJECTED':
      return { exitCode: exitCodes.usage, code, message };
    case 'NO_WORKER':
      return {
        exitCode: exitCodes.temporal,
        code,
        message: 'No worker answers on the task queue.',
        nextStep: 'Start one (npm run worker). Exports wait for it, and Atlas goes on meanwhile.',
      };
    case 'TEMPORAL_UNREACHABLE':
    case 'TEMPORAL_REFUSED':
    case 'NAMESPACE_NOT_FOUND':
      return {
        exitCode: exitCodes.temporal,
        code,
        message: `Cannot reach Temporal: ${message}`,
        nextStep:
          'Check TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and the rest of TEMPORAL_*: atlas-export doctor.',
      };
  }
}

function unexpected(error: unknown): Fault {
  const message = error instanceof Error ? error.message : String(error);
  return {
    exitCode: exitCodes.unexpected,
    code: 'UNEXPECTED',
    message: message.split('\n')[0] ?? '',
    nextStep: 'Run it again with --verbose to see where it happened.',
  };
}
