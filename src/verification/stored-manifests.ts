import type { KeyObject } from 'node:crypto';
import type { ManifestStore } from '../manifest-store/index.ts';
import { openManifest, type OpenedManifest } from '../proof/index.ts';

/** A manifest where it is kept, with what became of looking at its seal. */
export interface StoredManifest extends OpenedManifest {
  /** For a person. */
  readonly address: string;
  readonly store: ManifestStore;
  /** Of the manifest and its evidence, as names in the store begin; empty where they are at its top. */
  readonly folder: string;
}

/** In the folder of its check. */
export const manifestFileName = 'manifest.json';

/** The names of the manifests below a folder of a store. */
export async function manifestNames(store: ManifestStore, folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const name of store.list(folder)) if (name.endsWith(`/${manifestFileName}`)) names.push(name);
  return names.sort();
}

/** With a key, only what that key signed counts as signed. */
export async function openStoredManifest(
  store: ManifestStore,
  name: string,
  publicKey: KeyObject | undefined,
): Promise<StoredManifest> {
  const opened = openManifest(await store.read(name), publicKey);
  const folder = name.split('/').slice(0, -1).join('/');
  return { ...opened, address: store.addressOf(name), store, folder };
}

/** Whether a manifest says what it said when it was sealed, and where a key was given, by whom. */
export function isTrustworthy({ seal }: Pick<StoredManifest, 'seal'>): boolean {
  return seal === 'signed' || seal === 'unsigned';
}

/** What a later look is best compared with: the newest that found no failure, one that read every object before others. */
export function bestToCompareWith(manifests: readonly StoredManifest[]): StoredManifest | undefined {
  const rank = ({ manifest }: StoredManifest): string =>
    [
      manifest?.outcome === 'proven' ? 1 : 0,
      manifest?.level === 'full' ? 1 : 0,
      manifest?.finishedAt ?? '',
    ].join(' ');
  return manifests
    .filter(isTrustworthy)
    .toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1))
    .at(-1);
}
