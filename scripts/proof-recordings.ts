import { setTimeout as delay } from 'node:timers/promises';
import type { ExportPlan } from '../simulator/index.ts';
import type { ExportHandle, ExportRequest } from '../src/client.ts';
import type { S3Gate } from '../test/end-to-end/s3-gate.ts';

/** An export to be recorded whose bucket is looked into. They run one after the other: the gate is for all. */
export interface ProofRecording {
  readonly name: string;
  readonly request?: Partial<ExportRequest>;
  readonly plan?: Partial<ExportPlan>;
  /** Whether the storage is out of reach when it begins. */
  readonly storageAway?: boolean;
  readonly during?: (handle: ExportHandle, gate: S3Gate) => Promise<unknown>;
}

const waitMs = 60_000;

async function untilStorageFails(handle: ExportHandle): Promise<void> {
  for (const deadline = Date.now() + waitMs; Date.now() < deadline; await delay(200)) {
    const { verification } = await handle.status();
    if (verification?.failure !== undefined) return;
  }
  throw new Error(`${handle.workflowId} has not said in a minute that the storage is away`);
}

export const proofRecordings: readonly ProofRecording[] = [
  { name: 'proven' },
  { name: 'proven-to-the-last-object', request: { verify: 'full' } },
  { name: 'not-to-be-verified', request: { verify: 'off' } },
  {
    name: 'increment-missing',
    plan: { bucketFault: { kind: 'incrementMissing' } },
    request: { verifyWait: '1s' },
  },
  { name: 'files-late', plan: { bucketFault: { kind: 'filesLate', lateMs: 3_000 } } },
  {
    name: 'storage-away',
    storageAway: true,
    during: async (handle, gate) => {
      await untilStorageFails(handle);
      gate.isDown = false;
    },
  },
  {
    name: 'verifying-cancelled',
    storageAway: true,
    during: async (handle) => {
      await untilStorageFails(handle);
      await handle.cancel();
    },
  },
];
