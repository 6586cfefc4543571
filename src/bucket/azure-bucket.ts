import { Readable } from 'node:stream';
import { DefaultAzureCredential } from '@azure/identity';
import { ContainerClient } from '@azure/storage-blob';
import type { Bucket, BucketObject } from './bucket.ts';
import { bucketError, type FailedCall } from './bucket-error.ts';
import { pageSizeDefault, silenceTimeoutMs } from './limits.ts';
import { locationText, type AzureLocation } from './location.ts';
import { objectStream, wholeObject } from './object-stream.ts';

/** A container of Azure Blob Storage. Needs the role Storage Blob Data Reader, or a signature with `r` and `l`. */
export function openAzureBucket(location: AzureLocation): Bucket {
  const client = containerClient(location);
  const name = locationText(location);
  const get = async (key: string, failed: FailedCall): Promise<Readable> => {
    try {
      const options = { maxRetryRequests: 0, ...abortable(failed.signal) };
      const { readableStreamBody: body } = await client.getBlobClient(key).download(0, undefined, options);
      if (!(body instanceof Readable)) throw new TypeError('the Azure library gave no Node stream');
      return objectStream(body, failed);
    } catch (error) {
      throw bucketError(error, failed);
    }
  };
  return {
    list: async ({ prefix, continuation, pageSize = pageSizeDefault, signal }) => {
      const pages = client.listBlobsFlat({ prefix, ...abortable(signal) }).byPage({
        maxPageSize: pageSize,
        ...(continuation === undefined ? {} : { continuationToken: continuation }),
      });
      try {
        const page = await pages.next();
        if (page.done === true) return { objects: [] };
        const objects = page.value.segment.blobItems.map((blob): BucketObject => {
          return { key: blob.name, bytes: blob.properties.contentLength ?? 0, etag: blob.properties.etag };
        });
        const next = page.value.continuationToken;
        return next === undefined || next === '' ? { objects } : { objects, continuation: next };
      } catch (error) {
        throw bucketError(error, { call: `list of ${name}`, ofObject: false, signal });
      }
    },
    read: async (key, { bytesMax, signal }) => {
      const call = `read of ${name}/${key}`;
      return await wholeObject(await get(key, { call, ofObject: true, signal }), { call, bytesMax });
    },
    stream: (key, options) =>
      get(key, { call: `read of ${name}/${key}`, ofObject: true, signal: options?.signal }),
    close: () => Promise.resolve(),
  };
}

/** One attempt per call, since Temporal is who repeats. */
export function containerClient({ serviceUrl, bucketName, sasToken }: AzureLocation): ContainerClient {
  const options = { retryOptions: { maxTries: 1, tryTimeoutInMs: silenceTimeoutMs } };
  const url = `${serviceUrl}/${bucketName}`;
  return sasToken === undefined
    ? new ContainerClient(url, new DefaultAzureCredential(), options)
    : new ContainerClient(`${url}?${sasToken}`, undefined, options);
}

function abortable(signal: AbortSignal | undefined): { abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal };
}
