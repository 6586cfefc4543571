/**
 * Goal: whatever goes wrong with a create, the client's error is of the right class and never claims more than it
 * knows: `effect: 'none'` only where the simulator's books hold no job.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AtlasError, AtlasErrorCode, AtlasTimeouts, ExportJob } from '../../src/atlas/index.ts';
import type { Fault, FaultKind } from '../../simulator/index.ts';
import { FAULT_KINDS } from '../../simulator/index.ts';
import type { Stage } from './support/simulated-atlas.ts';
import { credentialsOf, startStage } from './support/simulated-atlas.ts';
import { failureOf, startClient } from './support/test-client.ts';

/** Longer than the client waits, and not waited for: the test ends when the client gives up. */
const TOO_LONG_MS = 60_000;
/** Only where an answer is not to be waited for: a busy machine must not look like a fault. */
function timeoutsFor(fault: Fault): AtlasTimeouts {
  return 'delayMs' in fault ? { requestTimeoutMs: 1000 } : {};
}

interface Failing {
  readonly fault: Fault;
  readonly code: AtlasErrorCode;
  readonly effect: 'none' | 'unknown';
  /** Jobs in the books afterwards. */
  readonly jobs: 0 | 1;
  readonly status?: number;
  /** Default 1: the client itself repeats nothing but a refused authorization. */
  readonly strikes?: number;
  readonly retryAfterMs?: number;
}

const FAILING: readonly Failing[] = [
  { fault: { kind: 'replyLost' }, code: 'ATLAS_CONNECTION', effect: 'unknown', jobs: 1 },
  { fault: { kind: 'connectionReset' }, code: 'ATLAS_CONNECTION', effect: 'unknown', jobs: 0 },
  {
    fault: { kind: 'slowHeaders', delayMs: TOO_LONG_MS },
    code: 'ATLAS_TIMEOUT',
    effect: 'unknown',
    jobs: 1,
  },
  {
    fault: { kind: 'slowBody', delayMs: TOO_LONG_MS },
    code: 'ATLAS_TIMEOUT',
    effect: 'unknown',
    jobs: 1,
    status: 200,
  },
  { fault: { kind: 'truncatedBody' }, code: 'ATLAS_RESPONSE', effect: 'unknown', jobs: 1, status: 200 },
  {
    fault: { kind: 'unreadableBody', text: '{"id":' },
    code: 'ATLAS_RESPONSE',
    effect: 'unknown',
    jobs: 1,
    status: 200,
  },
  {
    fault: { kind: 'oversizedBody', bytes: 2_000_000 },
    code: 'ATLAS_RESPONSE',
    effect: 'unknown',
    jobs: 1,
    status: 200,
  },
  { fault: { kind: 'htmlUnavailable' }, code: 'ATLAS_UNAVAILABLE', effect: 'unknown', jobs: 0, status: 503 },
  {
    fault: { kind: 'htmlUnavailable', committed: true },
    code: 'ATLAS_UNAVAILABLE',
    effect: 'unknown',
    jobs: 1,
    status: 503,
  },
  {
    fault: { kind: 'serverError', status: 502, committed: true },
    code: 'ATLAS_UNAVAILABLE',
    effect: 'unknown',
    jobs: 1,
    status: 502,
  },
  {
    fault: { kind: 'serverError', status: 503, retryAfter: '9' },
    code: 'ATLAS_UNAVAILABLE',
    effect: 'unknown',
    jobs: 0,
    status: 503,
    retryAfterMs: 9_000,
  },
  {
    fault: { kind: 'rateLimited', retryAfter: { form: 'seconds', seconds: 55 } },
    code: 'ATLAS_RATE_LIMITED',
    effect: 'none',
    jobs: 0,
    status: 429,
    retryAfterMs: 55_000,
  },
  {
    fault: { kind: 'rateLimited', retryAfter: { form: 'date', seconds: 35 } },
    code: 'ATLAS_RATE_LIMITED',
    effect: 'none',
    jobs: 0,
    status: 429,
    retryAfterMs: 35_000,
  },
  {
    fault: { kind: 'rateLimited', retryAfter: { form: 'text', text: 'soon' } },
    code: 'ATLAS_RATE_LIMITED',
    effect: 'none',
    jobs: 0,
    status: 429,
  },
  {
    fault: { kind: 'unauthorized' },
    code: 'ATLAS_UNAUTHORIZED',
    effect: 'none',
    jobs: 0,
    status: 401,
    strikes: 2,
  },
  {
    fault: { kind: 'staleNonce' },
    code: 'ATLAS_UNAVAILABLE',
    effect: 'none',
    jobs: 0,
    status: 401,
    strikes: 2,
  },
  {
    fault: { kind: 'apiError', status: 400, errorCode: 'VALIDATION_ERROR' },
    code: 'ATLAS_REJECTED',
    effect: 'none',
    jobs: 0,
    status: 400,
  },
  {
    fault: { kind: 'apiError', status: 402, errorCode: 'ACCOUNT_SUSPENDED' },
    code: 'ATLAS_REJECTED',
    effect: 'none',
    jobs: 0,
    status: 402,
  },
  {
    fault: { kind: 'apiError', status: 403, errorCode: 'IP_ADDRESS_NOT_ON_ACCESS_LIST' },
    code: 'ATLAS_FORBIDDEN',
    effect: 'none',
    jobs: 0,
    status: 403,
  },
  {
    fault: { kind: 'apiError', status: 405, errorCode: 'WRITES_NOT_ALLOWED_DURING_APP_UPGRADES' },
    code: 'ATLAS_UNAVAILABLE',
    effect: 'none',
    jobs: 0,
    status: 405,
  },
  { fault: { kind: 'notFound' }, code: 'ATLAS_NOT_FOUND', effect: 'none', jobs: 0, status: 404 },
];

