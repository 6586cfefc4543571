import type { BucketAccess, JobToVerify, StoredManifest } from '../../verification/index.ts';
import type { BucketLocation, ExportBucketDocument } from '../../bucket/index.ts';
import { UsageError } from '../usage-error.ts';

/** An export that was asked to be checked again, and what is known of earlier checks. */
export interface Subject {
  readonly check: Omit<JobToVerify, 'level' | 'checkId'>;
  readonly stored: readonly StoredManifest[];
}

/** @throws {UsageError} where the settings do not let the bucket be looked into */
export function locationOf(access: BucketAccess, document: ExportBucketDocument): BucketLocation {
  const location = access.locate(document);
  if (location !== undefined) return location;
  const name = document.bucketName ?? document.serviceUrl ?? 'of the export';
  throw new UsageError(
    `The bucket ${name} may not be looked into: ATLAS_EXPORT_BUCKETS does not name it.`,
    'BUCKET_NOT_CONFIGURED',
  );
}
