import * as v from 'valibot';
import { noEvidence, type EvidenceSummary, type ObjectRow } from './evidence.ts';
import { emptyListing, type Listing } from './listing.ts';

export type VerifyLevel = 'manifest' | 'full';

/**
 * Where a check stands: plain data for a heartbeat, from which another process goes on. Evidence up to here is written.
 * It is at most some 200 kB, however large the export.
 */
export interface Checkpoint {
  readonly version: 1;
  readonly level: VerifyLevel;
  /** Normalized, without repetition. */
  readonly prefixes: readonly string[];
  /** ISO 8601. */
  readonly startedAt: string;
  /** Which prefix is being listed; their number once all are. */
  readonly prefixIndex: number;
  readonly continuation?: string;
  readonly listRequests: number;
  readonly listing: Listing;
  readonly evidence: EvidenceSummary;
  /** Of a full check: the objects of the current page that were read. */
  readonly read: readonly ObjectRow[];
}

const comparable = v.looseObject({
  version: v.literal(1),
  level: v.picklist(['manifest', 'full']),
  prefixes: v.array(v.string()),
  listing: v.looseObject({ objects: v.number() }),
  evidence: v.looseObject({ parts: v.number() }),
});

export function firstCheckpoint(check: {
  readonly level: VerifyLevel;
  readonly prefixes: readonly string[];
  readonly startedAt: string;
}): Checkpoint {
  return {
    version: 1,
    ...check,
    prefixIndex: 0,
    listRequests: 0,
    listing: emptyListing(),
    evidence: noEvidence,
    read: [],
  };
}

/** Whether a heartbeat's details are a checkpoint of this very check. Those of another version begin anew. */
export function isCheckpointOf(
  details: unknown,
  check: { readonly level: VerifyLevel; readonly prefixes: readonly string[] },
): details is Checkpoint {
  const { success, output } = v.safeParse(comparable, details);
  return (
    success &&
    output.level === check.level &&
    JSON.stringify(output.prefixes) === JSON.stringify(check.prefixes)
  );
}