/** Faults that a create survives: there is a job, and the client knows its id. */
const SURVIVED: readonly (readonly [Fault, (job: ExportJob) => void])[] = [
  [{ kind: 'unauthorized' }, (job): void => assert.equal(job.state, 'Queued')],
  [{ kind: 'staleNonce' }, (job): void => assert.equal(job.state, 'Queued')],
  [{ kind: 'slowHeaders', delayMs: 20 }, (job): void => assert.equal(job.state, 'Queued')],
  [{ kind: 'slowBody', delayMs: 20 }, (job): void => assert.equal(job.state, 'Queued')],
  [{ kind: 'unknownFields' }, (job): void => assert.equal('exportStatusV2' in job, false)],
  [{ kind: 'unknownState', state: 'Paused' }, (job): void => assert.equal(job.state, 'Paused')],
  [{ kind: 'nullFields' }, (job): void => assert.equal('finishedAt' in job, false)],
];

async function create(stage: Stage, options: { readonly signal?: AbortSignal } = {}): Promise<ExportJob> {
  const { client, orders, exportBucketId, ordersSnapshotId: snapshotId } = stage;
  return await client.createExportJob(orders, { snapshotId, exportBucketId, customData: [] }, options);
}

/** The books, next to what the client said. `none` must be true; `unknown` may be either. */
function checkAgainstBooks(stage: Stage, error: AtlasError, jobs: number): void {
  const { books } = stage.simulator;
  assert.equal(books.jobs.length, jobs);
  if (error.effect === 'none') assert.equal(books.createsAccepted, 0);
  assert.equal(stage.events.at(-1)?.code, error.code);
}

