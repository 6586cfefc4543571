import { BucketError, type Bucket, type BucketObject } from '../bucket/index.ts';
import { firstCheckpoint, isCheckpointOf, type Checkpoint, type VerifyLevel } from './checkpoint.ts';
import { checkCompleteFile, completeBytesMax, readCompleteFile, type CompleteFile } from './complete-file.ts';
import { conclusionFindings, countFiles, type ExpectedExport, type FileCount } from './conclusion.ts';
import {
  evidencePart,
  evidencePartName,
  withPart,
  type EvidenceRow,
  type EvidenceSummary,
  type ObjectRow,
} from './evidence.ts';
import { completeKey, normalizedPrefix } from './export-layout.ts';
import { countOf, finding, type Finding } from './findings.ts';
import { holdHeapSmall } from './heap-held-small.ts';
import { addPage, endPrefix, noteFindings, type Listing } from './listing.ts';
import { ListedPages, type ListedObjects } from './listed-pages.ts';
import { ObjectReader } from './object-reader.ts';

/** Where evidence goes. Writing a part again with the same content must do no harm. */
export interface EvidenceStore {
  put(name: string, content: Buffer): Promise<unknown>;
  has(name: string): Promise<boolean>;
}

export interface VerificationTask {
  readonly bucket: Bucket;
  readonly expected: ExpectedExport;
  readonly level: VerifyLevel;
  /** Absent: evidence is hashed and thrown away. */
  readonly evidence?: EvidenceStore | undefined;
  /** What an earlier run last reported; of another check or version it is passed over. */
  readonly resumeFrom?: unknown;
  /** Called whenever work is safe: after pages, and in a full check after each object. */
  readonly onCheckpoint?: ((checkpoint: Checkpoint) => void) | undefined;
  /**
   * Resolves when the latest checkpoint is where another process finds it. A full check waits for it before it begins
   * an object, where a crash would otherwise lose more than that object or {@link bytesAtRiskMax}.
   */
  readonly checkpointKept?: (() => Promise<void>) | undefined;
  /** Packed bytes of small objects that a crash may lose the reading of, in a full check. @default 32 MiB: half a second's work */
  readonly bytesAtRiskMax?: number | undefined;
  readonly observer?: CheckObserver | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Objects per list request, 1 to 1,000. @default 1000, in a full check 100 */
  readonly pageSize?: number | undefined;
  /** Pages after which there is a checkpoint in any case; each may write a part of evidence. @default 50, in a full check 1 */
  readonly pagesPerCheckpoint?: number | undefined;
}

/** Is told of everything that a check sees, as it goes; of some of it again where the check goes on after a failure. */
export interface CheckObserver {
  /** Of a page, before it is looked into. The prefix is normalized. */
  listed(objects: readonly BucketObject[], prefix: string): void;
  /** What has become evidence. */
  rows(rows: readonly EvidenceRow[]): void;
}

/** What a check came to. */
export interface VerificationReport {
  readonly level: VerifyLevel;
  /** `proven`: no failure was found. Warnings say what could not be told. */
  readonly outcome: 'proven' | 'failed';
  readonly prefixes: readonly string[];
  /** ISO 8601. */
  readonly startedAt: string;
  readonly finishedAt: string;
  /** Absent where there is none, or none that can be read. */
  readonly complete?: CompleteFile;
  readonly files: FileCount;
  readonly listing: Listing;
  readonly evidence: EvidenceSummary & { readonly kept: boolean };
  readonly listRequests: number;
}

/** There is a checkpoint after so many rows at the latest, which bounds the memory that they take. */
const rowsPerCheckpoint = 1_000;

/** Until then, what pages leave behind is little. */
const longListingPages = 20;

const bytesAtRiskMaxDefault = 32 * 1024 * 1024;

/**
 * Checks an export in its bucket. Storage that fails is thrown as {@link BucketError} and says nothing about the
 * export: call again with the last checkpoint. What is wrong with the export is in the report.
 */
