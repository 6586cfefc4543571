import type { Snapshot } from '../atlas/index.ts';

/**
 * The newest snapshot that can be exported: completed, and not a fallback one. Atlas sets `createdAt` only
 * when a snapshot is completed, so it orders these and no others.
 */
export function latestSnapshot(snapshots: readonly Snapshot[]): Snapshot | undefined {
  return snapshots
    .filter((snapshot) => snapshot.status === 'completed' && snapshot.snapshotType !== 'fallback')
    .sort((a, b) => createdAtMs(a) - createdAtMs(b) || (a.id < b.id ? -1 : 1))
    .at(-1);
}

function createdAtMs(snapshot: Snapshot): number {
  const parsed = Date.parse(snapshot.createdAt ?? '');
  return Number.isFinite(parsed) ? parsed : 0;
}
