import { completeFile, exportObjects, type ExportObject, type ExportOrigin } from './export-contents.ts';
import type { ExportJob, ExportState } from './export-engine.ts';
import type { BucketUpload } from './bucket-upload.ts';
import { openS3Upload, type BucketTarget } from './s3-upload.ts';

/** What the writer asks the simulator. */
export interface JobBooks {
  now(): number;
  jobs(): readonly JobNow[];
  originOf(job: ExportJob): ExportOrigin;
  bucketNameOf(job: ExportJob): string;
}

export interface JobNow {
  readonly job: ExportJob;
  readonly state: ExportState;
  readonly finishedAtMs: number | undefined;
}

/** Writes the exports of a simulated Atlas into real buckets. */
export interface BucketWriter {
  /** Writes all that is due by the simulator's clock, and returns when it is there. */
  settle(): Promise<void>;
  /** Ends writing by itself and closes connections. */
  stop(): Promise<void>;
}

const objectsAtOnce = 8;

/**
 * Writes exports as their jobs advance: half of the files while a job is in progress, the rest and at last `.complete`
 * when it has ended well. A job that ends otherwise leaves what it has written, as Atlas does.
 */
export async function startBucketWriter(
  books: JobBooks,
  { target, everyMs }: { readonly target: BucketTarget | BucketUpload; readonly everyMs: number | undefined },
): Promise<BucketWriter> {
  const upload = 'put' in target ? target : await openS3Upload(target);
  const writings = new Map<string, ExportWriting>();
  const settleOnce = async (): Promise<void> => {
    for (const { job, ...at } of books.jobs()) {
      // The customer's bucket is there before anything is exported to it.
      await upload.makeBucket(books.bucketNameOf(job));
      if (at.state !== 'InProgress' && at.state !== 'Successful') continue;
      const writing = writings.get(job.exportId) ?? new ExportWriting(job, { books, upload });
      writings.set(job.exportId, writing);
      await writing.advance(at, books.now());
    }
  };
  let settling = Promise.resolve();
  const settle = (): Promise<void> => {
    // What could not be written is written the next time.
    settling = settling.catch(() => {}).then(settleOnce);
    return settling;
  };
  const timer = everyMs === undefined ? undefined : setInterval(() => void settle().catch(warn), everyMs);
  timer?.unref();
  return {
    settle,
    stop: async () => {
      clearInterval(timer);
      await settling.catch(() => {});
      upload.close();
    },
  };
}

/** One job's objects, and how far they are written. */
class ExportWriting {
  readonly #job: ExportJob;
  readonly #upload: BucketUpload;
  readonly #origin: ExportOrigin;
  readonly #bucketName: string;
  readonly #objects: Iterator<ExportObject>;
  readonly #count: number;
  /** What could not be written yet. */
  readonly #again: ExportObject[] = [];
  #written = 0;
  #completeIsWritten = false;

  constructor(
    job: ExportJob,
    { books, upload }: { readonly books: JobBooks; readonly upload: BucketUpload },
  ) {
    this.#job = job;
    this.#upload = upload;
    this.#origin = books.originOf(job);
    this.#bucketName = books.bucketNameOf(job);
    this.#count = countOf(exportObjects(job, this.#origin));
    this.#objects = exportObjects(job, this.#origin);
  }

  async advance({ state, finishedAtMs }: Omit<JobNow, 'job'>, now: number): Promise<void> {
    const half = Math.floor(this.#count / 2);
    if (state !== 'Successful') return await this.#writeUpTo(half);
    const fault = this.#job.plan.bucketFault;
    if (fault?.kind === 'filesLate') {
      await this.#writeComplete();
      const isTime = now >= (finishedAtMs ?? 0) + fault.lateMs;
      return await this.#writeUpTo(isTime ? this.#count : half);
    }
    await this.#writeUpTo(this.#count);
    if (fault?.kind !== 'completeMissing') await this.#writeComplete();
  }

  async #writeUpTo(wanted: number): Promise<void> {
    const writeUntilDone = async (): Promise<void> => {
      for (let object = this.#next(wanted); object !== undefined; object = this.#next(wanted)) {
        try {
          await this.#upload.put(this.#bucketName, object);
        } catch (error) {
          this.#again.push(object);
          throw error;
        }
      }
    };
    const written = await Promise.allSettled(Array.from({ length: objectsAtOnce }, writeUntilDone));
    for (const each of written) if (each.status === 'rejected') throw each.reason;
  }

  #next(wanted: number): ExportObject | undefined {
    const again = this.#again.pop();
    if (again !== undefined || this.#written >= wanted) return again;
    const next = this.#objects.next();
    if (next.done === true) return undefined;
    this.#written += 1;
    return next.value;
  }

  async #writeComplete(): Promise<void> {
    if (this.#completeIsWritten) return;
    await this.#upload.put(this.#bucketName, completeFile(this.#job, this.#origin));
    this.#completeIsWritten = true;
  }
}

function countOf(objects: Iterable<ExportObject>): number {
  let count = 0;
  for (const _ of objects) count += 1;
  return count;
}

function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error));
}
