import type { CheckedBucket } from '../src/activities/index.ts';
import type { VerificationFinding } from '../src/contract/index.ts';
import { PretendAtlas } from '../test/workflows/pretend-atlas.ts';

/** An export that takes hours, recorded on a server whose time is skipped; the histories are as real as any. */
export interface SkippedTimeRecording {
  readonly name: string;
  readonly request?: object;
  readonly atlas: () => PretendAtlas;
}

const missing: VerificationFinding = {
  code: 'INCREMENT_MISSING',
  severity: 'failure',
  where: 'shop/orders/shard-0',
  what: 'there is 2 but not 1',
};

function checked(of: Partial<CheckedBucket> = {}): CheckedBucket {
  return {
    outcome: 'proven',
    level: 'manifest',
    mayOnlyBeLate: false,
    checkedAt: '2026-11-25T00:00:00.000Z',
    found: { objects: 15, dataFiles: 12, bytes: 31_300, collections: 2 },
    findings: [],
    findingsCount: 0,
    failuresCount: 0,
    replicaSets: [],
    manifest: { address: '/manifests/manifest.json', sha256: 'c'.repeat(64) },
    ...of,
  };
}

function failed(of: Partial<CheckedBucket> = {}): CheckedBucket {
  return checked({ outcome: 'failed', findings: [missing], findingsCount: 1, failuresCount: 1, ...of });
}

/** Whose looks into the bucket come to these, the last one again and again. */
function lookedInto(...seen: readonly CheckedBucket[]): PretendAtlas {
  const atlas = new PretendAtlas();
  atlas.plans = [{ runningMs: 60_000 }];
  atlas.verify = ({ look }) => seen[Math.min(look, seen.length) - 1] ?? checked();
  return atlas;
}

/** Whose job is gone from the first look on. */
function forgetful(): PretendAtlas {
  const atlas = new PretendAtlas();
  atlas.before = ({ name }) => {
    if (name === 'pollExportJob') atlas.jobs.length = 0;
  };
  return atlas;
}

export const skippedTimeRecordings: readonly SkippedTimeRecording[] = [
  { name: 'lost', atlas: forgetful },
  { name: 'verified', request: { verify: 'manifest' }, atlas: () => lookedInto(checked()) },
  { name: 'verification-failed', request: { verify: 'manifest' }, atlas: () => lookedInto(failed()) },
  {
    name: 'verified-when-late-objects-came',
    request: { verify: 'full' },
    atlas: () =>
      lookedInto(
        failed({ mayOnlyBeLate: true }),
        failed({ mayOnlyBeLate: true }),
        checked({ level: 'full' }),
      ),
  },
  {
    name: 'objects-late-for-too-long',
    request: { verify: 'manifest', verifyWait: '5 minutes' },
    atlas: () => lookedInto(failed({ mayOnlyBeLate: true })),
  },
];
