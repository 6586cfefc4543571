import type { KeyObject } from 'node:crypto';
import {
  bucketLocation,
  openBucket,
  type Bucket,
  type BucketLocation,
  type ExportBucketDocument,
} from '../bucket/index.ts';
import type { ProofSettings } from '../config.ts';
import { openManifestStore, type ManifestStore } from '../manifest-store/index.ts';
import type { TotalFilesCounts } from '../proof/index.ts';

/** What a process may look into and where it keeps what it finds, as its settings say. */
export interface BucketAccess {
  /** What manifests say that wrote them. */
  readonly product: { readonly name: string; readonly version: string };
  readonly totalFilesCounts: TotalFilesCounts;
  readonly signingKey: KeyObject | undefined;
  /**
   * Where an export bucket is; undefined where the settings do not let it be looked into.
   * @throws {BucketError} `BUCKET_LOCATION` where neither Atlas nor the settings say where it is.
   */
  locate(document: ExportBucketDocument): BucketLocation | undefined;
  /** The bucket, opened once and kept open. Loads the vendor's library. */
  open(location: BucketLocation): Promise<Bucket>;
  /** Where manifests are kept, opened once. */
  manifestStore(): Promise<ManifestStore>;
  /** Closes all that was opened. */
  close(): Promise<void>;
}

/** Opens nothing yet and loads no vendor's library. */
export function createBucketAccess(settings: ProofSettings, version: string): BucketAccess {
  const { buckets, overrides, manifests, signingKey, totalFilesCounts } = settings;
  const opened = new Map<string, Promise<Bucket>>();
  let store: Promise<ManifestStore> | undefined;
  return {
    product: { name: 'atlas-export-worker', version },
    totalFilesCounts,
    signingKey,
    locate: (document) => {
      const provider = (document.cloudProvider ?? 'AWS').toUpperCase();
      const rules = buckets.filter((rule) => rule.provider === provider);
      const [first] = rules;
      if (first === undefined) return undefined;
      const location = bucketLocation(document, overrides[first.provider]);
      const isNamed = rules.some(
        ({ bucketName }) => (bucketName ?? location.bucketName) === location.bucketName,
      );
      return isNamed ? location : undefined;
    },
    open: (location) => {
      const key = JSON.stringify(location);
      const bucket = opened.get(key) ?? openBucket(location);
      opened.set(key, bucket);
      return bucket;
    },
    manifestStore: () => (store ??= openManifestStore(manifests)),
    close: async () => {
      const all = [...opened.values(), ...(store === undefined ? [] : [store])];
      await Promise.allSettled(all.map(async (each) => (await each).close()));
    },
  };
}
