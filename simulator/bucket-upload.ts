import type { ExportObject } from './export-contents.ts';

/** A way to write into the buckets of a storage. For S3 the simulator has its own; for others, bring the vendor's library. */
export interface BucketUpload {
  /** Makes a bucket where there is none. */
  makeBucket(bucketName: string): Promise<void>;
  put(bucketName: string, object: ExportObject): Promise<void>;
  close(): void;
}
