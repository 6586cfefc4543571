/**
 * Records the histories of a few exports with the code as it is, for the replay tests: run it once for each
 * release, before it is cut. `node dist/scripts/record-histories.js 0.1.0` writes to `test/replay/histories/0.1.0/`;
 * with names of recordings behind it, it records these alone.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WorkflowFailedError } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { ExportPlan, Fault } from '../simulator/index.ts';
import { deliverWebhookWorkflow, ExportError, type ExportHandle, type ExportRequest } from '../src/client.ts';
import { fleetRecordings, type FleetRecording } from './fleet-recordings.ts';
import { proofRecordings, type ProofRecording } from './proof-recordings.ts';
import { skippedTimeRecordings, type SkippedTimeRecording } from './skipped-time-recordings.ts';
import { startProofStage } from '../test/end-to-end/proof-stage.ts';
import { startStage, stageSecrets, type Stage } from '../test/end-to-end/stage.ts';
import { startReceiver } from '../test/webhook/receiver.ts';
import { startSkippedTime } from '../test/workflows/time-skipping.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(root, 'test/replay/histories');

interface Recording {
  readonly name: string;
  readonly shards?: number;
  readonly request?: Partial<ExportRequest>;
  readonly plan?: Partial<ExportPlan>;
  /** How the jobs of the attempts end, one after the other. */
  readonly outcomes?: readonly ('Failed' | 'Successful')[];
  readonly faults?: readonly {
    readonly operation: 'createExportJob' | 'getExportJob' | 'listExportJobs';
    readonly fault: Fault;
    readonly times: number;
  }[];
  /** An export of the same snapshot that somebody else started: running, or long ended. */
  readonly foreign?: Partial<ExportPlan>;
  /** Whether the namespace has the search attributes that exports are labelled with. */
  readonly searchAttributes?: boolean;
  /** What a person does while it runs. */
  readonly during?: (handle: ExportHandle) => Promise<unknown>;
}

const recordings: readonly Recording[] = [
  { name: 'replica-set' },
  { name: 'three-shards', shards: 3 },
  { name: 'hidden-components', shards: 2, plan: { componentsHidden: true } },
  {
    name: 'late-components',
    shards: 2,
    faults: [{ operation: 'createExportJob', fault: { kind: 'nullFields' }, times: 1 }],
  },
  { name: 'lost-reply', faults: [{ operation: 'createExportJob', fault: { kind: 'replyLost' }, times: 1 }] },
  {
    // Looked for after 5 s, 30 s and 90 s, absent each time, and created then.
    name: 'in-doubt',
    faults: [{ operation: 'createExportJob', fault: { kind: 'connectionReset' }, times: 1 }],
  },
  {
    name: 'conflict-that-is-not-listed',
    foreign: { runningMs: 20_000 },
    faults: [{ operation: 'listExportJobs', fault: { kind: 'listLag', lagMs: 60_000 }, times: 1 }],
  },
  {
    name: 'looks-that-fail',
    faults: [{ operation: 'getExportJob', fault: { kind: 'htmlUnavailable' }, times: 2 }],
  },
  { name: 'failed-then-successful', outcomes: ['Failed', 'Successful'] },
  { name: 'failed-for-good', outcomes: ['Failed'], request: { maxAttempts: 1 } },
  { name: 'cancelled-at-atlas', plan: { outcome: 'Cancelled' } },
  { name: 'adopted', foreign: { runningMs: 20_000 } },
  {
    name: 'waited-for',
    foreign: { runningMs: 20_000 },
    request: { onActiveExport: 'wait', skipIfExported: false },
  },
  { name: 'refused', foreign: { runningMs: 20_000 }, request: { onActiveExport: 'fail' } },
  { name: 'exported-before', foreign: { queuedMs: 0, runningMs: 0 } },
  { name: 'deadline', plan: { runningMs: 60_000 }, request: { deadline: '3s' } },
  { name: 'asked-to-look', shards: 2, during: (handle) => handle.pollNow() },
  {
    name: 'tracking-cancelled',
    shards: 2,
    plan: { runningMs: 60_000 },
    during: async (handle) => {
      await handle.pollNow();
      await handle.cancel();
    },
  },
  { name: 'stalled-in-the-queue', request: { stalledAfter: { queued: 1 } } },
  { name: 'labels-in-memo' },
  { name: 'labels-in-search-attributes', searchAttributes: true },
  { name: 'latest-snapshot', request: { snapshotId: 'latest' } },
  { name: 'named-credentials', shards: 2, request: { credentials: 'team-a' } },
  { name: 'unknown-credentials', request: { credentials: 'team-b' } },
  { name: 'told-of-success', request: { webhook: 'audit' } },
  { name: 'told-of-failure', outcomes: ['Failed'], request: { webhook: 'audit', maxAttempts: 1 } },
  {
    name: 'told-of-cancelling',
    plan: { runningMs: 60_000 },
    request: { webhook: 'audit' },
    during: async (handle) => {
      await handle.pollNow();
      await handle.cancel();
    },
  },
  { name: 'unknown-webhook', request: { webhook: 'ops' } },
  {
    name: 'wrong-key',
    faults: [{ operation: 'listExportJobs', fault: { kind: 'unauthorized' }, times: 50 }],
  },
];

