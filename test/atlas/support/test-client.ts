import type { TestContext } from 'node:test';
import { createAtlasClient } from '../../../src/atlas/index.ts';
import type {
  AtlasClient,
  AtlasClientOptions,
  AtlasError,
  AtlasRequestEvent,
} from '../../../src/atlas/index.ts';
import { AtlasError as AtlasErrorClass } from '../../../src/atlas/index.ts';
import { DIGEST_CREDENTIALS } from './digest-guard.ts';

export const GROUP_ID = '5f0000000000000000000001';
export const CLUSTER = { groupId: GROUP_ID, clusterName: 'Cluster0' };
export const EXPORT_REQUEST = {
  snapshotId: '5f0000000000000000000002',
  exportBucketId: '5f0000000000000000000003',
  customData: [{ key: 'exported by', value: 'myName' }],
};
export const EXPORT_JOB = {
  id: '5f0000000000000000000004',
  state: 'Queued',
  exportBucketId: EXPORT_REQUEST.exportBucketId,
  customData: [],
};
export const EXPORT_JOB_LOCATOR = { ...CLUSTER, exportId: EXPORT_JOB.id };

/** A client of the given server, closed with the test, and the events it reported. */
export function startClient(
  test: TestContext,
  baseUrl: string,
  options: Partial<AtlasClientOptions> = {},
): { readonly client: AtlasClient; readonly events: AtlasRequestEvent[] } {
  const events: AtlasRequestEvent[] = [];
  const client = createAtlasClient({
    baseUrl,
    credentials: DIGEST_CREDENTIALS,
    onRequest: (event) => events.push(event),
    ...options,
  });
  test.after(() => client.close());
  return { client, events };
}

/** The error a call fails with; a call that succeeds, or fails with another kind of error, fails the test. */
export async function failureOf(call: Promise<unknown>): Promise<AtlasError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof AtlasErrorClass) return error;
    throw error;
  }
  throw new Error('the call was expected to fail, and succeeded');
}
