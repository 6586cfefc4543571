/** Where manifests and their evidence are kept: by name, each whole or not at all. */
export interface ManifestStore {
  /** Writes a file, over an earlier one of the same name. Returns its address, for a person and for later. */
  put(name: string, content: Buffer): Promise<string>;
  has(name: string): Promise<boolean>;
  /** The whole file. Rejects where there is none, or where it is larger than a manifest or a part of evidence can be. */
  read(name: string): Promise<Buffer>;
  /** The names of all files below a folder of it, in no order; none where there is no such folder. */
  list(folder: string): AsyncIterable<string>;
  /** Where a file is or would be, as `put` returns it. */
  addressOf(name: string): string;
  close(): Promise<void>;
}

/** A manifest with all its lists full has some 300 kB; a part of evidence at most about 1 MB. */
export const storedBytesMax = 64 * 1024 * 1024;

const storedName = /^[\w-]+(?:\.[\w-]+)*(?:\/[\w-]+(?:\.[\w-]+)*)*$/;

/**
 * Names come from ids and cluster names: no dots that lead elsewhere, nothing that a file system or a URL reads otherwise.
 * @throws RangeError
 */
export function checkedName(name: string): string {
  if (name.length > 500 || !storedName.test(name)) {
    throw new RangeError(`${JSON.stringify(name)} is no name for a manifest's file`);
  }
  return name;
}
