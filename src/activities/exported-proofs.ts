import { createPublicKey } from 'node:crypto';
import {
  manifestNames,
  proofOfSnapshot,
  type BucketAccess,
  type ProofOptions,
} from '../verification/index.ts';
import type { DueSnapshot } from './due-snapshots.ts';
import type { ClusterReference } from './export-activities.ts';

/** Well within the survey's own time: what is exported is to be known, whatever the manifest store does. */
const lookForMs = 20_000;

const atOnceMax = 8;

/** How the exported snapshots of a cluster stand beyond Atlas's word. The others are exported, and nothing proves it. */
export interface CountedProofs {
  readonly proven: number;
  /** Nobody looked: there is no manifest store, it cannot be read, or there was no time. */
  readonly proofUnknown: number;
  /** The newest check of the bucket says that something is missing or damaged. */
  readonly checkFailed: number;
}

/** Looks among the kept manifests, by the rule of the audit. Asks nothing of Atlas, and opens no export. */
export async function countProofs(
  due: readonly DueSnapshot[],
  {
    access,
    cluster: { groupId, clusterName },
    warn,
  }: {
    readonly access: BucketAccess | undefined;
    readonly cluster: Pick<ClusterReference, 'groupId' | 'clusterName'>;
    readonly warn: (error: unknown) => void;
  },
): Promise<CountedProofs> {
  const exported = due.filter(({ standing }) => standing === 'exported');
  if (access === undefined || exported.length === 0) {
    return { proven: 0, proofUnknown: exported.length, checkFailed: 0 };
  }
  const untilMs = performance.now() + lookForMs;
  const { signingKey } = access;
  const pending = [...exported];
  let proven = 0;
  let checkFailed = 0;
  let seen = 0;
  const lookUntilDone = async (options: ProofOptions): Promise<void> => {
    for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
      if (performance.now() > untilMs) return;
      const found = await proofOfSnapshot(next.exportedBy, options);
      seen += 1;
      if (found === undefined) continue;
      if ('manifest' in found.proof) proven += 1;
      else if (found.proof.checkFailed === true) checkFailed += 1;
    }
  };
  try {
    const store = await access.manifestStore();
    const names = await manifestNames(store, `${groupId}/${clusterName}`);
    const publicKey = signingKey === undefined ? undefined : createPublicKey(signingKey);
    const options = { store, publicKey, groupId, clusterName, names };
    await Promise.all(Array.from({ length: atOnceMax }, () => lookUntilDone(options)));
  } catch (error) {
    // Whether something is to be exported does not hang on it.
    warn(error);
  }
  return { proven, proofUnknown: exported.length - seen, checkFailed };
}
