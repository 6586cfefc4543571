/**
 * Whatever an activity answers, as a worker of another release may: no workflow stands still over it. Method: the real
 * workflows under skipped time, with one activity whose first answers are drawn.
 */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import * as fc from 'fast-check';
import type { ExportActivities } from '../../src/activities/index.ts';
import { exportFailureTypes } from '../../src/contract/index.ts';
import { PROPERTY_LIMITS } from '../atlas/support/property-limits.ts';
import { PretendAtlas } from '../workflows/pretend-atlas.ts';
import { startSkippedTime, type SkippedTime } from '../workflows/time-skipping.ts';
import { hostileAnswer } from './hostile-answers.ts';
import { endingOf, type Ending } from './lasting-workflow.ts';

/** Each run is a workflow on a server, one at a time, so there are tens of them and not a thousand. */
const limits = { seed: PROPERTY_LIMITS.seed, numRuns: 100, endOnFailure: true };
const budgetMs = 5_000;

const request = {
  groupId: '5'.repeat(24),
  clusterName: 'orders',
  snapshotId: 'a'.repeat(24),
  exportBucketId: 'b'.repeat(24),
  skipIfExported: false,
  deadline: '2 hours',
  maxAttempts: 2,
};
const job = {
  exportId: '1'.padStart(24, '0'),
  state: 'InProgress',
  stateReason: { errorCode: 'A', message: 'b' },
  exportStatus: { exportedCollections: 1, totalCollections: 2 },
  components: [{ exportId: '7'.repeat(24), replicaSetName: 'shard-0' }],
  snapshotId: request.snapshotId,
  exportBucketId: request.exportBucketId,
  prefix: 'exported_snapshots/a/b',
  createdAt: '2026-11-25T00:00:00Z',
  finishedAt: '2026-11-25T01:00:00Z',
};
const checkedBucket = {
  outcome: 'proven',
  level: 'manifest',
  mayOnlyBeLate: false,
  checkedAt: '2026-11-25T00:00:00.000Z',
  found: { objects: 15, dataFiles: 12, bytes: 31_300, collections: 2 },
  findings: [{ code: 'INCREMENT_MISSING', severity: 'failure', where: 'shop/orders', what: 'no 1' }],
  findingsCount: 1,
  failuresCount: 1,
  replicaSets: [{ replicaSetName: 'shard-0', files: 1, bytes: 2, collections: 1, incrementsMissing: 0 }],
  manifest: { address: '/manifests/manifest.json', sha256: 'c'.repeat(64) },
};

/** The answers that are drawn, after one that is as it should be. */
const answers: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  resolveExport: { snapshotId: 'f'.repeat(24), exportBucketId: 'b'.repeat(24), exportBucketName: 'archive' },
  findExportJob: {
    ours: job,
    oursBesides: ['2'.repeat(24)],
    active: job,
    exported: job,
    earlierDurationsMs: [1_000],
  },
  createExportJob: job,
  pollExportJob: { job, components: [{ ...job, polls: 3 }], searchAttributesRegistered: false },
  verifyExport: checkedBucket,
  searchAttributesRegistered: { registered: true },
};

function assertDocumented(ending: Ending | undefined): void {
  if (ending === undefined || 'result' in ending) return;
  const { type, message } = ending;
  assert.ok(
    exportFailureTypes.some((known) => known === type),
    `ended with ${type}: ${message}`,
  );
}

/** What is answered first, to the export of each project. */
class OddAnswers {
  private readonly left = new Map<string, unknown[]>();

  set(groupId: string, answered: readonly unknown[]): void {
    this.left.set(groupId, [...answered]);
  }

  /** The activity, which answers as it should once what is odd has been said. */
  before<Input extends { groupId: string }, Output>(
    activity: (input: Input) => Promise<Output>,
  ): (input: Input) => Promise<unknown> {
    return async (input) => {
      const left = this.left.get(input.groupId) ?? [];
      return left.length > 0 ? left.pop() : activity(input);
    };
  }
}

describe('an export comes to a documented end whatever is answered by', () => {
  let time: SkippedTime;
  // One for each: a workflow that had to be stopped may leave the test server's time standing still.
  beforeEach(async () => {
    time = await startSkippedTime();
  });
  afterEach(() => time.close());

  function activitiesWithOdd(atlas: PretendAtlas, name: string, odd: OddAnswers): ExportActivities {
    const activities = atlas.activities();
    const entry = Object.entries(activities).find(([each]) => each === name);
    assert.ok(entry !== undefined, name);
    return Object.assign(activities, { [name]: odd.before(entry[1]) });
  }

  for (const [name, answer] of Object.entries(answers)) {
    test(name, async () => {
      const atlas = new PretendAtlas();
      atlas.plans = [{ runningMs: 60_000 }];
      const odd = new OddAnswers();
      // A yes that is not true is no odd answer: the server refuses the task, and its repetition asks again.
      const drawn = hostileAnswer(answer).filter((each) => each !== true);
      const list = fc.array(drawn, { minLength: 1, maxLength: 3 });
      const endsAtMs = Date.now() + budgetMs;
      let exports = 0;
      await time.withWorker(activitiesWithOdd(atlas, name, odd), async (queue) => {
        const exportOne = async (answered: readonly unknown[]): Promise<void> => {
          exports += 1;
          const id = exports.toString(16).padStart(24, '0');
          odd.set(id, answered);
          const own = { groupId: id, snapshotId: name === 'resolveExport' ? 'latest' : id };
          const verify = name === 'verifyExport' ? { verify: 'manifest', verifyWait: '1 minute' } : {};
          const handle = await queue.start({ ...request, ...own, ...verify });
          assertDocumented(await endingOf(handle));
          const jobs = atlas.jobs.filter(({ snapshotId }) => snapshotId === id);
          assert.ok(jobs.length <= 2, `${jobs.length} jobs were created`);
        };
        const property = fc.asyncProperty(list, async (answered) => {
          if (Date.now() < endsAtMs) await exportOne(answered);
        });
        await fc.assert(property, limits);
      });
      process.stdout.write(`# ${name}: ${exports} exports\n`);
    });
  }
});
