import type { EndingFailure } from './export-status.ts';

/** What a run of `keepExported` is doing. */
export type FleetPhase =
  /** Reading what Atlas has; exports of projects that have been read are running already. */
  | 'surveying'
  /** Everything has been read; exporting what is missing. */
  | 'exporting'
  /** Ended; see the outcome. */
  | 'done';

/** What became of a run of `keepExported`. */
export type FleetOutcome =
  /** Every snapshot that is due is exported, and no check of the bucket has found one of them wanting. */
  | 'allExported'
  /** Something is left: the totals say how much is running, failed, given up, waiting, could not be read, or failed its check. */
  | 'someLeft'
  /** Nothing was exported, as asked. */
  | 'dryRun'
  /** The run was cancelled; exports that it had started go on. */
  | 'cancelled'
  /** The request was refused; see the failure. */
  | 'failed';

/** Snapshots by what is known of them. A due snapshot is counted in one of the fields below `due`. */
export interface SnapshotCounts {
  /** Completed snapshots that the request asks for. */
  readonly due: number;
  /** In the bucket: before this run, or by it. */
  readonly exported: number;
  /**
   * Of the exported: the bucket was looked into and shows them, by this run's exports or by kept manifests. This and
   * the next are absent in answers of earlier releases, which did not look.
   */
  readonly proven?: number | undefined;
  /**
   * Of the exported: no proof was looked for, since no worker has a manifest store that it can read or nobody looked
   * into the bucket. What is exported and neither of the two has been looked at and is not proven.
   */
  readonly proofUnknown?: number | undefined;
  /**
   * Of the exported: the newest check of the bucket says that something is missing or damaged. Nothing exports these
   * again by itself, since that is billed. Absent in answers of earlier releases.
   */
  readonly checkFailed?: number | undefined;
  /** Being exported now. */
  readonly running: number;
  /** Waiting for their turn, in this run or, once it has ended, in the next. */
  readonly waiting: number;
  /** Whose export failed in this run; the next one tries again, but for one that Atlas calls Successful and that failed its check. */
  readonly failed: number;
  /** Whose export jobs have failed too often; no run tries again. */
  readonly givenUp: number;
}

/** One cluster of a fleet. */
export interface FleetClusterStatus extends SnapshotCounts {
  readonly groupId: string;
  /** `"*"` for a project whose clusters could not be listed. */
  readonly clusterName: string;
  /** Why the cluster, or its project, could not be read. The counts are then 0, and say nothing. */
  readonly problem?: string | undefined;
  /** Of those not in the bucket when the run began: how many Atlas deletes within 2 days. */
  readonly expiringSoon: number;
  /** Size of what this run exports, or would, as Atlas tells it. */
  readonly bytesToExport: number;
}

/** The whole fleet in figures. */
export interface FleetTotals extends SnapshotCounts {
  readonly clusters: number;
  /** Clusters read so far. */
  readonly clustersRead: number;
  /** Clusters, and projects, that could not be read. */
  readonly unreadable: number;
  readonly expiringSoon: number;
  readonly bytesToExport: number;
  /** Snapshots to export of which Atlas does not tell the size; they are in no sum of bytes. */
  readonly sizeUnknown: number;
  /** About what Atlas bills for `bytesToExport`, in US dollars. */
  readonly costToExport: number;
  /** Replica sets that Atlas is exporting in these projects for others than this run, as last seen; the limits count them. Absent where nobody looked: in a dry run, and in answers of earlier releases. */
  readonly replicaSetsElsewhere?: number | undefined;
}

/** A snapshot that is not in the bucket, and why. */
export interface FleetFailure {
  readonly groupId: string;
  readonly clusterName: string;
  readonly snapshotId: string;
  /** `givenUp`: no run tries again. `failed`: the next one does, but for `VerificationFailed`. */
  readonly kind: 'failed' | 'givenUp';
  readonly reason: string;
}

/** A snapshot that a dry run would have exported. */
export interface PlannedExport {
  readonly groupId: string;
  readonly clusterName: string;
  readonly snapshotId: string;
  /** Absent where Atlas does not tell it. */
  readonly storageSizeBytes?: number | undefined;
}

/** Which clusters the query `status` shows. */
export interface FleetStatusQuery {
  /** Clusters to leave out, in the order shown. @default 0 */
  readonly offset?: number;
  /** Clusters to show, 1 to 1000. @default 200 */
  readonly limit?: number;
}

/** What the query `status` of `keepExported` answers. */
export interface KeepExportedStatus {
  readonly phase: FleetPhase;
  /** Absent until the phase is `done`. */
  readonly outcome?: FleetOutcome | undefined;
  /** Set with the outcome `failed`. */
  readonly failure?: EndingFailure | undefined;
  readonly dryRun: boolean;
  /** ISO 8601. */
  readonly startedAt: string;
  /** When the run ends at the latest, ISO 8601. */
  readonly endsAt: string;
  readonly totals: FleetTotals;
  /** One page of the clusters, those that need looking at first. */
  readonly clusters: readonly FleetClusterStatus[];
  /** Clusters that are not on this page. */
  readonly clustersLeftOut: number;
  /** The latest 100. */
  readonly failures: readonly FleetFailure[];
  /** Of a dry run: the first 500 in their order. */
  readonly planned: readonly PlannedExport[];
  /** What a person should know, in words. */
  readonly notes: readonly string[];
}

/** What the workflow `keepExported` returns: its last status, with the first 500 clusters. */
export interface KeepExportedResult extends KeepExportedStatus {
  readonly phase: 'done';
  readonly outcome: Exclude<FleetOutcome, 'cancelled' | 'failed'>;
}

/** How many snapshots are exported, and how far that is proven, in words. */
export function exportedText({
  exported,
  proven = 0,
  proofUnknown = exported - proven,
  checkFailed = 0,
}: Pick<SnapshotCounts, 'exported' | 'proven' | 'proofUnknown' | 'checkFailed'>): string {
  const notProven = exported - proven - proofUnknown - checkFailed;
  if (exported === 0) return '0 exported';
  const proof = [
    `${proven} proven`,
    ...(checkFailed === 0 ? [] : [`${checkFailed} not whole by their check`]),
    ...(notProven === 0 ? [] : [`${notProven} not proven`]),
    ...(proofUnknown === 0 ? [] : [`${proofUnknown} with proof not looked for`]),
  ];
  return `${exported} exported (${proof.join(', ')})`;
}
