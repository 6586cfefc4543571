import * as v from 'valibot';
import { lenientBoolean, lenientString, pathId, present } from './lenient.ts';

/** Where exports go: a bucket or container that the project may write to. What Atlas leaves out is absent. */
export interface ExportBucket {
  /** Atlas's `_id`. */
  readonly id: string;
  readonly bucketName?: string;
  /** `AWS`, `AZURE` or `GCP`. */
  readonly cloudProvider?: string;
  readonly region?: string;
  readonly requirePrivateNetworking?: boolean;
  /** AWS. */
  readonly iamRoleId?: string;
  /** Azure and Google Cloud. */
  readonly roleId?: string;
  /** Azure. */
  readonly serviceUrl?: string;
}

export const exportBucketSchema: v.GenericSchema<unknown, ExportBucket> = v.pipe(
  v.object({
    _id: pathId,
    bucketName: lenientString,
    cloudProvider: lenientString,
    region: lenientString,
    requirePrivateNetworking: lenientBoolean,
    iamRoleId: lenientString,
    roleId: lenientString,
    serviceUrl: lenientString,
  }),
  v.transform(({ _id, ...bucket }) => present({ id: _id, ...bucket })),
);