function prepare(stage: Stage, recording: Recording): ExportRequest {
  const { simulator } = stage;
  const request = stage.addExport({ shards: recording.shards ?? 0 });
  const { clusterName, snapshotId, exportBucketId = '' } = request;
  if (recording.plan !== undefined) simulator.setExportPlan({ clusterName }, recording.plan);
  recording.outcomes?.forEach((outcome, index) => {
    simulator.setExportPlan({ clusterName, attempt: index + 1 }, { outcome });
  });
  if (recording.foreign !== undefined) {
    simulator.createForeignJob({ clusterName, snapshotId, exportBucketId, plan: recording.foreign });
  }
  for (const { operation, fault, times } of recording.faults ?? []) {
    simulator.faults.script({ operation, pathIncludes: `/${clusterName}/`, times }, fault);
  }
  return { ...request, ...recording.request };
}

async function record(stage: Stage, recording: Recording, into: string): Promise<void> {
  const workflowId = `recorded-${recording.name}`;
  const handle = await stage.client.start(prepare(stage, recording), { workflowId });
  await recording.during?.(handle);
  await handle.result().catch((error: unknown) => {
    // An ending of its own is what some are recorded for.
    if (!(error instanceof ExportError)) throw error;
    process.stdout.write(`${recording.name}: ${error.code}\n`);
  });
  const { temporal } = stage.client;
  for await (const execution of temporal.workflow.list({ query: `WorkflowId STARTS_WITH "${workflowId}"` })) {
    const [, component] = execution.workflowId.split('/');
    const name =
      component === undefined ? recording.name : `${recording.name}.component-${component.slice(-4)}`;
    await write(stage, execution, join(into, `${name}.json`));
  }
}

/** What told a webhook has an id of its own, and goes on after the export that started it. */
async function recordDeliveries(stage: Stage, into: string): Promise<void> {
  const { workflow } = stage.client.temporal;
  for await (const execution of workflow.list({ query: `WorkflowType = "${deliverWebhookWorkflow}"` })) {
    await workflow.getHandle(execution.workflowId, execution.runId).result();
    const [, kind = ''] = execution.workflowId.split('_');
    await write(stage, execution, join(into, `delivery-of-${kind}.json`));
  }
}

async function write(
  stage: Stage,
  { workflowId, runId }: { workflowId: string; runId: string },
  file: string,
): Promise<void> {
  const run = ['--workflow-id', workflowId, '--run-id', runId];
  const history = await stage.temporal('workflow', 'show', ...run, '--output', 'json');
  // Stack traces name the folder that the project lies in, which is nobody's business.
  await writeFile(file, history.replaceAll(root, ''));
}

/** Credentials and a webhook under names, beside what every worker has. */
function namedSettings(stage: Stage, webhookUrl: string): Record<string, string> {
  return {
    MONGODB_ATLAS_PUBLIC_API_KEY__TEAM_A: stage.simulator.credentials.publicKey,
    MONGODB_ATLAS_PRIVATE_API_KEY__TEAM_A: stageSecrets.privateKey,
    ATLAS_EXPORT_WEBHOOK_URL__AUDIT: webhookUrl,
    ATLAS_EXPORT_WEBHOOK_SECRET__AUDIT: `whsec_${Buffer.alloc(32, 1).toString('base64')}`,
  };
}

async function recordFleet(stage: Stage, recording: FleetRecording, into: string): Promise<void> {
  const workflowId = await recording.bringAbout(stage);
  const { runId } = await stage.client.temporal.workflow.getHandle(workflowId).describe();
  await write(stage, { workflowId, runId }, join(into, `${recording.name}.json`));
}

