/** Goal: what an export that is stuck says, and what one that is slow does not. Method: the real workflows under skipped time. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { WorkflowHandle } from '@temporalio/client';
import type { ComponentStatus, ExportRequest, ExportStatus } from '../../src/contract/index.ts';
import { exportFailureOf } from './export-failure-of.ts';
import { PretendAtlas } from './pretend-atlas.ts';
import { startSkippedTime, type ExportWorkflow, type SkippedTime } from './time-skipping.ts';

const request: ExportRequest = {
  groupId: '5'.repeat(24),
  clusterName: 'orders',
  snapshotId: 'a'.repeat(24),
  exportBucketId: 'b'.repeat(24),
};
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

interface Followed {
  readonly status: ExportStatus;
  /** Markdown of the Web UI's current details. */
  readonly details: string;
}

describe('an export job', () => {
  let time: SkippedTime;
  before(async () => {
    time = await startSkippedTime();
  });
  after(() => time.close());

  /** Follows an export to its end, and tells how it stood at some points of its time. */
  async function follow(
    atlas: PretendAtlas,
    atMs: readonly number[],
    input: ExportRequest = request,
  ): Promise<{ stood: Followed[]; notes: readonly string[]; events: number; summaries: string }> {
    return time.withWorker(atlas.activities(), async (queue) => {
      const handle = await queue.start(input);
      const stood: Followed[] = [];
      for (const [index, each] of atMs.entries()) {
        await time.environment.sleep(each - (atMs[index - 1] ?? 0));
        stood.push({
          status: await handle.query<ExportStatus>('status'),
          details: await detailsOf(handle),
        });
      }
      const result = await handle.result();
      assert.equal(result.outcome, 'exported');
      const { events = [] } = await handle.fetchHistory();
      const summaries = (events ?? []).map(({ userMetadata }) => String(userMetadata?.summary?.data ?? ''));
      return { stood, notes: result.notes, events: events?.length ?? 0, summaries: summaries.join('\n') };
    });
  }

  test('that is queued for hours is said to be stalled until it leaves the queue', async () => {
    const atlas = new PretendAtlas();
    atlas.plans = [{ queuedMs: 10 * hourMs, runningMs: hourMs, collections: 90 }];
    const { stood, notes, summaries } = await follow(atlas, [5 * hourMs, 8 * hourMs, 10.6 * hourMs]);
    const [before, during, gone] = stood;
    assert.equal(before?.status.stall, undefined);
    const { kind, since, reason } = during?.status.stall ?? {};
    assert.equal(kind, 'queued');
    assert.equal(since, during?.status.job?.createdAt);
    assert.equal(reason, "in Atlas's queue for more than 6 h (no earlier export of the cluster is known)");
    assert.match(
      during?.details ?? '',
      /\*\*Stalled\*\* since \d{4}-.*Z: in Atlas's queue for more than 6 h/,
    );
    assert.match(summaries.slice(-10_000), /Queued, 0 of 90 collections, stalled/);
    assert.equal(gone?.status.stall, undefined);
    assert.equal(gone?.details.includes('**Stalled**'), false);
    assert.equal(notes.length, 1);
    assert.match(
      notes[0] ?? '',
      /^Stalled from \S+Z to \S+Z: in Atlas's queue .*\. Then: InProgress, \d+ of 90 collections\.$/,
    );
  });

  test('that stands still at 12 of 90 collections for hours is said to be stalled until the next', async () => {
    const atlas = new PretendAtlas();
    atlas.earlierDurationsMs = [90 * minuteMs, 3 * hourMs];
    const stuck = { fromMs: 12 * minuteMs, toMs: 9 * hourMs };
    atlas.plans = [
      {
        runningMs: 10 * hourMs,
        collections: 90,
        exportedAt: (ms) => (ms < stuck.toMs ? Math.min(12, Math.floor(ms / minuteMs)) : 13),
      },
    ];
    const { stood, notes } = await follow(atlas, [hourMs, 4 * hourMs, 9.9 * hourMs]);
    assert.deepEqual(
      stood.map(({ status }) => status.stall?.kind),
      [undefined, 'noProgress', undefined],
    );
    const { reason, since, noticedAt } = stood[1]?.status.stall ?? {};
    assert.equal(
      reason,
      'still at 12 of 90 collections for more than 3 h (the longest of 2 earlier exports took 3 h in all)',
    );
    const createdAtMs = atlas.jobs[0]?.createdAtMs ?? 0;
    const sinceMs = Date.parse(since ?? '') - createdAtMs;
    assert.ok(sinceMs >= stuck.fromMs && sinceMs < stuck.fromMs + 20 * minuteMs, `since ${sinceMs} ms`);
    const lateMs = Date.parse(noticedAt ?? '') - createdAtMs - sinceMs - 3 * hourMs;
    assert.ok(lateMs >= 0 && lateMs <= 20 * minuteMs, `noticed ${lateMs} ms late`);
    assert.equal(notes.length, 1);
    assert.match(notes[0] ?? '', /Then: InProgress, 13 of 90 collections\.$/);
  });

  for (const [what, plan, earlierDurationsMs] of [
    ['shows 0 of 0 collections for a day', { collections: 0, runningMs: 24 * hourMs }, []],
    ['is slow but steady', { collections: 90, runningMs: 60 * hourMs }, [hourMs, hourMs]],
  ] as const) {
    test(`that ${what} is never said to be stalled`, async () => {
      const atlas = new PretendAtlas();
      atlas.earlierDurationsMs = earlierDurationsMs;
      atlas.plans = [plan];
      const hours = [1, 2, 5, 10, 20, 23].map((each) => each * hourMs);
      const { stood, notes, summaries } = await follow(atlas, hours);
      for (const { status } of stood) assert.equal(status.stall, undefined);
      assert.deepEqual(notes, []);
      assert.equal(summaries.includes('stalled'), false);
    });
  }

  test('that shows 0 of 0 collections for much longer than earlier exports took is stalled by its time in all', async () => {
    const atlas = new PretendAtlas();
    atlas.earlierDurationsMs = [hourMs];
    atlas.plans = [{ collections: 0, runningMs: 9 * hourMs }];
    const { stood, notes } = await follow(atlas, [3 * hourMs, 6 * hourMs]);
    assert.deepEqual(
      stood.map(({ status }) => status.stall?.kind),
      [undefined, 'total'],
    );
    assert.match(notes[0] ?? '', /Then: Successful\.$/);
  });

  test('that is stalled costs no look and not one event of history more than one that nobody calls stalled', async () => {
    const cost = async (
      stalledAfter: ExportRequest['stalledAfter'] = {},
    ): Promise<Record<string, unknown>> => {
      const atlas = new PretendAtlas();
      atlas.plans = [
        { queuedMs: 10 * hourMs, runningMs: 12 * hourMs, collections: 90, exportedAt: () => 12 },
      ];
      const { events, notes } = await follow(atlas, [], { ...request, stalledAfter });
      return { stalls: notes.length, events, looks: atlas.count('pollExportJob') };
    };
    const stalled = await cost();
    const never = await cost({ queued: '366 days', noProgress: '366 days' });
    assert.deepEqual({ ...never, stalls: 2 }, stalled);
    assert.equal(never['stalls'], 0);
  });

  test('of which one component stands still says so of that component, and costs it no event', async () => {
    const track = async (noProgress: number): Promise<{ during: ComponentStatus; events: number }> => {
      const atlas = new PretendAtlas();
      const createdAtMs = await time.environment.currentTimeMs();
      const plan = { runningMs: 12 * hourMs, collections: 90, exportedAt: () => 12 };
      const exportId = atlas.foreignJob({ plan, createdAtMs });
      return time.withWorker(atlas.activities(), async (queue) => {
        const handle = await queue.startTracker({
          ...request,
          jobExportId: '9'.repeat(24),
          component: { exportId, replicaSetName: 'shard-0' },
          polling: { preset: 'balanced' },
          trackers: 2,
          earlierDurationsMs: [],
          createdAt: new Date(createdAtMs).toISOString(),
          deadlineAtMs: createdAtMs + 100 * hourMs,
          stalledAfter: { noProgressMs: noProgress },
        });
        await time.environment.sleep(8 * hourMs);
        const during = await handle.query<ComponentStatus>('status');
        const ended = await handle.result();
        assert.equal(ended.state, 'Successful');
        assert.equal(ended.stall, undefined, 'one that has ended is stalled no more');
        const { events } = await handle.fetchHistory();
        return { during, events: events?.length ?? 0 };
      });
    };
    const stuck = await track(2 * hourMs);
    assert.equal(stuck.during.stall?.kind, 'noProgress');
    assert.match(stuck.during.stall.reason, /still at 12 of 90 collections for more than 2 h/);
    const never = await track(300 * hourMs);
    assert.equal(never.during.stall, undefined);
    assert.equal(stuck.events, never.events);
  });

  test('is looked at when a time that the request names is over', async () => {
    const atlas = new PretendAtlas();
    atlas.plans = [{ queuedMs: 20 * hourMs, runningMs: hourMs }];
    const stalledAfter = { queued: '10 hours' } as const;
    const input = { ...request, polling: { preset: 'thrifty' }, stalledAfter } as const;
    const { stood } = await follow(atlas, [10.1 * hourMs], input);
    const { noticedAt = '', reason } = stood[0]?.status.stall ?? {};
    const lateMs = Date.parse(noticedAt) - (atlas.jobs[0]?.createdAtMs ?? 0) - 10 * hourMs;
    assert.ok(lateMs >= 0 && lateMs < 2 * minuteMs, `noticed ${lateMs} ms late`);
    assert.equal(reason, "in Atlas's queue for more than 10 h (as the request asks)");
  });

  test('is followed on through a stall to the deadline, and its last status still says so', async () => {
    const atlas = new PretendAtlas();
    atlas.plans = [{ queuedMs: 100 * hourMs, runningMs: hourMs }];
    await time.withWorker(atlas.activities(), async (queue) => {
      const handle = await queue.start({ ...request, deadline: '1 day' });
      assert.equal((await exportFailureOf(handle)).type, 'DeadlineExceeded');
      const status = await handle.query<ExportStatus>('status');
      assert.equal(status.stall?.kind, 'queued');
    });
  });
});

async function detailsOf(handle: WorkflowHandle<ExportWorkflow>): Promise<string> {
  const metadata = await handle.query<{ currentDetails?: string }>('__temporal_workflow_metadata');
  return metadata.currentDetails ?? '';
}
