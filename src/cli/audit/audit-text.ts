import { textTable } from '../output.ts';
import { auditStates, isInOrder, type Audit, type AuditedSnapshot, type OrphanPrefix } from './audit.ts';

/** An audit for people. */
export function auditLines(audit: Audit): string[] {
  const snapshots = audit.clusters.flatMap((cluster) => cluster.snapshots);
  const orphans = audit.clusters.flatMap((cluster) => cluster.orphans);
  const unread = audit.clusters.filter(({ problem }) => problem !== null);
  return [
    `project ${audit.groupId}, exports in ${audit.bucket}`,
    '',
    ...(snapshots.length === 0 ? ['Nothing is due.'] : textTable(snapshotHead, snapshots.map(snapshotRow))),
    ...(unread.length === 0 ? [] : ['', 'Could not be read:']),
    ...unread.map(({ clusterName, problem }) => `  ${clusterName}: ${problem ?? ''}`),
    ...orphanLines(orphans),
    '',
    countsText(snapshots),
    isInOrder(audit) ? 'Everything that is due is proven.' : 'Not everything that is due is proven.',
  ];
}

/** The same for machines. */
export function auditDocument(audit: Audit): object {
  const snapshots = audit.clusters.flatMap((cluster) => cluster.snapshots);
  return { inOrder: isInOrder(audit), counts: countsOf(snapshots), ...audit };
}

const csvColumns = [
  'clusterName',
  'snapshotId',
  'createdAt',
  'expiresAt',
  'state',
  'exportId',
  'prefix',
  'reason',
] as const;

/** The due snapshots as comma-separated values (RFC 4180), for a spreadsheet. */
export function auditCsv({ clusters }: Audit): string {
  const rows = clusters.flatMap(({ snapshots }) =>
    snapshots.map((snapshot) => {
      const { manifest } = snapshot;
      const values = csvColumns.map((column) => snapshot[column] ?? '');
      return [...values, manifest?.address ?? '', manifest?.sha256 ?? '', manifest?.seal ?? ''];
    }),
  );
  const head = [...csvColumns, 'manifest', 'manifestSha256', 'seal'];
  return [head, ...rows].map((row) => row.map(csvCell).join(',')).join('\r\n');
}

/** A spreadsheet runs what begins as a formula does. */
function csvCell(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

const snapshotHead = ['CLUSTER', 'TAKEN', 'SNAPSHOT', 'STATE', 'EXPORT JOB', 'MANIFEST, OR WHY NOT'];

function snapshotRow({
  clusterName,
  createdAt,
  snapshotId,
  state,
  exportId,
  manifest,
  reason,
}: AuditedSnapshot): string[] {
  const why = manifest === null ? (reason ?? '') : `${manifest.level}, ${manifest.seal}, ${manifest.address}`;
  return [clusterName, createdAt ?? 'unknown', snapshotId, state, exportId ?? '', why];
}

function orphanLines(orphans: readonly OrphanPrefix[]): string[] {
  if (orphans.length === 0) return [];
  const bytes = orphans.reduce((sum, orphan) => sum + orphan.bytes, 0);
  const rows = orphans.map((orphan) => [
    orphan.clusterName,
    orphan.exportId,
    orphan.state,
    String(orphan.objects),
    String(orphan.bytes),
    orphan.prefix,
    orphan.hasComplete ? 'has a .complete: look before anything is deleted' : '',
  ]);
  return [
    '',
    `Left by attempts without a result (prefixes: ${orphans.length}, bytes: ${bytes}). Nobody deletes them but you:`,
    ...textTable(['CLUSTER', 'EXPORT JOB', 'STATE', 'OBJECTS', 'BYTES', 'PREFIX', ''], rows),
  ];
}

function countsText(snapshots: readonly AuditedSnapshot[]): string {
  const counts = countsOf(snapshots);
  const each = auditStates.map((state) => `${counts[state] ?? 0} ${state}`);
  return `${snapshots.length} due: ${each.join(', ')}`;
}

function countsOf(snapshots: readonly AuditedSnapshot[]): Record<string, number> {
  const counts = auditStates.map(
    (state) => [state, snapshots.filter((snapshot) => snapshot.state === state).length] as const,
  );
  return { due: snapshots.length, ...Object.fromEntries(counts) };
}
