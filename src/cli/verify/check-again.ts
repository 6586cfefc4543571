import { randomUUID } from 'node:crypto';
import {
  canonicalJson,
  completeInManifest,
  completeKey,
  type CheckObserver,
  type CompleteFile,
  type Manifest,
  type VerificationReport,
  type VerifyLevel,
} from '../../proof/index.ts';
import {
  bestToCompareWith,
  checkJob,
  comparisonWith,
  isTrustworthy,
  readStoredEvidence,
  verifyJob,
  type BucketAccess,
  type ExportChange,
  type ExportComparison,
  type StoredManifest,
  type VerifiedJob,
} from '../../verification/index.ts';
import { lookPatiently } from './patience.ts';
import type { CheckProgress } from './progress-line.ts';
import type { Subject } from './subject.ts';

/** What another look at an old export came to. */
export interface CheckedAgain {
  readonly report: VerificationReport;
  /** Manifests and evidence that do not say any more what they said, in words. */
  readonly problems: readonly string[];
  /** Absent where there is nothing to compare with. */
  readonly since?: ComparedWith;
  /** Absent unless it was to be kept. */
  readonly saved?: VerifiedJob['manifest'];
}

export interface ComparedWith {
  readonly stored: StoredManifest;
  readonly by: ExportComparison['by'];
  readonly changes: readonly ExportChange[];
}

export interface CheckAgainOptions {
  readonly level: VerifyLevel;
  readonly save: boolean;
  readonly progress: CheckProgress;
  readonly signal: AbortSignal;
  readonly note: (text: string) => void;
}

/** No failure found now, nothing changed since, and every manifest of it as it was sealed. */
export function isWhole({ report, problems, since }: CheckedAgain): boolean {
  return report.outcome === 'proven' && problems.length === 0 && (since?.changes ?? []).length === 0;
}

/**
 * Looks at an export once more and compares it with the best of the earlier checks. Writes nothing, unless it is to
 * keep a manifest.
 * @throws {BucketError} where the storage cannot be looked into
 */
export async function checkAgain(
  access: BucketAccess,
  { check, stored }: Subject,
  { level, save, progress, signal, note }: CheckAgainOptions,
): Promise<CheckedAgain> {
  const problems = stored.filter((each) => !isTrustworthy(each)).map(sealProblem);
  const earlier = bestToCompareWith(stored);
  const comparison = earlier === undefined ? undefined : await prepared(earlier, problems);
  const observer = observers(progress, comparison);
  const checkId = `cli-${randomUUID()}`;
  const { report, manifest } = await lookPatiently<{
    report: VerificationReport;
    manifest?: VerifiedJob['manifest'];
  }>(
    async ({ resumeFrom, onCheckpoint }) => {
      const job = {
        ...check,
        level,
        checkId,
        resumeFrom,
        observer,
        signal,
        onCheckpoint: (checkpoint: Parameters<typeof onCheckpoint>[0]): void => {
          onCheckpoint(checkpoint);
          progress.reached(checkpoint);
        },
      };
      return save ? await verifyJob(access, job) : { report: await checkJob(access, job) };
    },
    { signal, note },
  );
  return {
    report,
    problems,
    ...(manifest === undefined ? {} : { saved: manifest }),
    ...(earlier?.manifest === undefined || comparison === undefined
      ? {}
      : {
          since: {
            stored: earlier,
            by: comparison.by,
            changes: [...completeChange(earlier.manifest, report.complete, check), ...comparison.changes()],
          },
        }),
  };
}

/** Undefined where the evidence to compare with is not what its manifest says. */
async function prepared(stored: StoredManifest, problems: string[]): Promise<ExportComparison | undefined> {
  const comparison = comparisonWith(stored.manifest?.level ?? 'manifest');
  const state = await readStoredEvidence(stored, (row) => comparison.earlier(row));
  if (state === 'whole') return comparison;
  const what = state === 'missing' ? 'is not there' : 'is not what the manifest says of it';
  problems.push(`the evidence beside ${stored.address} ${what}`);
  return undefined;
}

function observers(progress: CheckProgress, comparison: ExportComparison | undefined): CheckObserver {
  return {
    listed: (objects, prefix) => {
      progress.listed(objects.length);
      comparison?.listed(objects, prefix);
    },
    rows: (rows) => comparison?.rows(rows),
  };
}

function completeChange(
  earlier: Manifest,
  complete: CompleteFile | undefined,
  { prefixes }: Subject['check'],
): ExportChange[] {
  const where = completeKey(prefixes[0]);
  if (earlier.complete === undefined && complete === undefined) return [];
  if (complete === undefined) return [{ kind: 'missing', where, what: 'there was one that could be read' }];
  if (earlier.complete === undefined)
    return [{ kind: 'new', where, what: 'there was none that could be read' }];
  if (canonicalJson(earlier.complete) === canonicalJson(completeInManifest(complete))) return [];
  return [{ kind: 'content', where, what: 'it says something else' }];
}

function sealProblem({ seal, address }: StoredManifest): string {
  if (seal === 'altered') return `${address} was altered: its SHA-256 does not hold`;
  if (seal === 'wrongSignature') return `${address} is not signed by the key that is set`;
  return `${address} cannot be read as a manifest`;
}
