import type { FleetClusterStatus, FleetTotals, KeepExportedStatus } from '../client.ts';
import { exportedText } from '../contract/index.ts';
import { textTable } from './output.ts';
import { timeText } from './time-text.ts';

const failuresShownMax = 10;
const plannedShownMax = 20;
const gigabyte = 1_000_000_000;

/** What is known of a fleet, as lines for people. */
export function fleetLines(workflowId: string, status: KeepExportedStatus): string[] {
  const { totals, clusters, clustersLeftOut, failures, planned, notes } = status;
  return [
    workflowId,
    `  ${doingText(status)}`,
    ...totalLines(totals),
    ...notes.map((note) => `  ${note}`),
    '',
    ...(clusters.length === 0 ? ['No clusters.'] : textTable(head, clusters.map(row))),
    ...(clustersLeftOut === 0 ? [] : [`and ${clustersLeftOut} more clusters`]),
    ...(planned.length === 0 ? [] : ['', 'Would be exported, in this order within each project:']),
    ...planned
      .slice(0, plannedShownMax)
      .map(
        ({ clusterName, snapshotId, storageSizeBytes }) =>
          `  ${snapshotId} of ${clusterName}, ${sizeText(storageSizeBytes)}`,
      ),
    ...(planned.length > plannedShownMax
      ? [`  and ${planned.length - plannedShownMax} more of those known`]
      : []),
    ...(failures.length === 0 ? [] : ['', 'Not exported:']),
    ...failures
      .slice(-failuresShownMax)
      .map(
        ({ kind, clusterName, snapshotId, reason }) =>
          `  ${kind === 'givenUp' ? 'given up' : 'failed'}: ${snapshotId} of ${clusterName}: ${reason}`,
      ),
  ];
}

function doingText({ phase, outcome, endsAt }: KeepExportedStatus): string {
  if (outcome === 'allExported') return 'everything that is due is exported';
  if (outcome === 'someLeft') return 'ended; something is left for the next run';
  if (outcome === 'dryRun') return 'dry run: nothing was exported';
  if (outcome === 'cancelled') return 'cancelled; exports that were started go on';
  return `${phase}, until ${timeText(endsAt)} at the latest`;
}

function totalLines(totals: FleetTotals): string[] {
  const { clusters, clustersRead, unreadable, due, running, waiting, failed, givenUp } = totals;
  const { bytesToExport, costToExport, sizeUnknown, expiringSoon } = totals;
  const unknown = sizeUnknown === 0 ? '' : `, and ${sizeUnknown} snapshots of unknown size`;
  return [
    `  clusters: ${clustersRead} of ${clusters} read, ${unreadable} not readable`,
    `  snapshots: ${due} due, ${exportedText(totals)}, ${running} running, ${waiting} waiting, ${failed} failed, ${givenUp} given up`,
    `  to export: ${sizeText(bytesToExport)}, about $${costToExport.toFixed(2)}${unknown}`,
    ...(expiringSoon === 0 ? [] : [`  ${expiringSoon} of them are deleted by Atlas within 2 days`]),
  ];
}

const head = [
  'CLUSTER',
  'DUE',
  'EXPORTED',
  'PROVEN',
  'RUNNING',
  'WAITING',
  'FAILED',
  'GIVEN UP',
  'PROJECT',
  '',
];

function row(cluster: FleetClusterStatus): string[] {
  const {
    clusterName,
    groupId,
    problem = '',
    due,
    exported,
    proven,
    running,
    waiting,
    failed,
    givenUp,
  } = cluster;
  const counts = [due, exported, proven, running, waiting, failed, givenUp];
  return [clusterName, ...counts.map((count) => (problem === '' ? String(count) : '')), groupId, problem];
}

function sizeText(bytes: number | undefined): string {
  return bytes === undefined ? 'size unknown' : `${(bytes / gigabyte).toFixed(1)} GB`;
}
