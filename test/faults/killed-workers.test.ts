import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { problemsOf, type Ending } from '../../faults/ended-exports.ts';
import { killPoints, type KillPoint } from '../../faults/processes/kill-points.ts';
import { runKillLane } from '../../faults/processes/kill-run.ts';
import { startWorld, type World } from '../../faults/processes/world.ts';
import { ownSettings } from '../../src/config/own-settings.ts';

/** The short form of `npm run faults:processes`: where a kill could double or lose an export most easily. */
const lanes = [
  ['Atlas has committed the create and not yet replied', 'a child is to take its last look'],
  ['the POST is under way, and arrives after its death', 'the children are being started'],
];

function pointNamed(name: string): KillPoint {
  return killPoints.find((point) => point.name === name) ?? assert.fail(`there is no point "${name}"`);
}

describe('workers that are killed over creates and children', () => {
  let world: World;
  let endings: Ending[];
  let unreached: string[];
  before(async () => {
    world = await startWorld();
    const results = await Promise.all(
      lanes.map((names, lane) =>
        runKillLane(world, { lane, seed: 'short', points: names.map(pointNamed), report: () => {} }),
      ),
    );
    endings = results.flatMap((result) => result.endings);
    unreached = results.flatMap((result) => result.unreached);
  });
  after(() => world.close());

  test('were killed where they were to be', () => {
    assert.deepEqual(unreached, []);
    assert.equal(endings.length, lanes.flat().length * 2);
  });

  test('lose no export and double none', () => {
    assert.deepEqual(problemsOf(world.simulator.books, endings), []);
  });

  test('are noticed by missing heartbeats, and not only when the time of a create or a look is up', async () => {
    for (const { workflowId } of endings) {
      const { events } = await world.temporal.workflow.getHandle(workflowId).fetchHistory();
      const scheduled = (events ?? []).flatMap((event) => event.activityTaskScheduledEventAttributes ?? []);
      assert.ok(scheduled.length > 0);
      for (const { activityType, heartbeatTimeout } of scheduled) {
        const noticedMs = Number(heartbeatTimeout?.seconds ?? 0) * 1_000;
        assert.ok(noticedMs > 0, `${activityType?.name} has no heartbeat timeout`);
        // The workflow task that follows may have to sit out the sticky timeout as well.
        assert.ok(noticedMs + ownSettings.stickyTimeoutMs.fallback < 15_000, activityType?.name ?? '');
      }
    }
  });
});
