import { readFile } from 'node:fs/promises';
import type { Simulator } from '../simulator/index.ts';
import { contentsText, verificationText, type ExportResult } from '../src/contract/index.ts';
import { openManifest } from '../src/proof/index.ts';

/** The closing lines of the demo. */
export interface Proof {
  readonly holds: boolean;
  readonly lines: readonly string[];
}

/** What the simulator's own books say against what was asked. */
export function proofFromBooks(simulator: Simulator, results: readonly ExportResult[]): Proof {
  const { books } = simulator;
  const checks: [what: string, holds: boolean][] = [
    [
      `${results.length} exports asked for, ${books.createsAccepted} create requests accepted`,
      books.createsAccepted === results.length,
    ],
    [`${books.jobs.length} export jobs in Atlas's books`, books.jobs.length === results.length],
    [
      'no snapshot was ever exported twice at once, none was exported a second time',
      books.activeOverlaps.length === 0 &&
        new Set(books.jobs.map(({ snapshotId }) => snapshotId)).size === books.jobs.length,
    ],
    [
      'every result names its own job, and Atlas says Successful of each',
      results.every(
        ({ exportId, state }) =>
          state === 'Successful' && books.jobs.some((job) => job.exportId === exportId),
      ),
    ],
  ];
  return proofOf(checks);
}

/** What the bucket showed, by the manifests that the worker has left: read again and their seals looked at. */
export async function proofFromBucket(results: readonly ExportResult[]): Promise<Proof> {
  const checks = await Promise.all(
    results.map(async ({ clusterName, verification }): Promise<[what: string, holds: boolean]> => {
      const { manifest, found, outcome } = verification ?? {};
      if (verification === undefined || manifest === undefined || found === undefined) {
        const why = verification === undefined ? 'nothing known' : verificationText(verification);
        return [`${clusterName}: ${why}`, false];
      }
      const opened = openManifest(await readFile(manifest.address));
      const isWhole = opened.seal === 'unsigned' && opened.manifest?.sha256 === manifest.sha256;
      const sealed = `manifest ${manifest.sha256.slice(0, 12)}…${isWhole ? ' whole' : ' damaged'}`;
      return [
        `${clusterName}: every object read, ${contentsText(found)}; ${sealed}`,
        isWhole && outcome === 'proven',
      ];
    }),
  );
  return proofOf(checks);
}

function proofOf(checks: readonly (readonly [what: string, holds: boolean])[]): Proof {
  return {
    holds: checks.every(([, holds]) => holds),
    lines: checks.map(([what, holds]) => `  ${holds ? '✔' : '✘'} ${what}`),
  };
}
