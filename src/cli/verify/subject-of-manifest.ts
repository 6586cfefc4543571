import type { KeyObject } from 'node:crypto';
import { basename, dirname, resolve } from 'node:path';
import { bucketAt } from '../../bucket/index.ts';
import { exportRequestIdKey } from '../../contract/index.ts';
import { openFolderStore } from '../../manifest-store/index.ts';
import type { Manifest } from '../../proof/index.ts';
import { openStoredManifest, type BucketAccess, type StoredManifest } from '../../verification/index.ts';
import { UsageError } from '../usage-error.ts';
import { locationOf, type Subject } from './subject.ts';

/** Project, cluster, export, check, and the file itself: how the worker names a manifest. */
const partsOfName = 5;

/** What a manifest is about. Needs no Atlas, so that an export can be checked which Atlas has long forgotten. */
export async function subjectOfManifest(
  address: string,
  { access, publicKey }: { readonly access: BucketAccess; readonly publicKey: KeyObject | undefined },
): Promise<Subject> {
  const stored = await open(address, access, publicKey);
  const { manifest } = stored;
  if (manifest === undefined) {
    throw new UsageError(`${address} is no manifest, or one of a form that this version does not know.`);
  }
  const { request, job, bucket } = manifest;
  const { groupId, clusterName, snapshotId, exportBucketId, exportRequestId } = request;
  const [first, ...others] = bucket.prefixes;
  if (first === undefined) throw new UsageError(`${address} names no prefix.`);
  return {
    check: {
      location: locationOf(access, bucketAt(bucket.provider, bucket.address)),
      groupId,
      clusterName,
      snapshotId,
      exportBucketId,
      exportRequestId,
      job,
      prefixes: [first, ...others],
      attempts: [],
      customData: customDataOf(manifest),
    },
    stored: [stored],
  };
}

async function open(
  address: string,
  access: BucketAccess,
  publicKey: KeyObject | undefined,
): Promise<StoredManifest> {
  if (!address.includes('://')) {
    const path = resolve(address);
    try {
      return await openStoredManifest(openFolderStore(dirname(path)), basename(path), publicKey);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
        throw new UsageError(`There is no manifest ${path}.`, 'MANIFEST_NOT_FOUND');
      }
      throw error;
    }
  }
  const store = await access.manifestStore();
  const name = address.split('/').slice(-partsOfName).join('/');
  if (store.addressOf(name) !== address) {
    throw new UsageError(`${address} is not in the place that ATLAS_EXPORT_MANIFESTS names.`);
  }
  if (await store.has(name)) return openStoredManifest(store, name, publicKey);
  throw new UsageError(`There is no manifest ${address}.`, 'MANIFEST_NOT_FOUND');
}

/** Of one that found no failure: `.complete` carried what the job does, all of it. */
function customDataOf({ outcome, complete, request }: Manifest): { key: string; value: string }[] {
  if (outcome === 'proven' && complete?.customData !== undefined) return complete.customData;
  const { exportRequestId } = request;
  return exportRequestId === undefined ? [] : [{ key: exportRequestIdKey, value: exportRequestId }];
}
