/** Looking into buckets. Loads no vendor's library: `openBucket` does, when it is called. */
export type { Bucket, BucketObject, ListOptions, ObjectPage, ReadOptions, StreamOptions } from './bucket.ts';
export { BucketError, isTransient } from './errors.ts';
export type { BucketErrorCode } from './errors.ts';
export { bucketAt, bucketLocation, locationText } from './location.ts';
export type {
  AzureLocation,
  BucketLocation,
  BucketOverrides,
  ExportBucketDocument,
  GoogleLocation,
  S3Location,
} from './location.ts';
export { openBucket } from './open-bucket.ts';
