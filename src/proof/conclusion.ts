import type { CompleteFile, LabelEntry } from './complete-file.ts';
import { finding, type Finding } from './findings.ts';
import type { Listing } from './listing.ts';

/**
 * What Atlas counts in `totalFiles`. It documents the "total number of files uploaded" and not whether `metadata.json`
 * and `.complete` are among them. `unknown`: whatever agrees is taken as agreement, which finds less.
 */
export type TotalFilesCounts = 'dataFiles' | 'dataAndMetadata' | 'everything' | 'unknown';

/** What an export is expected to be. Only what is known; the rest is not checked, and said to be unknown. */
export interface ExpectedExport {
  /** The job's prefix first, then those that its components' own documents name. As Atlas wrote them. */
  readonly prefixes: readonly [string, ...string[]];
  readonly groupId: string;
  readonly clusterName: string;
  /** ISO 8601, of the snapshot. */
  readonly snapshotCreatedAt?: string | undefined;
  /** Entries that `.complete` must carry: the request's own id, unless the job was started by somebody else. */
  readonly customData: readonly LabelEntry[];
  /** Of the job's components. Absent where Atlas does not name them, as for a replica set. */
  readonly replicaSetNames?: readonly string[] | undefined;
  /** @default "unknown" */
  readonly totalFilesCounts?: TotalFilesCounts | undefined;
}

/** The stated number of files beside those that are there. */
export interface FileCount {
  /** `totalFiles` of `.complete`; absent where it says none. */
  readonly stated?: number;
  readonly dataFiles: number;
  readonly metadataFiles: number;
  readonly completeFiles: number;
  /** What `totalFiles` counts, if it is to agree with what is there. Empty: it agrees with nothing. */
  readonly agreesAs: readonly Exclude<TotalFilesCounts, 'unknown'>[];
}

/** Compares the number of files with what `.complete` states. */
export function countFiles(listing: Listing, stated: number | undefined): FileCount {
  const { dataFiles, metadataFiles } = listing;
  const completeFiles = listing.completeIn.length;
  const counts = readings({ dataFiles, metadataFiles, completeFiles });
  return {
    ...(stated === undefined ? {} : { stated }),
    dataFiles,
    metadataFiles,
    completeFiles,
    agreesAs: counts.filter(({ count }) => count === stated).map(({ as }) => as),
  };
}

/** What the listing as a whole says, once it is at its end. */
export function conclusionFindings(
  listing: Listing,
  { expected, complete }: { readonly expected: ExpectedExport; readonly complete: CompleteFile | undefined },
): Finding[] {
  const files = countFiles(listing, complete?.totalFiles);
  return [
    ...(listing.dataFiles > 0
      ? []
      : [finding('NOTHING_EXPORTED', expected.prefixes[0], 'there is no data file')]),
    ...fileCountFindings(files, expected.totalFilesCounts ?? 'unknown'),
    ...replicaSetFindings(listing, { expected, isAccountedFor: files.agreesAs.length > 0 }),
  ];
}

function readings(files: {
  readonly dataFiles: number;
  readonly metadataFiles: number;
  readonly completeFiles: number;
}): readonly { readonly as: Exclude<TotalFilesCounts, 'unknown'>; readonly count: number }[] {
  const { dataFiles, metadataFiles, completeFiles } = files;
  return [
    { as: 'dataFiles', count: dataFiles },
    { as: 'dataAndMetadata', count: dataFiles + metadataFiles },
    { as: 'everything', count: dataFiles + metadataFiles + completeFiles },
  ];
}

function fileCountFindings(files: FileCount, counts: TotalFilesCounts): Finding[] {
  const { stated, agreesAs } = files;
  if (stated === undefined) return [];
  const where = '.complete totalFiles';
  const there = `${files.dataFiles} data files and ${files.metadataFiles} metadata.json`;
  const says = `says ${stated}; there are ${there}`;
  const [fewest, most] = bounds(files, counts);
  if (counts === 'unknown' ? agreesAs.length > 0 : agreesAs.includes(counts)) {
    // That a file counts itself before it is uploaded is the least likely; one file missing looks the same.
    const isOddReading = counts === 'unknown' && agreesAs.every((as) => as === 'everything');
    return isOddReading
      ? [finding('TOTAL_FILES_UNCLEAR', where, `${says}: either .complete counts itself, or one is missing`)]
      : [];
  }
  // Several `.complete` files may each count their own prefix.
  if (files.completeFiles > 1)
    return [finding('TOTAL_FILES_UNCLEAR', where, `${says}, and ${files.completeFiles} .complete`)];
  if (stated > most) return [finding('FILES_MISSING', where, says)];
  if (stated < fewest) return [finding('FILES_TOO_MANY', where, says)];
  return [finding('TOTAL_FILES_UNCLEAR', where, says)];
}

/** The smallest and the largest number of files that `totalFiles` can mean. */
function bounds(files: FileCount, counts: TotalFilesCounts): readonly [fewest: number, most: number] {
  const possible = readings(files)
    .filter(({ as }) => counts === 'unknown' || as === counts)
    .map(({ count }) => count);
  return [Math.min(...possible), Math.max(...possible)];
}

/** Whether Atlas writes anything for a shard without data is not documented, so absence alone is no failure. */
function replicaSetFindings(
  listing: Listing,
  { expected, isAccountedFor }: { readonly expected: ExpectedExport; readonly isAccountedFor: boolean },
): Finding[] {
  const { replicaSetNames } = expected;
  if (replicaSetNames === undefined) return [];
  const found = listing.replicaSets.map(({ replicaSetName }) => replicaSetName);
  const absent = replicaSetNames.filter((name) => !found.includes(name));
  const unexpected = found.filter((name) => !replicaSetNames.includes(name));
  return [
    ...absent.map((name) =>
      isAccountedFor
        ? finding('REPLICA_SET_EMPTY', name, 'has no file, and no file is missing by the count')
        : finding('REPLICA_SET_MISSING', name, 'has no file'),
    ),
    ...unexpected.map((name) =>
      finding('REPLICA_SET_UNEXPECTED', name, 'has files and is no component of the job'),
    ),
  ];
}
