/** Keeping manifests. Loads no vendor's library: `openBucketStore` does, when it is called. */
export { openBucketStore } from './bucket-store.ts';
export type { BucketStorePlace } from './bucket-store.ts';
export { openFolderStore } from './folder-store.ts';
export type { ManifestStore } from './manifest-store.ts';
