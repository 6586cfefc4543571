import type { KeyObject } from 'node:crypto';
import type { ManifestStore } from '../manifest-store/index.ts';
import { isTrustworthy, openStoredManifest, type StoredManifest } from './stored-manifests.ts';

export interface ProofOptions {
  readonly store: ManifestStore;
  readonly publicKey: KeyObject | undefined;
  readonly groupId: string;
  readonly clusterName: string;
  /** Of all manifests that the store has of the cluster. */
  readonly names: readonly string[];
}

/** What Atlas's document of an export job says, as far as it matters here. */
export interface JobToProve {
  readonly id: string;
  readonly snapshotId?: string | undefined;
}

export interface ManifestFound {
  readonly address: string;
  readonly sha256: string;
  /** `unsigned`: its hash holds, and there was no key to check a signature with. */
  readonly seal: 'signed' | 'unsigned';
  readonly level: 'manifest' | 'full';
  readonly finishedAt: string;
}

/** A manifest that proves a job's export, or why there is none. */
export type Proof =
  | { readonly manifest: ManifestFound }
  | {
      readonly reason: string;
      /** The newest check says that something is missing from the bucket, or damaged there. */
      readonly checkFailed?: true;
    };

/**
 * Whether a snapshot's export is proven: the one rule, for the audit and for `keepExported`. Of several exports of it,
 * oldest first, one that is proven is enough: it is in the bucket, whole. Undefined where there is no export.
 */
export async function proofOfSnapshot<Job extends JobToProve>(
  exportedBy: readonly Job[],
  options: ProofOptions,
): Promise<{ readonly job: Job; readonly proof: Proof } | undefined> {
  let newest: { readonly job: Job; readonly proof: Proof } | undefined;
  for (const job of exportedBy.toReversed()) {
    const proof = await proofOfJob(job, options);
    if ('manifest' in proof) return { job, proof };
    newest ??= { job, proof };
  }
  return newest;
}

/** The newest check that can be trusted decides: an export that was whole once may have lost something since. */
async function proofOfJob(job: JobToProve, options: ProofOptions): Promise<Proof> {
  const { store, publicKey, groupId, clusterName } = options;
  const folder = `${groupId}/${clusterName}/${job.id}/`;
  const stored: StoredManifest[] = [];
  for (const name of options.names.filter((each) => each.startsWith(folder))) {
    stored.push(await openStoredManifest(store, name, publicKey));
  }
  if (stored.length === 0) return { reason: 'there is no manifest of it' };
  const newest = stored
    .filter((each) => isTrustworthy(each) && isOf(each, { job, groupId, clusterName }))
    .toSorted((a, b) => (finishedAt(a) < finishedAt(b) ? -1 : 1))
    .at(-1);
  if (newest?.manifest === undefined) return { reason: distrust(stored) };
  const { seal, address, manifest } = newest;
  if (manifest.outcome !== 'proven' || (seal !== 'signed' && seal !== 'unsigned')) {
    const [code = 'a failure'] = Object.keys(manifest.findings.counts);
    const reason = `the check of ${manifest.finishedAt} failed: ${code}`;
    return { reason, ...(manifest.outcome === 'proven' ? {} : { checkFailed: true }) };
  }
  const { sha256, level } = manifest;
  return { manifest: { address, sha256, seal, level, finishedAt: manifest.finishedAt } };
}

/** A copy in another export's folder proves nothing of that one. */
function isOf(
  { manifest }: StoredManifest,
  { job, groupId, clusterName }: { job: JobToProve; groupId: string; clusterName: string },
): boolean {
  return (
    manifest?.job.exportId === job.id &&
    manifest.request.groupId === groupId &&
    manifest.request.clusterName === clusterName &&
    manifest.request.snapshotId === job.snapshotId
  );
}

function finishedAt({ manifest }: StoredManifest): string {
  return manifest?.finishedAt ?? '';
}

function distrust(stored: readonly StoredManifest[]): string {
  const seals = stored.map(({ seal }) => seal);
  if (seals.includes('altered')) return 'its manifest was altered';
  if (seals.includes('wrongSignature')) return 'its manifest is not signed by the key that is set';
  if (seals.includes('unreadable')) return 'its manifest cannot be read';
  return 'the manifest in its place is of another export';
}