describe('a create that goes wrong', () => {
  for (const { fault, code, effect, jobs, status, strikes = 1, retryAfterMs } of FAILING) {
    it(`by ${JSON.stringify(fault)} is ${code}, effect ${effect}, with ${jobs} jobs at Atlas`, async (test) => {
      const stage = await startStage(test, { client: { timeouts: timeoutsFor(fault) } });
      await stage.client.getCluster(stage.orders);
      stage.simulator.faults.script({ operation: 'createExportJob', times: strikes }, fault);
      const error = await failureOf(create(stage));
      assert.deepEqual(
        [error.code, error.effect, error.status, error.retryAfterMs],
        [code, effect, status, retryAfterMs],
        error.message,
      );
      checkAgainstBooks(stage, error, jobs);
      assert.equal(stage.simulator.books.count('createExportJob'), strikes, 'the client repeats nothing');
      stage.simulator.expectNoUnusedFaults();
    });
  }

  it('by a second active export of its snapshot is ATLAS_CONFLICT, and there is one job', async (test) => {
    const stage = await startStage(test);
    await create(stage);
    const error = await failureOf(create(stage));
    assert.deepEqual([error.code, error.effect, error.status], ['ATLAS_CONFLICT', 'none', 409]);
    const { books } = stage.simulator;
    assert.deepEqual([books.createsAccepted, books.createsRefused, books.jobs.length], [1, 1, 1]);
  });

  it('because nobody listens is ATLAS_CONNECTION, effect none', async (test) => {
    const stage = await startStage(test);
    await stage.simulator.refuseConnections();
    const error = await failureOf(create(stage));
    assert.deepEqual([error.code, error.effect], ['ATLAS_CONNECTION', 'none']);
    checkAgainstBooks(stage, error, 0);
  });

  it('because its caller said no at the last moment is ATLAS_NOT_SENT, and Atlas saw no create', async (test) => {
    const stage = await startStage(test);
    const { client, orders, exportBucketId, ordersSnapshotId: snapshotId } = stage;
    const request = { snapshotId, exportBucketId, customData: [] };
    const error = await failureOf(client.createExportJob(orders, request, { sendBefore: () => false }));
    assert.deepEqual([error.code, error.effect], ['ATLAS_NOT_SENT', 'none']);
    assert.equal(stage.simulator.books.count('createExportJob'), 0);
    checkAgainstBooks(stage, error, 0);
  });

  it('because its caller gave up while it was on its way is ATLAS_ABORTED, effect unknown', async (test) => {
    const stage = await startStage(test);
    await stage.client.getCluster(stage.orders);
    const fault: Fault = { kind: 'slowHeaders', delayMs: TOO_LONG_MS };
    stage.simulator.faults.script({ operation: 'createExportJob' }, fault);
    const giveUp = new AbortController();
    const created = failureOf(create(stage, { signal: giveUp.signal }));
    while (stage.simulator.books.jobs.length === 0) await new Promise(setImmediate);
    giveUp.abort();
    const error = await created;
    assert.deepEqual([error.code, error.effect], ['ATLAS_ABORTED', 'unknown']);
    checkAgainstBooks(stage, error, 1);
  });

  for (const [fault, check] of SURVIVED) {
    it(`by ${JSON.stringify(fault)} once is survived, with the job's id and one job at Atlas`, async (test) => {
      const stage = await startStage(test);
      await stage.client.getCluster(stage.orders);
      stage.simulator.faults.script({ operation: 'createExportJob' }, fault);
      const job = await create(stage);
      assert.deepEqual(
        stage.simulator.books.jobs.map(({ exportId }) => exportId),
        [job.id],
      );
      check(job);
      stage.simulator.expectNoUnusedFaults();
    });
  }

  it('is tried here with each kind of fault there is', () => {
    const tried = new Set<string>([
      ...FAILING.map(({ fault }) => fault.kind),
      ...SURVIVED.map(([fault]) => fault.kind),
      'listLag',
    ] satisfies FaultKind[]);
    assert.deepEqual(tried, new Set(FAULT_KINDS));
  });
});

describe('a look that goes wrong', () => {
  it('never has an effect, whatever happens to its answer', async (test) => {
    const stage = await startStage(test);
    const { id: exportId } = await create(stage);
    const credentials = credentialsOf(stage.simulator, 'digest');
    for (const { fault, code, strikes = 1 } of FAILING.filter(({ code }) => code !== 'ATLAS_RATE_LIMITED')) {
      const { client } = startClient(test, stage.simulator.baseUrl, {
        credentials,
        timeouts: timeoutsFor(fault),
      });
      await client.getCluster(stage.orders);
      stage.simulator.faults.script({ operation: 'getExportJob', times: strikes }, fault);
      const error = await failureOf(client.getExportJob({ ...stage.orders, exportId }));
      assert.deepEqual([error.code, error.effect], [code, 'none'], JSON.stringify(fault));
      stage.simulator.expectNoUnusedFaults();
    }
    assert.equal((await stage.client.getExportJob({ ...stage.orders, exportId })).id, exportId);
  });

  it('after a 429 costs no request until the pause is over, and only for that project', async (test) => {
    const stage = await startStage(test);
    const { client, simulator, orders } = stage;
    const other = { groupId: 'a'.repeat(24), clusterName: 'orders' };
    simulator.addCluster({ ...other, clusterType: 'REPLICASET' });
    const retryAfter = { form: 'seconds', seconds: 55 } as const;
    simulator.faults.script({ operation: 'getCluster' }, { kind: 'rateLimited', retryAfter });
    assert.equal((await failureOf(client.getCluster(orders))).status, 429);
    const before = simulator.books.wireRequestCount;
    const held = await failureOf(client.getCluster(orders));
    assert.deepEqual([held.code, held.status], ['ATLAS_RATE_LIMITED', undefined]);
    assert.ok((held.retryAfterMs ?? 0) > 0 && (held.retryAfterMs ?? 0) <= 55_000, `${held.retryAfterMs}`);
    assert.equal(simulator.books.wireRequestCount, before, 'nothing was sent');
    assert.equal((await client.getCluster(other)).name, 'orders');
  });

  it('by a list that lags behind a create lacks the new job, which its id still finds', async (test) => {
    const stage = await startStage(test);
    const { id: exportId } = await create(stage);
    stage.simulator.faults.script({ operation: 'listExportJobs' }, { kind: 'listLag', lagMs: 5000 });
    assert.deepEqual(await stage.client.listExportJobs(stage.orders), []);
    assert.equal((await stage.client.getExportJob({ ...stage.orders, exportId })).id, exportId);
    assert.equal((await stage.client.listExportJobs(stage.orders)).length, 1);
  });
});
