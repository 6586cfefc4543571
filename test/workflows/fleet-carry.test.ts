import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v from 'valibot';
import { checkKeepExportedRequest } from '../../src/contract/index.ts';
import { carriedFleet, carriedFleetSchema, restoredFleet } from '../../src/workflows/fleet-carry.ts';
import {
  FleetState,
  newCluster,
  type FleetCluster,
  type FleetReading,
} from '../../src/workflows/fleet-state.ts';

const startedAtMs = Date.UTC(2026, 0, 1);
const snapshotId = 'c'.repeat(24);

/** Every figure another one, so that no two can be mixed up. */
function fleet(): FleetState {
  const { request } = checkKeepExportedRequest({
    projects: [{ groupId: 'a'.repeat(24) }],
    exportBucketName: 'archive',
    frequencyTypes: ['weekly'],
  });
  assert.ok(request !== undefined);
  const state = new FleetState(request, startedAtMs);
  const [project] = state.projects;
  assert.ok(project !== undefined);
  const later: Omit<FleetReading, 'reading'> = {
    toRead: false,
    problem: 'ATLAS_UNAVAILABLE: 503',
    leftForLater: 2,
    readAgainAtMs: startedAtMs + 900_000,
  };
  Object.assign(project, { ...later, exportBucketId: 'b'.repeat(24), leftForLater: 1 });
  const cluster: FleetCluster = {
    ...newCluster(project, { clusterName: 'orders', sharded: true, shardCount: 3 }),
    ...later,
    counted: true,
    due: 11,
    exportedBefore: 12,
    provenBefore: 13,
    proofUnknownBefore: 14,
    checkFailedBefore: 15,
    givenUp: 16,
    runningBefore: 17,
    expiringSoon: 18,
    bytesToExport: 19,
    sizeUnknown: 20,
    exportedNow: 21,
    provenNow: 22,
    failedNow: 23,
    after: { orderKey: 24, snapshotId },
    ahead: [{ orderKey: 25, snapshotId }],
    candidatesLeft: 26,
    jobsReadAtMs: startedAtMs + 27_000,
  };
  project.clusters.push(cluster);
  return state;
}

test('a run that goes on in a fresh history knows of each project and cluster what its predecessor knew', () => {
  const state = fleet();
  const fresh = newCluster(state.projects[0] ?? assert.fail(), {
    clusterName: '',
    sharded: false,
    shardCount: 1,
  });
  const [known] = state.clusters();
  for (const [field, value] of Object.entries(known ?? {})) {
    const isSet = ['project', 'reading', 'waiting'].includes(field) || value !== Reflect.get(fresh, field);
    assert.ok(isSet, `this test gives ${field} no value of its own`);
  }
  const json: unknown = JSON.parse(JSON.stringify(carriedFleet(state)));
  const restored = restoredFleet(state.request, v.parse(carriedFleetSchema, json));
  assert.deepEqual(restored?.projects, state.projects);
});
