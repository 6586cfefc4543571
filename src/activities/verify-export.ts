import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { AtlasError, type AtlasClient, type CallOptions } from '../atlas/index.ts';
import { locationText } from '../bucket/index.ts';
import {
  exportRequestIdKey,
  findingsShownMax,
  type CustomDataEntry,
  type ExportJob,
  type VerificationFinding,
} from '../contract/index.ts';
import { countOf, mayOnlyBeLate, type Finding, type VerificationReport } from '../proof/index.ts';
import { verifyJob, type BucketAccess, type VerifiedJob } from '../verification/index.ts';
import { clientFor, type AtlasClients } from './atlas-clients.ts';
import type { CheckedBucket, VerifiedExport, VerifyExportInput } from './verify-export-types.ts';
import { VerificationReporter, contentsOf } from './verification-reporter.ts';

export interface VerifyExportDependencies {
  readonly atlas: AtlasClients;
  /** Absent where the worker is given no bucket. */
  readonly access?: BucketAccess | undefined;
}

/** Texts from outside stand in histories and failures: no key of a bucket is longer than 1,024 bytes. */
const textCharactersMax = 1_100;

const noAccess = 'the worker is given no access to this export bucket (ATLAS_EXPORT_BUCKETS)';

/**
 * One check of an export in its bucket. What keeps it from looking is thrown, told to the workflow, and repeated by
 * Temporal with what was done so far; what it finds is its answer.
 */
export async function verifyExportInBucket(
  dependencies: VerifyExportDependencies,
  input: VerifyExportInput,
): Promise<VerifiedExport> {
  const { cancellationSignal, cancelled } = Context.current();
  const reporter = new VerificationReporter(input.look);
  try {
    return await checked(dependencies, input, reporter);
  } catch (error) {
    if (cancellationSignal.aborted) return await cancelled;
    throw await reporter.failed(error);
  } finally {
    reporter.stop();
  }
}

async function checked(
  { atlas: clients, access }: VerifyExportDependencies,
  input: VerifyExportInput,
  reporter: VerificationReporter,
): Promise<VerifiedExport> {
  const { groupId, clusterName, snapshotId, exportBucketId, exportRequestId, job, level } = input;
  if (access === undefined) return withoutAccess(level, noAccess);
  const atlas = clientFor(clients, input);
  const options: CallOptions = { signal: Context.current().cancellationSignal };
  const location = access.locate(await atlas.getExportBucket({ groupId, exportBucketId }, options));
  if (location === undefined) return withoutAccess(level, noAccess);
  if (job.prefix === undefined) return withoutAccess(level, 'Atlas names no prefix of the export job');
  const { info } = Context.current();
  const verified = await verifyJob(access, {
    level: level ?? 'manifest',
    location,
    groupId,
    clusterName,
    snapshotId,
    exportBucketId,
    job,
    prefixes: [job.prefix, ...input.componentPrefixes],
    attempts: input.attempts,
    exportRequestId,
    customData: await expectedCustomData(atlas, input, options),
    checkId: `${info.workflowExecution?.runId ?? info.activityId}-${input.look}`,
    resumeFrom: reporter.resumeFrom,
    onCheckpoint: (checkpoint) => reporter.saw(checkpoint),
    checkpointKept: () => reporter.checkpointKept(),
    signal: options.signal,
  });
  Context.current().log.info('looked into the bucket', {
    bucket: locationText(location),
    outcome: verified.report.outcome,
    listRequests: verified.report.listRequests,
  });
  return checkedBucket(verified, job);
}

/** Nobody asked for it: said. Asked for: another worker may be able to, or this one when it is given access. */
function withoutAccess(level: VerifyExportInput['level'], reason: string): VerifiedExport {
  if (level === undefined) return { outcome: 'notChecked', reason };
  throw ApplicationFailure.retryable(`the bucket cannot be looked into: ${reason}`, 'BUCKET_NOT_CONFIGURED');
}

/** The job's own, as Atlas has them: `.complete` must carry the same, whoever started the job. */
async function expectedCustomData(
  atlas: AtlasClient,
  { groupId, clusterName, exportId, exportRequestId }: VerifyExportInput,
  options: CallOptions,
): Promise<CustomDataEntry[]> {
  const ours = exportRequestId === undefined ? [] : [{ key: exportRequestIdKey, value: exportRequestId }];
  try {
    const { customData } = await atlas.getExportJob({ groupId, clusterName, exportId }, options);
    return [...customData.filter(({ key }) => ours.every((entry) => entry.key !== key)), ...ours];
  } catch (error) {
    // Atlas may forget an old job; what it left in the bucket can still be looked at.
    if (error instanceof AtlasError && error.code === 'ATLAS_NOT_FOUND') return ours;
    throw error;
  }
}

function checkedBucket({ report, manifest }: VerifiedJob, job: ExportJob): CheckedBucket {
  const { findings, replicaSets } = report.listing;
  const names = (job.components ?? []).map(({ replicaSetName }) => replicaSetName);
  const ordered = findings.first.toSorted((left, right) => rank(left) - rank(right));
  return {
    outcome: report.outcome,
    level: report.level,
    mayOnlyBeLate: mayOnlyBeLate(findings),
    checkedAt: report.finishedAt,
    found: contentsOf(report.listing),
    findings: ordered.slice(0, findingsShownMax).map(shown),
    findingsCount: countOf(findings, 'failure') + countOf(findings, 'warning'),
    failuresCount: countOf(findings, 'failure'),
    replicaSets: replicaSets.filter(({ replicaSetName }) => names.includes(replicaSetName)),
    manifest,
  };
}

function rank({ severity }: VerificationReport['listing']['findings']['first'][number]): number {
  return severity === 'failure' ? 0 : 1;
}

function shown({ code, severity, where, what }: Finding): VerificationFinding {
  return { code, severity, where: where.slice(0, textCharactersMax), what: what.slice(0, textCharactersMax) };
}
