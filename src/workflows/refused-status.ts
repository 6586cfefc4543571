import type { ApplicationFailure } from '@temporalio/workflow';
import { isExportFailureDetails, type ExportStatus, type KeepExportedStatus } from '../contract/index.ts';
import { exportLogIds } from '../contract/log-ids.ts';
import { endingFailure } from './export-ending.ts';

/** What a person should know of a failure: itself, and what to do about it. */
export function failureNotes({ message, details }: ApplicationFailure): string[] {
  const [detail] = details ?? [];
  return isExportFailureDetails(detail) ? [message, `What to do: ${detail.nextStep}`] : [message];
}

/** The status of a request that was refused: there is no run, and whoever asks has to be answered all the same. */
export function refusedStatus(input: unknown, refused: ApplicationFailure, startedAt: string): ExportStatus {
  const { groupId = unknown, clusterName = unknown, snapshotId = unknown } = exportLogIds(input);
  return {
    phase: 'done',
    outcome: 'failed',
    groupId,
    clusterName,
    snapshotId,
    components: [],
    attempts: [],
    attemptsMax: 0,
    polls: 0,
    deadlineAt: startedAt,
    failure: endingFailure(refused),
    notes: failureNotes(refused),
  };
}

/** The same of a fleet's request. */
export function refusedFleetStatus(refused: ApplicationFailure, startedAt: string): KeepExportedStatus {
  return {
    phase: 'done',
    outcome: 'failed',
    failure: endingFailure(refused),
    dryRun: false,
    startedAt,
    endsAt: startedAt,
    totals: noTotals,
    clusters: [],
    clustersLeftOut: 0,
    failures: [],
    planned: [],
    notes: failureNotes(refused),
  };
}

const unknown = 'unknown';

const noTotals = {
  clusters: 0,
  clustersRead: 0,
  unreadable: 0,
  due: 0,
  exported: 0,
  running: 0,
  waiting: 0,
  failed: 0,
  givenUp: 0,
  expiringSoon: 0,
  bytesToExport: 0,
  sizeUnknown: 0,
  costToExport: 0,
  proven: 0,
  proofUnknown: 0,
  checkFailed: 0,
} as const;
