/*
 * A process for frozen-process.test.ts: creates one export job, with a guard that lets it out for half a
 * second only, and prints what became of it.
 */
import { createAtlasClient } from '../../../src/atlas/index.ts';
import { DIGEST_CREDENTIALS } from './digest-guard.ts';
import { CLUSTER, EXPORT_REQUEST, failureOf } from './test-client.ts';

const GOOD_FOR_MS = 500;
const startedAtMs = performance.now();
const client = createAtlasClient({
  baseUrl: process.argv[2] ?? '',
  credentials: DIGEST_CREDENTIALS,
  timeouts: { requestTimeoutMs: 60_000, headersTimeoutMs: 60_000 },
});
const sendBefore = (): boolean => performance.now() - startedAtMs < GOOD_FOR_MS;
const error = await failureOf(client.createExportJob(CLUSTER, EXPORT_REQUEST, { sendBefore }));
process.stdout.write(`${error.code} ${error.effect}\n`);
await client.close();