export async function verifyExport(task: VerificationTask): Promise<VerificationReport> {
  const run = await beginOrResume(task);
  await lookAtPages(run, task);
  const complete = await lookAtComplete(run, task);
  run.rows.push(
    ...noteFindings(run.listing, conclusionFindings(run.listing, { expected: task.expected, complete })),
  );
  // No place to go on from: what a run that goes on concludes would be counted twice.
  await writeEvidence(run, task);
  const { level, prefixes, startedAt, listing, evidence, listRequests } = run;
  return {
    level,
    outcome: countOf(listing.findings, 'failure') === 0 ? 'proven' : 'failed',
    prefixes,
    startedAt,
    finishedAt: new Date().toISOString(),
    ...(complete === undefined ? {} : { complete }),
    files: countFiles(listing, complete?.totalFiles),
    listing,
    evidence: { ...evidence, kept: task.evidence !== undefined },
    listRequests,
  };
}

/** A checkpoint that moves, and what is not safe yet. */
interface Run {
  readonly level: VerifyLevel;
  readonly prefixes: readonly string[];
  readonly startedAt: string;
  readonly listing: Listing;
  prefixIndex: number;
  continuation: string | undefined;
  listRequests: number;
  evidence: EvidenceSummary;
  read: readonly ObjectRow[];
  rows: EvidenceRow[];
  pagesNotSafe: number;
  /** Of objects that were read, and of which it is not known that another process would find so. */
  bytesAtRisk: number;
  safe: Checkpoint;
}

async function beginOrResume(task: VerificationTask): Promise<Run> {
  const prefixes = [...new Set(task.expected.prefixes.map(normalizedPrefix))];
  const check = { level: task.level, prefixes };
  const resumed = isCheckpointOf(task.resumeFrom, check) && (await evidenceIsThere(task.resumeFrom, task));
  const safe = resumed ? task.resumeFrom : firstCheckpoint({ ...check, startedAt: new Date().toISOString() });
  const { continuation, ...at } = safe;
  return {
    ...at,
    continuation,
    listing: structuredClone(safe.listing),
    rows: [],
    pagesNotSafe: 0,
    bytesAtRisk: 0,
    safe,
  };
}

/** A local folder of another machine does not have it: then the check begins anew. */
async function evidenceIsThere({ evidence }: Checkpoint, task: VerificationTask): Promise<boolean> {
  if (task.evidence === undefined || evidence.parts === 0) return true;
  return await task.evidence.has(evidencePartName(evidence.parts));
}

async function lookAtPages(run: Run, task: VerificationTask): Promise<void> {
  const { bucket, signal } = task;
  const { prefixes, level } = run;
  const from = { prefixIndex: run.prefixIndex, continuation: run.continuation };
  const isFull = level === 'full';
  const reader = isFull ? new ObjectReader({ bucket, signal, readBefore: run.read }) : undefined;
  const pages = new ListedPages({
    bucket,
    prefixes,
    from,
    pageSize: task.pageSize ?? (isFull ? 100 : 1_000),
    signal,
    ...(reader === undefined ? {} : { onAhead: (page) => reader.announce(page) }),
  });
  let releaseHeap: (() => void) | undefined;
  try {
    for (let page = await pages.take(); page !== undefined; page = await pages.take()) {
      await lookAtPage(run, task, { page, reader });
      if (run.listRequests >= longListingPages) releaseHeap ??= holdHeapSmall();
    }
  } finally {
    releaseHeap?.();
    await Promise.all([pages.stop(), reader?.stop()]);
  }
}

async function lookAtPage(
  run: Run,
  task: VerificationTask,
  { page, reader }: { readonly page: ListedObjects; readonly reader: ObjectReader | undefined },
): Promise<void> {
  const { prefix, objects, next } = page;
  run.listRequests += 1;
  task.observer?.listed(objects, prefix);
  const read =
    reader === undefined ? new Map<string, ObjectRow>() : await readObjects({ run, task, page, reader });
  const listed = { prefix, objects, read, hasOtherPrefixes: run.prefixes.length > 1 };
  run.rows.push(...addPage(run.listing, listed));
  if (page.endsPrefix) run.rows.push(...endPrefix(run.listing, listed));
  run.prefixIndex = next.prefixIndex;
  run.continuation = next.continuation;
  run.read = [];
  run.pagesNotSafe += 1;
  const { pagesPerCheckpoint = run.level === 'full' ? 1 : 50 } = task;
  const isDue = run.rows.length >= rowsPerCheckpoint || run.pagesNotSafe >= pagesPerCheckpoint;
  if (isDue) await keepEvidence(run, task);
}

