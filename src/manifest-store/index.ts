/** Keeping manifests. Loads no vendor's library: `openBucketStore` does, when it is called. */
export { manifestsFolder, openBucketStore } from './bucket-store.ts';
export type { BucketStorePlace } from './bucket-store.ts';
export { openFolderStore } from './folder-store.ts';
export type { ManifestStore } from './manifest-store.ts';
export { openManifestStore } from './place.ts';
export type { ManifestPlace } from './place.ts';
