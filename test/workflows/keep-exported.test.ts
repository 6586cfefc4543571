import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Context } from '@temporalio/activity';
import type { WorkflowHandle } from '@temporalio/client';
import type {
  KeepExportedRequest,
  KeepExportedResult,
  KeepExportedStatus,
} from '../../src/contract/index.ts';
import { assertDocument } from '../contract/documents.ts';
import { PretendAtlas, atlasFailure } from './pretend-atlas.ts';
import { PretendFleet } from './pretend-fleet.ts';
import {
  startSkippedTime,
  type ExportWorkflow,
  type FleetWorkflow,
  type SkippedTime,
} from './time-skipping.ts';

const groupId = '5'.repeat(24);
const hourMs = 60 * 60_000;
const request: KeepExportedRequest = {
  projects: [{ groupId, exportBucketId: 'b'.repeat(24) }],
  frequencyTypes: ['weekly'],
  order: 'oldestFirst',
};

describe('keepExported, under skipped time', () => {
  let time: SkippedTime;
  before(async () => {
    time = await startSkippedTime();
  });
  after(() => time.close());

  async function keep<T>(
    options: { fleet: PretendFleet; atlas: PretendAtlas; input?: unknown },
    body: (handle: WorkflowHandle<FleetWorkflow>, result: KeepExportedResult) => Promise<T>,
  ): Promise<T> {
    const { fleet, atlas, input = request } = options;
    return time.withWorker({ ...atlas.activities(), ...fleet.activities() }, async (queue) => {
      const handle = await queue.startFleet(input);
      return body(handle, await handle.result());
    });
  }

  test('a cluster with more than one look hands out is read again until nothing is left, in order', async () => {
    const atlas = new PretendAtlas();
    atlas.plans = [{ runningMs: 60_000 }];
    const fleet = new PretendFleet(atlas);
    const ids = fleet.addCluster('orders', 30);
    await keep(
      { fleet, atlas, input: { ...request, runLimit: '10 days', atOnce: { perCluster: 1 } } },
      async (_, result) => {
        assert.equal(result.outcome, 'allExported');
        assert.equal(result.totals.exported, 30);
        assert.deepEqual(
          atlas.jobs.map(({ snapshotId }) => snapshotId),
          ids,
        );
        assert.equal(fleet.surveys.length, 2, '25, and the rest');
      },
    );
  });

  test('a snapshot that becomes complete while the run goes on hides no failure, and is none itself', async () => {
    for (const failed of [1, 0]) {
      const atlas = new PretendAtlas();
      atlas.plans = [
        { runningMs: 60_000, ...(failed === 1 ? { outcome: 'Failed' } : {}) },
        { runningMs: 60_000 },
      ];
      const fleet = new PretendFleet(atlas);
      const snapshots = fleet.addCluster('orders', 31);
      const [late = ''] = snapshots.slice(-1);
      fleet.beforeSurvey = () =>
        fleet.setStatus(late, fleet.surveys.length === 1 ? 'inProgress' : 'completed');
      const input = { ...request, runLimit: '10 days', exports: { maxAttempts: 1 } };
      await keep({ fleet, atlas, input }, async (_, { outcome, totals }) => {
        assert.deepEqual(
          [outcome, totals.due, totals.exported, totals.failed, totals.waiting],
          [failed === 1 ? 'someLeft' : 'allExported', 31, 31 - failed, failed, 0],
        );
      });
    }
  });

  test('a cluster that cannot be read is told, and holds up no other', async () => {
    const atlas = new PretendAtlas();
    const fleet = new PretendFleet(atlas);
    fleet.addCluster('good', 2);
    fleet.addCluster('unwell', 2);
    fleet.beforeSurvey = ({ clusterName }) => {
      if (clusterName === 'unwell')
        throw atlasFailure({ code: 'ATLAS_UNAVAILABLE', message: '503', status: 503, effect: 'none' });
    };
    await keep({ fleet, atlas }, async (_, result) => {
      assert.equal(result.outcome, 'someLeft');
      assert.equal(result.totals.exported, 2);
      const [worst] = result.clusters;
      assert.deepEqual([worst?.clusterName, worst?.problem], ['unwell', 'ATLAS_UNAVAILABLE: 503']);
      assert.equal(result.totals.unreadable, 1);
    });
  });

  test('a cluster that cannot be read for half an hour is read again, and left out no longer', async () => {
    const atlas = new PretendAtlas();
    const fleet = new PretendFleet(atlas);
    fleet.addCluster('good', 2);
    fleet.addCluster('unwell', 2);
    let beganMs: number | undefined;
    const lookedAfterMinutes: number[] = [];
    fleet.beforeSurvey = ({ clusterName }) => {
      if (clusterName !== 'unwell') return;
      const nowMs = Context.current().info.currentAttemptScheduledTimestampMs;
      beganMs ??= nowMs;
      lookedAfterMinutes.push(Math.floor((nowMs - beganMs) / 60_000));
      if (nowMs - beganMs > 30 * 60_000) return;
      throw atlasFailure({ code: 'ATLAS_UNAVAILABLE', message: '503', status: 503, effect: 'none' });
    };
    await keep({ fleet, atlas }, async (_, { outcome, totals, clusters }) => {
      assert.equal(outcome, 'allExported', `looked after ${lookedAfterMinutes.join(', ')} minutes`);
      assert.deepEqual([totals.exported, totals.unreadable], [4, 0]);
      assert.ok(clusters.every(({ problem }) => problem === undefined));
    });
  });

  test('a dry run does not wait for a cluster that cannot be read', async () => {
    const atlas = new PretendAtlas();
    const fleet = new PretendFleet(atlas);
    fleet.addCluster('unwell', 2);
    fleet.beforeSurvey = () => {
      throw atlasFailure({ code: 'ATLAS_UNAVAILABLE', message: '503', status: 503, effect: 'none' });
    };
    await keep({ fleet, atlas, input: { ...request, dryRun: true } }, async (handle, { totals }) => {
      assert.equal(totals.unreadable, 1);
      const { startTime, closeTime = new Date() } = await handle.describe();
      assert.ok(closeTime.getTime() - startTime.getTime() < 5 * 60_000);
    });
  });

  test('waits while others use up a limit, looks ever more seldom, and goes on when there is room', async () => {
    const atlas = new PretendAtlas();
    const fleet = new PretendFleet(atlas);
    fleet.addCluster('orders', 3);
    const looksFull = 6;
    fleet.elsewhere = () => ({
      clusters: [],
      running:
        fleet.looks.length > looksFull
          ? []
          : Array.from({ length: 5 }, (_, each) => ({ clusterName: `other-${each}`, snapshotId: 'latest' })),
    });
    const startedAtMs = await time.environment.currentTimeMs();
    await keep({ fleet, atlas }, async (_, result) => {
      assert.equal(result.outcome, 'allExported');
      assert.equal(fleet.looks.length, looksFull + 1);
      const firstAtMs = Math.min(...atlas.jobs.map(({ createdAtMs }) => createdAtMs));
      // 15 s, 30 s, 1, 2, 4 and 5 minutes.
      const minutes = (firstAtMs - startedAtMs) / 60_000;
      assert.ok(minutes > 12.5 && minutes < 14, `the first export began after ${minutes} minutes`);
    });
  });

  test('a look reads no list again of a cluster in which only its own exports run', async () => {
    const atlas = new PretendAtlas();
    atlas.plans = [{ runningMs: 60_000 }];
    const fleet = new PretendFleet(atlas);
    const [snapshotId = ''] = fleet.addCluster('orders', 1);
    fleet.addCluster('events', 1);
    fleet.elsewhere = ({ followed = [] }) => ({
      clusters: followed.map((clusterName) => ({ clusterName, occupying: [{ snapshotId, replicaSets: 1 }] })),
      running: Array.from({ length: 4 }, (_, each) => ({
        clusterName: `other-${each}`,
        snapshotId: 'latest',
      })),
    });
    await keep({ fleet, atlas }, async (_, result) => {
      assert.equal(result.outcome, 'allExported');
      const looks = fleet.looks.map(({ clusters, followed }) => ({
        read: clusters.map(({ clusterName }) => clusterName),
        followed,
      }));
      const [first, second, third] = looks;
      assert.deepEqual(first, { read: [], followed: [] }, 'the surveys have read both just before');
      assert.deepEqual(second, { read: [], followed: ['orders'] });
      assert.deepEqual(third, second);
    });
  });

  test('follows at once what is exported already, although the project is full', async () => {
    const atlas = new PretendAtlas();
    const fleet = new PretendFleet(atlas);
    const [first = '', ...others] = fleet.addCluster('orders', 2);
    fleet.elsewhere = () => ({
      clusters: [
        {
          clusterName: 'orders',
          occupying: fleet.looks.length > 1 ? [] : [{ snapshotId: first, replicaSets: 1 }],
        },
        { clusterName: 'events', occupying: [{ snapshotId: 'e'.repeat(24), replicaSets: 4 }] },
      ],
      running: [],
    });
    await keep({ fleet, atlas }, async (_, result) => {
      assert.deepEqual(
        atlas.jobs.map(({ snapshotId }) => snapshotId),
        [first, ...others],
      );
      assert.equal(result.outcome, 'allExported');
      assert.equal(result.totals.replicaSetsElsewhere, 4);
    });
  });

  test('is not held up when what others export cannot be read, and says so', async () => {
    const atlas = new PretendAtlas();
    const fleet = new PretendFleet(atlas);
    fleet.addCluster('orders', 2);
    fleet.elsewhere = () => {
      throw atlasFailure({ code: 'ATLAS_FORBIDDEN', message: '403', status: 403, effect: 'none' });
    };
    await keep({ fleet, atlas }, async (_, result) => {
      assert.equal(result.outcome, 'allExported');
      assert.match(result.notes.join(' '), /What else is exported .* could not be read \(ATLAS_FORBIDDEN\)/);
    });
  });

  test('starts each export with what the request says of exports, stalls among it', async () => {
    const atlas = new PretendAtlas();
    atlas.plans = [{ queuedMs: 3 * hourMs, runningMs: 60_000 }];
    const fleet = new PretendFleet(atlas);
    const [snapshotId = ''] = fleet.addCluster('orders', 1);
    const input = { ...request, exports: { stalledAfter: { queued: '1 hour' } } };
    await keep({ fleet, atlas, input }, async () => {
      const id = `snapshot-export/${groupId}/orders/${snapshotId}/${fleet.bucketId}`;
      const { notes } = await time.environment.client.workflow.getHandle<ExportWorkflow>(id).result();
      assert.match(notes.join(' '), /in Atlas's queue for more than 60 min \(as the request asks\)/);
    });
  });

  /** Last of those that skip time: the exports it leaves behind have no worker, and time waits for them. */
  test('when its time is up it ends and tells what runs, and the exports go on', async () => {
    const atlas = new PretendAtlas();
    atlas.plans = [{ runningMs: 3 * hourMs }];
    const fleet = new PretendFleet(atlas);
    fleet.addCluster('orders', 8);
    await keep({ fleet, atlas, input: { ...request, runLimit: '1 hour' } }, async (handle, result) => {
      assert.equal(result.outcome, 'someLeft');
      const { due, running, waiting, exported } = result.totals;
      assert.deepEqual([due, running, waiting, exported], [8, 5, 3, 0]);
      assert.match(result.notes.join(' '), /time for this run was up/);
      const { status } = await time.environment.client.workflow
        .getHandle(`snapshot-export/${groupId}/orders/${atlas.jobs[0]?.snapshotId}/${fleet.bucketId}`)
        .describe();
      assert.equal(status.name, 'RUNNING');
      assert.equal((await handle.describe()).status.name, 'COMPLETED');
    });
  });

  test('a second argument that no run has handed over is refused', async () => {
    const atlas = new PretendAtlas();
    const fleet = new PretendFleet(atlas);
    await time.withWorker({ ...atlas.activities(), ...fleet.activities() }, async (queue) => {
      const handle = await queue.startFleet(request, { projects: 'all' });
      await assert.rejects(handle.result(), (error: Error & { cause?: { type?: string } }) => {
        assert.equal(error.cause?.type, 'InvalidInput');
        return true;
      });
      const status = await handle.query<KeepExportedStatus>('status');
      assertDocument('keep-exported-status', status);
      assert.deepEqual([status.phase, status.outcome], ['done', 'failed']);
      assert.equal(status.failure?.type, 'InvalidInput');
      assert.match(status.failure.message, /takes one argument/);
    });
  });
});