/** Reads a page's objects one by one, but for those that an earlier run has read and that are still the same. */
async function readObjects({
  run,
  task,
  page,
  reader,
}: {
  readonly run: Run;
  readonly task: VerificationTask;
  readonly page: ListedObjects;
  readonly reader: ObjectReader;
}): Promise<ReadonlyMap<string, ObjectRow>> {
  const { known, pending } = reader.plan(page);
  const rows = new Map(known.map((row) => [row.key, row]));
  for (const each of pending) {
    await limitRisk(run, task, each.object.bytes);
    rows.set(each.object.key, await reader.read(each));
    run.bytesAtRisk += each.object.bytes;
    run.read = [...rows.values()];
    run.safe = { ...run.safe, read: run.read };
    task.onCheckpoint?.(run.safe);
  }
  return rows;
}

/** A crash is to cost one object's work, or that of a few small ones. */
async function limitRisk(run: Run, task: VerificationTask, nextBytes: number): Promise<void> {
  const { bytesAtRiskMax = bytesAtRiskMaxDefault } = task;
  if (run.bytesAtRisk === 0 || run.bytesAtRisk + nextBytes <= bytesAtRiskMax) return;
  await task.checkpointKept?.();
  run.bytesAtRisk = 0;
}

/** Writes the rows that have come together. */
async function writeEvidence(run: Run, task: VerificationTask): Promise<void> {
  if (run.rows.length === 0) return;
  const content = evidencePart(run.rows);
  const evidence = withPart(run.evidence, { content, rows: run.rows.length });
  await task.evidence?.put(evidencePartName(evidence.parts), content);
  task.observer?.rows(run.rows);
  run.evidence = evidence;
  run.rows = [];
}

/** Writes the rows that have come together, and moves the place to go on from. */
async function keepEvidence(run: Run, task: VerificationTask): Promise<void> {
  await writeEvidence(run, task);
  run.pagesNotSafe = 0;
  const { level, prefixes, startedAt, prefixIndex, continuation, listRequests, evidence } = run;
  run.safe = {
    version: 1,
    level,
    prefixes,
    startedAt,
    prefixIndex,
    ...(continuation === undefined ? {} : { continuation }),
    listRequests,
    listing: structuredClone(run.listing),
    evidence,
    read: [],
  };
  task.onCheckpoint?.(run.safe);
}

async function lookAtComplete(run: Run, task: VerificationTask): Promise<CompleteFile | undefined> {
  const key = completeKey(task.expected.prefixes[0]);
  const note = (findings: readonly Finding[]): void => {
    run.rows.push(...noteFindings(run.listing, findings));
  };
  // By the listing, and not by what reading it answers: S3 says 403 where listing is allowed below a prefix only.
  if (!run.listing.completeIn.includes(run.prefixes[0] ?? '')) {
    note([finding('COMPLETE_MISSING', key, 'there is none')]);
    return undefined;
  }
  try {
    const content = await task.bucket.read(key, { bytesMax: completeBytesMax, signal: task.signal });
    const complete = readCompleteFile(content);
    if (complete === undefined) note([finding('COMPLETE_UNREADABLE', key, 'it is no JSON object')]);
    else note(checkCompleteFile(complete, { ...task.expected, prefix: task.expected.prefixes[0] }));
    return complete;
  } catch (error) {
    if (!(error instanceof BucketError)) throw error;
    if (error.code === 'BUCKET_OBJECT_NOT_FOUND')
      note([finding('COMPLETE_MISSING', key, 'it is gone since it was listed')]);
    else if (error.code === 'BUCKET_OBJECT_TOO_LARGE') {
      note([finding('COMPLETE_UNREADABLE', key, `it has more than ${completeBytesMax} bytes`)]);
    } else throw error;
    return undefined;
  }
}
