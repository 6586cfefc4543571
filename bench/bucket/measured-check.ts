/** One check in a process of its own, which then says what it took. Its argument is a `MeasuredCheck` as JSON. */
import { openBucket, type BucketLocation } from '../../src/bucket/index.ts';
import { verifyExport, type VerifyLevel } from '../../src/proof/index.ts';
import { delayed } from './delayed-bucket.ts';
import { openFolderBucket } from './folder-bucket.ts';

export interface MeasuredCheck {
  readonly where: { readonly folder: string } | { readonly location: BucketLocation };
  /** None: load the library, look at nothing, and say what that takes. */
  readonly level: VerifyLevel | 'none';
  readonly prefix: string;
  /** How long each answer of the storage takes to come. @default 0 */
  readonly delayMs?: number;
}

/** What it prints, as JSON. */
export interface CheckMeasure {
  readonly outcome: string;
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** The most that the process ever had resident. */
  readonly memoryMegabytes: number;
  readonly listRequests: number;
  readonly objects: number;
  readonly documents: number;
  readonly largestCheckpointKilobytes: number;
}

const check: MeasuredCheck = JSON.parse(process.argv[2] ?? '{}');
const opened =
  'folder' in check.where ? openFolderBucket(check.where.folder) : await openBucket(check.where.location);
const bucket = check.delayMs === undefined ? opened : delayed(opened, check.delayMs);
const startedAtMs = performance.now();
const cpuBefore = process.cpuUsage();
let largestCheckpoint = 0;
const report =
  check.level === 'none'
    ? undefined
    : await verifyExport({
        bucket,
        level: check.level,
        expected: { prefixes: [check.prefix], groupId: 'group', clusterName: 'cluster', customData: [] },
        onCheckpoint: (checkpoint) => {
          largestCheckpoint = Math.max(largestCheckpoint, JSON.stringify(checkpoint).length);
        },
      });
const cpu = process.cpuUsage(cpuBefore);
await bucket.close();
const measure: CheckMeasure = {
  outcome: report?.outcome ?? 'none',
  seconds: (performance.now() - startedAtMs) / 1000,
  cpuSeconds: (cpu.user + cpu.system) / 1e6,
  memoryMegabytes: process.resourceUsage().maxRSS / 1024,
  listRequests: report?.listRequests ?? 0,
  objects: report?.listing.objects ?? 0,
  documents: report?.listing.documents ?? 0,
  largestCheckpointKilobytes: largestCheckpoint / 1000,
};
process.stdout.write(JSON.stringify(measure));
