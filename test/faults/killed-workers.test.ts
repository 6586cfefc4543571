import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { killPoints } from '../../faults/processes/kill-points.ts';
import { runKillLane } from '../../faults/processes/kill-run.ts';
import { problemsOf } from '../../faults/ended-exports.ts';
import { startWorld } from '../../faults/processes/world.ts';
import { ownSettings } from '../../src/config/own-settings.ts';

/** The short form of `npm run faults:processes`: where a kill could double or lose an export most easily. */
const lanes = [
  ['it is told that the create is still wanted', 'a child is to take its last look'],
  ['the POST is under way, and arrives after its death', 'the children are being started'],
];

describe('a worker that is killed', () => {
  test('over a create, between an order and its record, or with children loses nothing and doubles nothing', async (t) => {
    const world = await startWorld({ seed: 1 });
    t.after(() => world.close());
    const results = await Promise.all(
      lanes.map((names, lane) =>
        runKillLane(world, {
          lane,
          seed: 'short',
          points: names.map((name) => {
            const point = killPoints.find((candidate) => candidate.name === name);
            return point ?? assert.fail(`there is no point "${name}"`);
          }),
          report: (line) => t.diagnostic(line),
        }),
      ),
    );
    assert.deepEqual(
      results.flatMap(({ unreached }) => unreached),
      [],
    );
    const endings = results.flatMap((result) => result.endings);
    assert.equal(endings.length, lanes.flat().length * 2);
    assert.deepEqual(problemsOf(world.simulator.books, endings), []);

    // What bounds the time to the next step, whatever this machine's speed: no task of a dead worker's is held longer.
    for (const { workflowId } of endings) {
      const { events } = await world.temporal.workflow.getHandle(workflowId).fetchHistory();
      const scheduled = (events ?? []).flatMap((event) => event.activityTaskScheduledEventAttributes ?? []);
      assert.ok(scheduled.length > 0);
      for (const { activityType, heartbeatTimeout } of scheduled) {
        const noticedMs = Number(heartbeatTimeout?.seconds ?? 0) * 1_000;
        assert.ok(
          noticedMs > 0,
          `${activityType?.name}: a dead worker is noticed by the end of its time only`,
        );
        assert.ok(noticedMs + ownSettings.stickyTimeoutMs.fallback < 15_000, activityType?.name ?? '');
      }
    }
  });
});
