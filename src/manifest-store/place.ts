import type { BucketLocation } from '../bucket/index.ts';
import { openBucketStore } from './bucket-store.ts';
import { openFolderStore } from './folder-store.ts';
import type { ManifestStore } from './manifest-store.ts';

/** Where manifests are kept. */
export type ManifestPlace =
  | { readonly kind: 'folder'; readonly folder: string }
  | { readonly kind: 'bucket'; readonly location: BucketLocation; readonly prefix: string };

/** Opens the store that is there. Nothing is written yet. */
export async function openManifestStore(place: ManifestPlace): Promise<ManifestStore> {
  return place.kind === 'folder' ? openFolderStore(place.folder) : await openBucketStore(place);
}