async function recordAll(
  into: string,
  wanted: readonly Recording[],
  wantedFleets: readonly FleetRecording[],
): Promise<void> {
  const stage = await startStage();
  const receiver = await startReceiver();
  const settings = namedSettings(stage, receiver.url);
  const recordThose = async (searchAttributes: boolean): Promise<void> => {
    const those = wanted.filter((recording) => (recording.searchAttributes ?? false) === searchAttributes);
    await Promise.all(those.map((recording) => record(stage, recording, into)));
  };
  try {
    const worker = await stage.startWorker(settings);
    await recordThose(false);
    await Promise.all(wantedFleets.map((recording) => recordFleet(stage, recording, into)));
    await stage.client.registerSearchAttributes();
    // A worker keeps for a while what it was told of search attributes.
    await worker.kill();
    await stage.startWorker(settings);
    await recordThose(true);
    await recordDeliveries(stage, into);
  } finally {
    await stage.close();
    await receiver.close();
  }
}

/** One after the other, each on a server of its own: skipped time is one for all of a server's workflows. */
async function recordSkippingTime(wanted: readonly SkippedTimeRecording[], into: string): Promise<void> {
  for (const { name, request, cancelledWhileCreating = false, ...recording } of wanted) {
    const atlas = recording.atlas();
    const time = await startSkippedTime();
    try {
      const fleet = recording.fleet?.(atlas);
      await time.withWorker({ ...atlas.activities(), ...fleet?.activities() }, async (queue) => {
        const starting =
          fleet === undefined
            ? queue.start({ ...skippedTimeRequest, ...request }, `recorded-${name}`)
            : queue.startFleet(request);
        if (cancelledWhileCreating) {
          atlas.whileCreating = async () => void (await (await starting).cancel());
        }
        const handle = await starting;
        await handle.result().catch((error: unknown) => {
          if (!(error instanceof WorkflowFailedError)) throw error;
          process.stdout.write(`${name}: ${String(error.cause?.message).split('\n')[0] ?? ''}\n`);
        });
        const history = await handle.fetchHistory();
        // This server leaves it out; children's ids are made from it.
        const started = history.events?.[0]?.workflowExecutionStartedEventAttributes;
        if (started) started.workflowId = handle.workflowId;
        await writeFile(join(into, `${name}.json`), `${historyToJSON(history).replaceAll(root, '')}\n`);
      });
    } finally {
      await time.close();
    }
  }
}

const skippedTimeRequest = {
  groupId: '5'.repeat(24),
  clusterName: 'orders',
  snapshotId: 'a'.repeat(24),
  exportBucketId: 'b'.repeat(24),
};

/** With a real S3 server that the worker may look into. */
async function recordProofs(into: string, wanted: readonly ProofRecording[]): Promise<void> {
  const stage = await startProofStage();
  try {
    await stage.startWorker(stage.access);
    for (const { during, storageAway = false, ...recording } of wanted) {
      stage.gate.isDown = storageAway;
      await record(stage, { ...recording, during: async (handle) => during?.(handle, stage.gate) }, into);
    }
  } finally {
    await stage.close();
  }
}

const [release, ...names] = process.argv.slice(2);
const unknown = names.filter(
  (name) =>
    ![...recordings, ...fleetRecordings, ...proofRecordings, ...skippedTimeRecordings].some(
      (recording) => recording.name === name,
    ),
);
if (release === undefined || !/^\d+\.\d+\.\d+$/.test(release) || unknown.length > 0) {
  process.stderr.write(
    'Usage: node dist/scripts/record-histories.js <release, such as 0.1.0> [names of recordings]\n',
  );
  process.exitCode = 2;
} else {
  const into = join(folder, release);
  await mkdir(into, { recursive: true });
  const isWanted = ({ name }: { name: string }): boolean => names.length === 0 || names.includes(name);
  const [exports, fleets] = [recordings.filter(isWanted), fleetRecordings.filter(isWanted)];
  if (exports.length + fleets.length > 0) await recordAll(into, exports, fleets);
  const proofs = proofRecordings.filter(isWanted);
  if (proofs.length > 0) await recordProofs(into, proofs);
  await recordSkippingTime(skippedTimeRecordings.filter(isWanted), into);
  process.stdout.write(`Recorded into ${into}\n`);
}
