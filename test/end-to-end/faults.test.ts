import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Fault, Operation } from '../../simulator/index.ts';
import type { ExportRequest, ExportResult } from '../../src/client.ts';
import { startStage, type Stage } from './stage.ts';

/**
 * Each test ends something the hard way, or has Atlas misbehave, and then compares what came of it with the
 * books of the simulated Atlas. Its net against a second active export is off: a double would be seen.
 */
describe('an export survives', () => {
  let stage: Stage;
  before(async () => {
    stage = await startStage({ refuseSecondActiveExport: false });
  });
  after(() => stage.close());

  /** Exactly one job for the request, and it is the one that the result names. */
  function assertOneJob({ clusterName }: ExportRequest, result: ExportResult): void {
    const jobs = stage.simulator.books.jobs.filter((job) => job.clusterName === clusterName);
    assert.deepEqual(
      jobs.map(({ exportId, state }) => [exportId, state]),
      [[result.exportId, 'Successful']],
    );
  }

  /** Waits until the simulator has seen a request; a test that waits in vain is ended by the runner. */
  async function asked(operation: Operation, { clusterName }: ExportRequest, times = 1): Promise<void> {
    const seen = (): number =>
      stage.simulator.books.requests.filter(
        (request) =>
          request.operation === operation &&
          request.path.includes(`/${clusterName}/`) &&
          request.authentication === 'digest',
      ).length;
    while (seen() < times) await delay(20);
  }

  function strike(request: ExportRequest, operation: Operation, fault: Fault, times = 1): void {
    stage.simulator.faults.script({ operation, pathIncludes: `/${request.clusterName}/`, times }, fault);
  }

  test('a worker that is killed while it waits between looks', async () => {
    const worker = await stage.startWorker();
    const request = stage.addExport({ runningMs: 4_000 });
    const handle = await stage.client.start(request);
    await asked('getExportJob', request, 3);
    await worker.kill();
    await (await stage.startWorker()).stop();
    const next = await stage.startWorker();
    assertOneJob(request, await handle.result());
    assert.equal(await next.stop(), 0);
  });

  test('a worker that is killed after Atlas has committed the create and before it has answered', async () => {
    const worker = await stage.startWorker();
    const request = stage.addExport({ shards: 0 });
    strike(request, 'createExportJob', { kind: 'slowHeaders', delayMs: 60_000 });
    const handle = await stage.client.start(request);
    await asked('createExportJob', request);
    await worker.kill();
    const next = await stage.startWorker();
    const result = await handle.result();
    assert.equal(result.origin, 'found');
    assertOneJob(request, result);
    await next.stop();
  });

  test('a Temporal server that is killed and started again', async () => {
    const worker = await stage.startWorker();
    const request = stage.addExport({ runningMs: 6_000 });
    const handle = await stage.client.start(request);
    await asked('getExportJob', request, 2);
    await stage.server.kill();
    await stage.server.restart();
    assertOneJob(request, await handle.result());
    await worker.stop();
  });

  test('a worker that freezes before it sends the create, and wakes after another has done it', async () => {
    const frozen = await stage.startWorker();
    const request = stage.addExport({ shards: 0, runningMs: 4_000 });
    // The frozen worker holds the create activity: its challenge is never answered in time.
    strike(request, 'listExportJobs', { kind: 'slowBody', delayMs: 1_500 });
    const handle = await stage.client.start(request);
    await asked('listExportJobs', request);
    process.kill(frozen.pid, 'SIGSTOP');
    const other = await stage.startWorker();
    const result = await handle.result();
    process.kill(frozen.pid, 'SIGCONT');
    assertOneJob(request, result);
    assert.equal(await frozen.stop(), 0);
    assertOneJob(request, result);
    await other.stop();
  });

  describe('an Atlas that answers', { concurrency: 20 }, () => {
    before(async () => {
      await stage.startWorker();
    });

    const creates: [what: string, fault: Fault][] = [
      ['the create with a connection that breaks after the commit', { kind: 'replyLost' }],
      ['the create with a connection that breaks before the commit', { kind: 'connectionReset' }],
      ['the create with half a document', { kind: 'truncatedBody' }],
      ['the create with 500 after the commit', { kind: 'serverError', status: 500, committed: true }],
      ['the create with an HTML 503 after the commit', { kind: 'htmlUnavailable', committed: true }],
      ['the create with 200 and no JSON', { kind: 'unreadableBody', text: '<html>ok</html>' }],
      ['the create with 429 and a date', { kind: 'rateLimited', retryAfter: { form: 'date', seconds: 2 } }],
      [
        'the create with 429 and nonsense',
        { kind: 'rateLimited', retryAfter: { form: 'text', text: 'soon' } },
      ],
      ['the create with a stale nonce', { kind: 'staleNonce' }],
    ];
    for (const [what, fault] of creates) {
      test(what, async () => {
        const request = stage.addExport({ shards: 0 });
        strike(request, 'createExportJob', fault);
        assertOneJob(request, await stage.client.execute(request));
      });
    }

    const looks: [what: string, fault: Fault, times: number][] = [
      ['looks with 401 for a while', { kind: 'unauthorized' }, 3],
      ['looks with HTML 503s', { kind: 'htmlUnavailable' }, 2],
      ['looks with a state nobody knows', { kind: 'unknownState', state: 'Verifying' }, 3],
      ['looks with fields nobody knows', { kind: 'unknownFields' }, 3],
      ['looks with nulls', { kind: 'nullFields' }, 3],
      ['looks with 404 at first', { kind: 'notFound' }, 2],
      ['looks with 10 MB', { kind: 'oversizedBody', bytes: 10_000_000 }, 2],
    ];
    for (const [what, fault, times] of looks) {
      test(what, async () => {
        const request = stage.addExport({ shards: 0 });
        strike(request, 'getExportJob', fault, times);
        assertOneJob(request, await stage.client.execute(request));
      });
    }
  });
});
