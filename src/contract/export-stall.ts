/** What a stall can be. A name is never changed or given another meaning; it is also the metric's label. */
export const stallKinds = [
  /** In Atlas's queue for longer than it should be. */
  'queued',
  /** Running, and the count of exported collections stands still. */
  'noProgress',
  /** Running without any count of collections, for longer than the cluster's earlier exports took. */
  'total',
] as const;

export type StallKind = (typeof stallKinds)[number];

/** That an export seems stuck rather than slow. It is said, and nothing else: the export goes on and is not failed by it. */
export interface ExportStall {
  readonly kind: StallKind;
  /** Since when nothing has moved, as far as looks can tell, ISO 8601. */
  readonly since: string;
  /** When a look showed that this takes too long, ISO 8601. */
  readonly noticedAt: string;
  /** What takes longer than what, in words. */
  readonly reason: string;
}

/** After how long an export is said to be stalled, by the kind of stall. */
export type StallSettings = {
  /** Undefined: learned. */
  readonly [Kind in StallKind as `${Kind}Ms`]?: number | undefined;
};
