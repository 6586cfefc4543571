import {
  atlasGoesOn,
  durationText,
  progressText,
  stateReasonText,
  type AttemptReport,
  type ComponentStatus,
  type ExportFailureDetails,
  type ExportJob,
  type ExportStatus,
} from '../contract/index.ts';
import { verificationDetails } from './verification-details.ts';

const rowsMax = 60;

/** The export in Markdown, for the Web UI's "Current Details". Says nothing that the status does not say. */
export function exportDetails(status: ExportStatus): string {
  return [
    headline(status),
    requestLine(status),
    jobLines(status),
    verificationDetails(status.verification, inline),
    componentTable(status.components),
    attemptLines(status.attempts),
    noteLines(status),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** A request that was refused, in Markdown: there is no run whose status could be shown. */
export function invalidInputDetails({ nextStep, problems = [] }: ExportFailureDetails): string {
  const lines = problems.map(({ path, message }) =>
    path === '' ? `- ${inline(message)}` : `- \`${inline(path).replaceAll('`', "'")}\`: ${inline(message)}`,
  );
  return [`**Refused**: the request is wrong. ${nextStep}`, lines.join('\n')].join('\n\n');
}

/** One line about a look to come, for a timer's summary: `"next look at 14:05 UTC, 62 of 140 collections"`. */
export function nextLookSummary(next: {
  atMs: number;
  job: ExportJob;
  failureCode?: string | undefined;
  stalled?: boolean;
}): string {
  const at = `next look at ${new Date(next.atMs).toISOString().slice(11, 16)} UTC`;
  const seen = next.failureCode === undefined ? stateText(next.job) : `last look failed: ${next.failureCode}`;
  return `${at}, ${seen}${next.stalled === true ? ', stalled' : ''}`;
}

/** A job's or component's state with its progress: `"InProgress, 62 of 140 collections"`. */
export function stateText(seen: Pick<ExportJob, 'state' | 'exportStatus'>): string {
  const progress = progressText(seen.exportStatus);
  return progress === undefined ? seen.state : `${seen.state}, ${progress}`;
}

/** What the headline of a cancelled export says already is not said twice. */
function noteLines({ notes, outcome }: ExportStatus): string {
  const others = outcome === 'cancelled' ? notes.filter((note) => note !== atlasGoesOn) : notes;
  return others.map((note) => `- ${inline(note)}`).join('\n');
}

function headline(status: ExportStatus): string {
  const what = `snapshot \`${status.snapshotId}\` of \`${status.clusterName}\``;
  if (status.outcome === 'exported') return `**Exported** ${what}.`;
  if (status.outcome === 'alreadyExported')
    return `**Already exported**: ${what}. Nothing was paid for again.`;
  if (status.outcome === 'failed') return `**Failed**: ${what}.`;
  if (status.outcome === 'cancelled') return `**Tracking cancelled**: ${what}. ${atlasGoesOn}`;
  return `**${phaseText[status.phase]}** ${what}.`;
}

/** Where from and where to: who starts an export by hand need not have given it a summary that says so. */
function requestLine(status: ExportStatus): string {
  const { exportBucketId, exportBucketName } = status;
  const bucket = [exportBucketName, exportBucketId].flatMap((each) =>
    each === undefined ? [] : `\`${inline(each)}\``,
  );
  const deadline = status.outcome === undefined ? `, deadline ${status.deadlineAt}` : '';
  const credentials = status.credentials === undefined ? '' : `, credentials \`${status.credentials}\``;
  return `Project \`${status.groupId}\`, export bucket ${bucket.join(', ')}${credentials}${deadline}`;
}

const phaseText: Record<ExportStatus['phase'], string> = {
  resolving: 'Looking up',
  creating: 'Creating, once, the export of',
  waiting: 'Waiting for another active export of',
  tracking: 'Exporting',
  retrying: 'Pausing before another attempt at',
  verifying: 'Looking into the bucket for',
  done: 'Done with',
};

function jobLines(status: ExportStatus): string {
  const { job, pollFailure, stall } = status;
  if (job === undefined) return '';
  const reason = stateReasonText(job.stateReason);
  const lines = [
    `Export job \`${job.exportId}\`: **${stateText(job)}**${reason === undefined ? '' : `, ${inline(reason)}`}`,
    stall === undefined
      ? ''
      : `**Stalled** since ${stall.since}: ${stall.reason}.${status.outcome === undefined ? ' It is still followed.' : ''}`,
    job.prefix === undefined ? '' : `Prefix: \`${job.prefix}\``,
    `Looks: ${status.polls}${status.nextPollAt === undefined ? '' : `, next at ${status.nextPollAt}`}`,
    pollFailure === undefined
      ? ''
      : `Last look failed (${pollFailure.inARow} in a row since ${pollFailure.since}): ${pollFailure.code}, ${inline(pollFailure.message)}`,
  ];
  return lines.filter((line) => line !== '').join('  \n');
}

function componentTable(components: readonly ComponentStatus[]): string {
  if (components.length === 0) return '';
  const rows = components.slice(0, rowsMax).map((component) => {
    const name = component.replicaSetName ?? component.exportId;
    const { pollFailure, stall } = component;
    const failed = pollFailure === undefined ? '' : ` (${pollFailure.code})`;
    const state = `${component.state}${failed}${stall === undefined ? '' : `, stalled since ${stall.since}`}`;
    const { inBucket } = component;
    const counted =
      inBucket === undefined ? '' : `${inBucket.files} files, ${inBucket.collections} collections`;
    return `| ${cell(name)} | ${cell(state)} | ${progressText(component.exportStatus) ?? 'unknown'} | ${component.finishedAt ?? ''} | ${counted} |`;
  });
  const more = components.length > rowsMax ? [`| … ${components.length - rowsMax} more | | | | |`] : [];
  const head = ['| component | state | progress | finished | in the bucket |', '|---|---|---|---|---|'];
  return [...head, ...rows, ...more].join('\n');
}

function attemptLines(attempts: readonly AttemptReport[]): string {
  if (attempts.length < 2) return '';
  return attempts
    .map(
      ({ attempt, origin, job }) =>
        `${attempt}. ${origin} \`${job.exportId}\`: ${job.state}${prefixLeft(job)}`,
    )
    .join('\n');
}

function prefixLeft(job: ExportJob): string {
  return job.state === 'Failed' && job.prefix !== undefined ? `, partial data left in \`${job.prefix}\`` : '';
}

/** Text from outside on one line, so that it cannot draw headings or tables of its own. */
function inline(text: string): string {
  return text.replaceAll(/\s+/g, ' ').slice(0, 500);
}

function cell(text: string): string {
  return inline(text).replaceAll('|', '\\|');
}

/** `"after 90 s"`: how long after an attempt the next one starts, for a timer's summary. */
export function nextAttemptSummary(options: {
  attempt: number;
  attemptsMax: number;
  delayMs: number;
}): string {
  return `attempt ${options.attempt} of ${options.attemptsMax} after ${durationText(options.delayMs)}`;
}
