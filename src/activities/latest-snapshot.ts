import type { Snapshot } from '../atlas/index.ts';
import { timeMs } from './atlas-time.ts';
import { isExportable } from './cluster-snapshots.ts';

/**
 * The newest snapshot that can be exported. Atlas sets `createdAt` only when a snapshot is completed, so it orders
 * these and no others.
 */
export function latestSnapshot(snapshots: readonly Snapshot[]): Snapshot | undefined {
  return snapshots
    .filter(isExportable)
    .sort((a, b) => timeMs(a.createdAt, 0) - timeMs(b.createdAt, 0) || (a.id < b.id ? -1 : 1))
    .at(-1);
}
