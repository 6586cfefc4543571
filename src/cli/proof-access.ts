import { createPublicKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { readProofClientSettings, type Environment } from '../config.ts';
import { verifyingKey } from '../proof/index.ts';
import { createBucketAccess, type BucketAccess } from '../verification/index.ts';
import { UsageError } from './usage-error.ts';
import { version } from '../worker/version.ts';

export interface ProofAccess {
  readonly access: BucketAccess;
  /** What signatures of manifests are checked with; undefined where neither a key file nor a signing key is given. */
  readonly publicKey: KeyObject | undefined;
}

/** Runs `work` with what the settings let this process look into, and closes it afterwards. */
export async function withProofAccess<Result>(
  { environment, publicKeyFile }: { environment: Environment; publicKeyFile: string | undefined },
  work: (proof: ProofAccess) => Promise<Result>,
): Promise<Result> {
  const access = createBucketAccess(readProofClientSettings(environment), version);
  const { signingKey } = access;
  const own = signingKey === undefined ? undefined : createPublicKey(signingKey);
  const publicKey = publicKeyFile === undefined ? own : await keyOf(publicKeyFile);
  try {
    return await work({ access, publicKey });
  } finally {
    await access.close();
  }
}

async function keyOf(file: string): Promise<KeyObject> {
  try {
    return verifyingKey(await readFile(file, 'utf8'));
  } catch (error) {
    const why = error instanceof TypeError ? error.message : 'it cannot be read';
    throw new UsageError(`--public-key: ${file}: ${why}`);
  }
}
