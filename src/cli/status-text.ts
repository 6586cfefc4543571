import {
  durationText,
  findingText,
  progressText,
  stateReasonText,
  verificationText,
  type ExportResult,
  type ExportStatus,
  type ExportSummary,
  type ExportVerification,
  type PollFailure,
} from '../client.ts';
import { terminalLines, ProgressRows } from './progress/progress-rows.ts';
import { timeText } from './time-text.ts';

/** A status in lines for a person. */
export function statusLines(workflowId: string, status: ExportStatus): string[] {
  const { job } = status;
  return [
    workflowId,
    ...terminalLines(new ProgressRows().rowsOf([{ name: status.clusterName, status }], Date.now())),
    field('phase', phaseText(status)),
    field('snapshot', status.snapshotId),
    field('bucket', status.exportBucketName ?? status.exportBucketId),
    field('credentials', status.credentials),
    field('webhook', status.webhook),
    field('export job', job === undefined ? undefined : `${job.exportId} (${status.origin ?? 'in the way'})`),
    field('progress', progressText(job?.exportStatus)),
    field('reason', stateReasonText(job?.stateReason)),
    field('prefix', job?.prefix),
    field('attempts', `${status.attempts.length} of ${status.attemptsMax}`),
    field('looks', `${status.polls}, latest ${timeText(status.lastPollAt) || 'none yet'}`),
    field('next look', timeText(status.nextPollAt)),
    field('look failed', failureText(status)),
    field('stalled', stallText(status)),
    ...verificationLines(status.verification),
    field('deadline', `${timeText(status.deadlineAt)}${leftText(status)}`),
    ...status.notes.map((note) => `  ! ${note}`),
  ].filter((line) => line !== '');
}

/** A result in lines for a person. */
export function resultLines(result: ExportResult): string[] {
  return [
    result.outcome === 'exported' ? 'Exported.' : 'Already exported; nothing was paid for again.',
    field('cluster', result.clusterName),
    field('snapshot', result.snapshotId),
    field('bucket', result.exportBucketName ?? result.exportBucketId),
    field('prefix', result.prefix),
    field('export job', `${result.exportId} (${result.origin})`),
    field('finished', timeText(result.finishedAt)),
    field('looks', String(result.polls)),
    ...verificationLines(result.verification),
    ...result.components.map(
      ({ replicaSetName, exportId, state, inBucket }) =>
        `    ${replicaSetName ?? exportId}: ${state}${inBucket === undefined ? '' : `; in the bucket: ${inBucket.files} files of ${inBucket.collections} collections`}`,
    ),
    ...result.notes.map((note) => `  ! ${note}`),
  ].filter((line) => line !== '');
}

/** What Temporal alone knows, where no worker answers. */
export function summaryLines(summary: ExportSummary): string[] {
  return [
    summary.workflowId,
    field('run', summary.run),
    field('state', summaryState(summary)),
    field('cluster', summary.clusterName),
    field('snapshot', summary.snapshotId),
    field('started', timeText(summary.startedAt)),
    field('ended', timeText(summary.endedAt)),
  ].filter((line) => line !== '');
}

function summaryState({ state, stalled }: ExportSummary): string | undefined {
  return state === undefined ? undefined : `${state}${stalled ? ', stalled' : ''}, as last recorded`;
}

/** What the bucket shows, or why nobody knows. */
function verificationLines(verification: ExportVerification | undefined): string[] {
  if (verification === undefined) return [];
  const { manifest, failure, nextLookAt, findings } = verification;
  return [
    field('in bucket', verificationText(verification)),
    field('manifest', manifest?.address),
    field('cannot look', failure === undefined ? undefined : pollFailureText(failure)),
    field('looks again', timeText(nextLookAt)),
    ...findings.map((finding) => `    ${finding.severity}: ${findingText(finding)}`),
  ];
}

function field(name: string, value: string | undefined): string {
  return value === undefined || value === '' ? '' : `  ${name.padEnd(12)} ${value}`;
}

function phaseText({ phase, outcome }: ExportStatus): string {
  return outcome === undefined ? phase : outcome;
}

function failureText({ pollFailure }: ExportStatus): string | undefined {
  return pollFailure === undefined ? undefined : pollFailureText(pollFailure);
}

function pollFailureText({ inARow, since, code, message }: PollFailure): string {
  return `${inARow} in a row since ${timeText(since)}: ${code}, ${message}`;
}

function stallText({ stall }: ExportStatus): string | undefined {
  return stall === undefined ? undefined : `since ${timeText(stall.since)}: ${stall.reason}`;
}

function leftText({ deadlineAt, outcome }: ExportStatus): string {
  const leftMs = Date.parse(deadlineAt) - Date.now();
  return outcome === undefined && leftMs > 0 ? `, in ${durationText(leftMs)}` : '';
}
