import {
  isTerminal,
  progressText,
  stateReasonText,
  verificationText,
  type ComponentStatus,
  type ExportProgress,
  type ExportStall,
  type ExportStatus,
  type PollFailure,
} from '../../contract/index.ts';
import { timeText } from '../time-text.ts';
import { ProgressRate, type ProgressEstimate } from './estimate.ts';

/** An export under the name that it is shown by. */
export interface NamedStatus {
  readonly name: string;
  readonly status: ExportStatus;
}

/** One line of progress: of an export, or of one of its components. */
export interface ProgressRow {
  readonly name: string;
  /** 0 for an export, 1 for a component below it. */
  readonly depth: number;
  readonly state: string;
  readonly progress: ExportProgress | undefined;
  readonly estimate: ProgressEstimate;
  /** When the next look is due; absent once there will be none. */
  readonly nextLookAt: string | undefined;
  readonly looks: number;
  /** What else a person should know: why it failed, that looks fail, that it is stalled. */
  readonly remark: string;
}

/** Turns statuses into rows, and remembers how fast each of them gets on. */
export class ProgressRows {
  private readonly rates = new Map<string, ProgressRate>();

  rowsOf(exports: readonly NamedStatus[], nowMs: number): ProgressRow[] {
    return exports.flatMap((each) => [
      this.exportRow(each, nowMs),
      ...each.status.components.map((component) => this.componentRow(component, nowMs)),
    ]);
  }

  private exportRow({ name, status }: NamedStatus, nowMs: number): ProgressRow {
    const { job, phase, outcome } = status;
    return {
      name,
      depth: 0,
      state: outcome ?? job?.state ?? phase,
      progress: job?.exportStatus,
      estimate: this.estimate({ key: job?.exportId ?? name, nowMs, seen: job }),
      nextLookAt: status.nextPollAt,
      looks: status.polls,
      remark: remark(
        verifyingText(status) ?? stateReasonText(job?.stateReason),
        failureOf(status),
        status.stall,
      ),
    };
  }

  private componentRow(component: ComponentStatus, nowMs: number): ProgressRow {
    return {
      name: component.replicaSetName ?? component.exportId,
      depth: 1,
      state: component.state,
      progress: component.exportStatus,
      estimate: this.estimate({ key: component.exportId, nowMs, seen: component }),
      nextLookAt: component.nextPollAt,
      looks: component.polls,
      remark: remark(stateReasonText(component.stateReason), component.pollFailure, component.stall),
    };
  }

  private estimate({
    key,
    nowMs,
    seen,
  }: {
    key: string;
    nowMs: number;
    seen: { readonly state: string; readonly exportStatus?: ExportProgress | undefined } | undefined;
  }): ProgressEstimate {
    if (seen === undefined || isTerminal(seen.state)) return {};
    const rate = this.rates.get(key) ?? new ProgressRate();
    this.rates.set(key, rate);
    return rate.observe(nowMs, seen.exportStatus);
  }
}

/** While the bucket is looked into, that is all there is to see. */
function verifyingText({ phase, verification }: ExportStatus): string | undefined {
  if (phase !== 'verifying' || verification === undefined) return undefined;
  return `in the bucket: ${verificationText(verification)}`;
}

function failureOf({ phase, verification, pollFailure }: ExportStatus): PollFailure | undefined {
  return phase === 'verifying' ? verification?.failure : pollFailure;
}

function remark(reason: string | undefined, failure: PollFailure | undefined, stall?: ExportStall): string {
  const failed = failure === undefined ? undefined : `${failure.inARow} looks failed: ${failure.code}`;
  const stalled = stall === undefined ? undefined : `stalled since ${timeText(stall.since)}: ${stall.reason}`;
  return [reason, failed, stalled].filter((part) => part !== undefined).join('; ');
}

const barWidth = 24;

/** Rows as lines of one width each column, for a terminal. */
export function terminalLines(rows: readonly ProgressRow[]): string[] {
  const cells = rows.map((row) => [
    `${'  '.repeat(row.depth + 1)}${row.name}`,
    bar(row.progress),
    row.state,
    progressText(row.progress) ?? '',
    rateText(row.estimate),
    endText(row.estimate),
    row.nextLookAt === undefined ? `${row.looks} looks` : `next look ${timeText(row.nextLookAt)}`,
    row.remark,
  ]);
  const widths =
    cells[0]?.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0))) ?? [];
  return cells.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .filter((_, column) => (widths[column] ?? 0) > 0)
      .join(' ')
      .trimEnd(),
  );
}

/** What has to differ for a row to be worth a line of its own where lines cannot be redrawn. */
export function changeLine(row: ProgressRow): string {
  const parts = [row.name, row.state, progressText(row.progress) ?? '', row.remark];
  return parts.filter((part) => part !== '').join('  ');
}

/** Blank where Atlas tells no progress: it is unknown, not none. */
function bar(progress: ExportProgress | undefined): string {
  const total = progress?.totalCollections ?? 0;
  if (total <= 0) return ' '.repeat(barWidth);
  const filled = Math.round((Math.min(progress?.exportedCollections ?? 0, total) / total) * barWidth);
  return '█'.repeat(filled) + '░'.repeat(barWidth - filled);
}

function rateText({ perMinute }: ProgressEstimate): string {
  if (perMinute === undefined) return '';
  return `${perMinute < 10 ? perMinute.toFixed(1) : Math.round(perMinute)}/min`;
}

function endText({ endsAtMs }: ProgressEstimate): string {
  return endsAtMs === undefined ? '' : `ends about ${timeText(new Date(endsAtMs))}`;
}
