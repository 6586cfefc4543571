/**
 * Goal: the sliding window passes no limit, loses nothing and keeps the order. Method: drawn fleets are played to
 * their end, exports ending in a drawn order, and every step is checked.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import type { FleetLimits } from '../../src/contract/index.ts';
import { nextToStart } from '../../src/workflows/fleet-window.ts';
import { PROPERTY_LIMITS } from '../atlas/support/property-limits.ts';

interface Export {
  readonly id: number;
  readonly groupId: string;
  readonly clusterName: string;
  readonly snapshotId: string;
  readonly replicaSets: number;
}

const limit = fc.integer({ min: 1, max: 12 });
const limitsDrawn = fc.record({ total: limit, perProject: limit, perCluster: limit });
const exportsDrawn = fc
  .array(
    fc.record({
      groupId: fc.constantFrom('p', 'q', 'r'),
      clusterName: fc.constantFrom('a', 'b', 'c', 'd'),
      replicaSets: fc.integer({ min: 1, max: 8 }),
    }),
    { maxLength: 40 },
  )
  .map((drawn) => drawn.map((each, id): Export => ({ ...each, id, snapshotId: `snapshot-${id}` })));

interface Played {
  readonly started: readonly Export[];
  readonly steps: number;
}

/** Ends one running export at a time, as `picks` says, and starts what may start, until nothing runs. */
function play(waitingAtFirst: readonly Export[], limits: FleetLimits, picks: readonly number[]): Played {
  let waiting = [...waitingAtFirst];
  let running: Export[] = [];
  const started: Export[] = [];
  let steps = 0;
  for (;;) {
    const next = nextToStart({
      waiting,
      running,
      occupants: [],
      limits,
      isReady: () => true,
      countMax: 50,
    });
    running.push(...next);
    started.push(...next);
    waiting = waiting.filter((each) => !next.includes(each));
    assertWithin(running, limits);
    if (running.length === 0) return { started, steps };
    const ended = running[(picks[steps % picks.length] ?? 0) % running.length];
    running = running.filter((each) => each !== ended);
    steps += 1;
  }
}

function assertWithin(running: readonly Export[], limits: FleetLimits): void {
  assertSum(running, limits.total, 'all projects');
  for (const { groupId, clusterName } of running) {
    const ofProject = running.filter((each) => each.groupId === groupId);
    assertSum(ofProject, limits.perProject, `project ${groupId}`);
    const ofCluster = ofProject.filter((each) => each.clusterName === clusterName);
    assertSum(ofCluster, limits.perCluster, `cluster ${clusterName} of ${groupId}`);
  }
}

/** What is larger than a limit runs, alone. */
function assertSum(running: readonly Export[], max: number, what: string): void {
  const sum = running.reduce((total, { replicaSets }) => total + replicaSets, 0);
  assert.ok(
    sum <= max || running.length === 1,
    `${sum} replica sets at once, of ${what} that may have ${max}`,
  );
}

describe('the sliding window of a fleet', () => {
  const picksDrawn = fc.array(fc.nat(), { minLength: 1, maxLength: 20 });

  test('starts every export exactly once, and never more at once than the limits allow', () => {
    fc.assert(
      fc.property(exportsDrawn, limitsDrawn, picksDrawn, (exports, limits, picks) => {
        const { started } = play(exports, limits, picks);
        assert.deepEqual(
          started.map(({ id }) => id).sort((a, b) => a - b),
          exports.map(({ id }) => id),
        );
      }),
      PROPERTY_LIMITS,
    );
  });

  test('keeps the order within a cluster, whatever ends first', () => {
    fc.assert(
      fc.property(exportsDrawn, limitsDrawn, picksDrawn, (exports, limits, picks) => {
        const { started } = play(exports, limits, picks);
        for (const { groupId, clusterName } of exports) {
          const ids = started
            .filter((each) => each.groupId === groupId && each.clusterName === clusterName)
            .map(({ id }) => id);
          assert.deepEqual(
            ids,
            [...ids].sort((a, b) => a - b),
          );
        }
      }),
      PROPERTY_LIMITS,
    );
  });

  test('lets nothing of a project pass an export that the project has no room for yet', () => {
    const limits = { total: 100, perProject: 5, perCluster: 5 };
    const at = (id: number, clusterName: string, replicaSets: number, groupId = 'p'): Export => ({
      id,
      groupId,
      clusterName,
      snapshotId: `snapshot-${id}`,
      replicaSets,
    });
    const running = [at(0, 'a', 4)];
    const waiting = [at(1, 'b', 3), at(2, 'c', 1), at(3, 'a', 2, 'q')];
    const starting = nextToStart({
      waiting,
      running,
      occupants: [],
      limits,
      isReady: () => true,
      countMax: 50,
    });
    assert.deepEqual(
      starting.map(({ id }) => id),
      [3],
      'the other project goes on, the small export waits behind the large one',
    );
  });

  test('starts nothing of a project of which it is not known yet what comes first', () => {
    fc.assert(
      fc.property(exportsDrawn, limitsDrawn, (waiting, limits) => {
        const isReady = (groupId: string): boolean => groupId !== 'p';
        const starting = nextToStart({ waiting, running: [], occupants: [], limits, isReady, countMax: 3 });
        assert.ok(starting.length <= 3);
        assert.ok(starting.every(({ groupId }) => groupId !== 'p'));
      }),
      PROPERTY_LIMITS,
    );
  });

  test('counts what others export in a project and a cluster, and an export that both name once', () => {
    const drawn = fc.tuple(exportsDrawn, fc.array(fc.nat({ max: 39 }), { maxLength: 10 }), limitsDrawn);
    fc.assert(
      fc.property(drawn, exportsDrawn, ([waiting, picks, limits], elsewhere) => {
        // Some of what others export is what this run is to export too.
        const joint = picks.flatMap((pick) => waiting[pick] ?? []);
        const others = [...elsewhere.map(elsewhereOf), ...joint];
        const starting = nextToStart({
          waiting,
          running: [],
          occupants: others,
          limits,
          isReady: () => true,
          countMax: 50,
        });
        assertSum(starting, limits.total, 'the exports of this run');
        const added = starting.filter((each) => !joint.includes(each));
        for (const { groupId, clusterName } of added) {
          const occupied = [...new Set([...others, ...starting])].filter((each) => each.groupId === groupId);
          assertSum(occupied, limits.perProject, `project ${groupId}`);
          const ofCluster = occupied.filter((each) => each.clusterName === clusterName);
          assertSum(ofCluster, limits.perCluster, `cluster ${clusterName} of ${groupId}`);
        }
      }),
      PROPERTY_LIMITS,
    );
  });

  test('lets a run follow what is being exported already, in a project that is full', () => {
    const limits = { total: 100, perProject: 2, perCluster: 2 };
    const at = (id: number, clusterName: string): Export => ({
      id,
      groupId: 'p',
      clusterName,
      snapshotId: `snapshot-${id}`,
      replicaSets: 1,
    });
    const waiting = [at(1, 'a'), at(2, 'b')];
    const occupants = [at(1, 'a'), elsewhereOf(at(9, 'c'))];
    const options = { waiting, running: [], limits, isReady: () => true, countMax: 50 };
    const ids = (exports: readonly Export[]): number[] => exports.map(({ id }) => id);
    assert.deepEqual(ids(nextToStart({ ...options, occupants })), [1], 'the second has to wait');
    assert.deepEqual(ids(nextToStart({ ...options, occupants: [] })), [1, 2]);
  });
});

function elsewhereOf(each: Export): Export {
  return { ...each, snapshotId: `elsewhere-${each.id}` };
}
