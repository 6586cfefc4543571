import { exportedText, type FleetTotals, type KeepExportedStatus } from '../contract/index.ts';

const rowsMax = 30;
const failuresMax = 10;

/** The fleet in Markdown, for the Web UI's "Current Details": totals, and the clusters that need looking at first. */
export function fleetDetails(status: KeepExportedStatus): string {
  return [
    headline(status),
    figures(status.totals),
    clusterTable(status),
    ...status.failures
      .slice(-failuresMax)
      .map(
        ({ clusterName, snapshotId, kind, reason }) =>
          `- ${kind === 'givenUp' ? 'given up' : 'failed'}: \`${snapshotId}\` of \`${clusterName}\`: ${inline(reason)}`,
      ),
    ...status.notes.map((note) => `- ${inline(note)}`),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function headline({ phase, outcome, dryRun, endsAt }: KeepExportedStatus): string {
  if (outcome === 'allExported') return '**All exported**: every snapshot that is due is in its bucket.';
  if (outcome === 'someLeft') return '**Some are left**: the next run goes on with what is not exported.';
  if (outcome === 'dryRun') return '**Dry run**: nothing was exported.';
  if (outcome === 'failed') return '**Refused**: the request is wrong.';
  if (outcome === 'cancelled') return '**Cancelled**: exports that were started go on.';
  const doing = phase === 'surveying' ? 'Reading what Atlas has' : 'Exporting what is missing';
  return `**${doing}**${dryRun ? ', dry run' : ''}, until ${endsAt} at the latest`;
}

function figures(totals: FleetTotals): string {
  const { clusters, clustersRead, unreadable, due, running, waiting, failed, givenUp } = totals;
  const gigabytes = Math.round(totals.bytesToExport / 1e8) / 10;
  return [
    `Clusters: ${clustersRead} of ${clusters} read, ${unreadable} not readable`,
    `Snapshots: ${due} due, ${exportedText(totals)}, ${running} running, ${waiting} waiting, ${failed} failed, ${givenUp} given up`,
    `To export: ${gigabytes} GB, about $${totals.costToExport}${totals.sizeUnknown === 0 ? '' : `, and ${totals.sizeUnknown} snapshots of unknown size`}`,
    (totals.replicaSetsElsewhere ?? 0) === 0
      ? ''
      : `Exported for others: ${totals.replicaSetsElsewhere ?? 0} replica sets, which the limits count`,
    totals.expiringSoon === 0 ? '' : `**${totals.expiringSoon} are deleted by Atlas within 2 days**`,
  ]
    .filter((line) => line !== '')
    .join('  \n');
}

function clusterTable({ clusters, clustersLeftOut }: KeepExportedStatus): string {
  const shown = clusters.filter(
    ({ due, exported, checkFailed = 0, problem }) =>
      problem !== undefined || due > exported || checkFailed > 0,
  );
  if (shown.length === 0) return '';
  const rows = shown
    .slice(0, rowsMax)
    .map(
      ({ clusterName, due, exported, proven, running, waiting, failed, givenUp, problem }) =>
        `| ${cell(clusterName)} | ${due} | ${exported} | ${proven ?? 'unknown'} | ${running} | ${waiting} | ${failed} | ${givenUp} | ${cell(problem ?? '')} |`,
    );
  const more = shown.length + clustersLeftOut - rows.length;
  return [
    '| cluster | due | exported | proven | running | waiting | failed | given up | |',
    '|---|---|---|---|---|---|---|---|---|',
    ...rows,
    ...(more > 0 ? [`| … ${more} more | | | | | | | | |`] : []),
  ].join('\n');
}

/** Text from outside on one line, so that it cannot draw headings or tables of its own. */
function inline(text: string): string {
  return text.replaceAll(/\s+/g, ' ').slice(0, 300);
}

function cell(text: string): string {
  return inline(text).replaceAll('|', '\\|');
}
