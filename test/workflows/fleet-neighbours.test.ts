import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as v from 'valibot';
import { checkKeepExportedRequest } from '../../src/contract/index.ts';
import { carriedFleet, carriedFleetSchema, restoredFleet } from '../../src/workflows/fleet-carry.ts';
import { clustersToRead } from '../../src/workflows/fleet-neighbours.ts';
import { FleetState, newCluster } from '../../src/workflows/fleet-state.ts';

const minuteMs = 60_000;
const startedAtMs = Date.UTC(2026, 0, 1);
const groupId = 'a'.repeat(24);

function fleet(clusterNames: readonly string[]): FleetState {
  const { request, problems } = checkKeepExportedRequest({
    projects: [{ groupId }],
    exportBucketName: 'archive',
    frequencyTypes: ['weekly'],
  });
  assert.ok(request !== undefined, JSON.stringify(problems));
  const state = new FleetState(request, startedAtMs);
  const [project] = state.projects;
  assert.ok(project !== undefined);
  project.clusters.push(
    ...clusterNames.map((clusterName) => newCluster(project, { clusterName, sharded: false, shardCount: 1 })),
  );
  return state;
}

function namesToRead(state: FleetState, nowMs: number): string[] {
  return clustersToRead([...state.clusters()], nowMs).map(({ clusterName }) => clusterName);
}

describe('which lists of jobs a look at a project reads', () => {
  test('those never read come first, then the ones read longest ago, and none that was read just now', () => {
    const state = fleet(['just-now', 'never', 'long-ago', 'longest-ago']);
    const readAtMs = [startedAtMs, undefined, startedAtMs - 6 * minuteMs, startedAtMs - 7 * minuteMs];
    [...state.clusters()].forEach((cluster, index) => (cluster.jobsReadAtMs = readAtMs[index]));
    assert.deepEqual(namesToRead(state, startedAtMs + minuteMs), ['never', 'longest-ago', 'long-ago']);
  });

  test('one look reads a hundred, and the next look the others', () => {
    const names = Array.from({ length: 150 }, (_, index) => `cluster-${index}`);
    const state = fleet(names);
    const nowMs = startedAtMs + minuteMs;
    const first = clustersToRead([...state.clusters()], nowMs);
    for (const cluster of first) cluster.jobsReadAtMs = nowMs;
    assert.deepEqual(
      first.map(({ clusterName }) => clusterName),
      names.slice(0, 100),
    );
    assert.deepEqual(namesToRead(state, nowMs), names.slice(100));
  });

  test('a run that goes on in a fresh history does not read again what its predecessor has just read', () => {
    const state = fleet(['read', 'where-others-export']);
    const [read] = state.clusters();
    assert.ok(read !== undefined);
    read.jobsReadAtMs = startedAtMs + 90_500;
    const restored = restoredFleet(state.request, carriedFleet(state));
    assert.ok(restored !== undefined);
    assert.deepEqual(namesToRead(restored, startedAtMs + 2 * minuteMs), ['where-others-export']);
    assert.deepEqual(
      namesToRead(restored, startedAtMs + 7 * minuteMs),
      ['where-others-export', 'read'],
      'it holds no longer than in the run that read it',
    );
  });

  test('what a run of an earlier release hands over is read anew', () => {
    const state = fleet(['read']);
    for (const cluster of state.clusters()) cluster.jobsReadAtMs = startedAtMs;
    const carried = carriedFleet(state);
    const projects = carried.projects.map(([toRead, exportBucketId, problem, clusters]) => {
      const fieldsThen = 9;
      return [toRead, exportBucketId, problem, clusters.map((cluster) => cluster.slice(0, fieldsThen))];
    });
    const restored = restoredFleet(state.request, v.parse(carriedFleetSchema, { ...carried, projects }));
    assert.ok(restored !== undefined);
    assert.deepEqual(namesToRead(restored, startedAtMs + minuteMs), ['read']);
  });
});
