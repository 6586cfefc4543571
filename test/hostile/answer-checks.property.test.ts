/** What the checks of activities' answers let through does no harm further on: to a fleet, and to a create's outcome. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ApplicationFailure } from '@temporalio/common';
import * as fc from 'fast-check';
import type { ClusterSurvey, OccupiedSurvey, ProjectSurvey } from '../../src/activities/index.ts';
import { checkKeepExportedRequest } from '../../src/contract/index.ts';
import {
  checkedCluster,
  checkedEnded,
  checkedOccupied,
  checkedProject,
  checkedSent,
  checkedWebhookNames,
  isOddAnswer,
} from '../../src/workflows/activity-answers.ts';
import { atlasAnswer } from '../../src/workflows/atlas-answer.ts';
import { carriedFleet } from '../../src/workflows/fleet-carry.ts';
import { fleetExportId } from '../../src/workflows/fleet-exports.ts';
import { FleetNeighbours } from '../../src/workflows/fleet-neighbours.ts';
import { fleetStatus } from '../../src/workflows/fleet-report.ts';
import { FleetState } from '../../src/workflows/fleet-state.ts';
import { PROPERTY_LIMITS } from '../atlas/support/property-limits.ts';
import { hostileAnswer } from './hostile-answers.ts';
import { hostileJson } from './hostile-values.ts';

/** Many properties of one kind: each gets its share of the time. */
const limits = { ...PROPERTY_LIMITS, interruptAfterTimeLimit: 2_000 };

/** The server refuses a longer id of a workflow, and with it the task that starts one. */
const workflowIdLengthMax = 1_000;

const projectSurvey: ProjectSurvey = {
  exportBucketId: 'b'.repeat(24),
  exportBucketName: 'archive',
  clusters: [{ clusterName: 'orders', sharded: false, shardCount: 1 }],
};
const clusterSurvey: ClusterSurvey = {
  due: 3,
  exported: 1,
  running: 0,
  givenUp: 1,
  expiringSoon: 0,
  bytesToExport: 1_000,
  sizeUnknown: 0,
  candidates: [
    {
      orderKey: 1,
      snapshotId: 'a'.repeat(24),
      replicaSets: 1,
      running: false,
      failedJobs: 0,
      storageSizeBytes: 1,
    },
  ],
  candidatesLeft: 0,
  givenUpExamples: [{ snapshotId: 'c'.repeat(24), reason: 'Access Denied' }],
  occupying: [{ snapshotId: 'd'.repeat(24), replicaSets: 3 }],
};
const occupiedSurvey: OccupiedSurvey = {
  clusters: [{ clusterName: 'orders', occupying: [{ snapshotId: 'd'.repeat(24), replicaSets: 3 }] }],
  running: [{ clusterName: 'events', snapshotId: 'latest' }],
};

function newState(): FleetState {
  const { request, problems } = checkKeepExportedRequest({
    projects: [{ groupId: '5'.repeat(24), exportBucketId: 'b'.repeat(24) }],
    frequencyTypes: ['weekly'],
  });
  assert.ok(request !== undefined, JSON.stringify(problems));
  return new FleetState(request, 0);
}

/**
 * What crosses from an activity: the type is what was promised, and nothing holds the worker to it. Undefined where the
 * check refuses it, as it has to: with a failure that says which activity it was.
 */
function allowing<Answer>(check: (answer: Answer) => Answer, drawn: unknown): Answer | undefined {
  const { crossed }: { crossed: Answer } = JSON.parse(JSON.stringify({ crossed: drawn ?? null }));
  try {
    return check(crossed);
  } catch (error) {
    assert.ok(isOddAnswer(error), `threw ${String(error)}`);
    assert.match(error.message, /answered \w+ in a form that is not known here/);
    return undefined;
  }
}

describe('what a check of an answer lets through', () => {
  test('is a survey that a fleet can count, carry over and show', () => {
    const drawn = fc.tuple(hostileAnswer({ ...projectSurvey }), hostileAnswer({ ...clusterSurvey }));
    fc.assert(
      fc.property(drawn, ([drawnProject, drawnCluster]) => {
        const state = newState();
        const [project] = state.projects;
        assert.ok(project !== undefined);
        const survey = allowing(checkedProject, drawnProject);
        state.sawProject(project, survey ?? projectSurvey);
        for (const cluster of project.clusters) {
          const seen = allowing(checkedCluster, drawnCluster);
          if (seen !== undefined) state.sawCluster(cluster, seen);
        }
        for (const waiting of state.waiting) {
          assert.ok(fleetExportId(waiting).length <= workflowIdLengthMax);
        }
        const carried = carriedFleet(state);
        const run = { phase: 'surveying', outcome: undefined, replicaSetsElsewhere: 0 } as const;
        const { totals } = fleetStatus(state, run, {});
        for (const [name, count] of Object.entries(totals)) assert.ok(count >= 0, `${name}: ${count}`);
        assert.ok(JSON.stringify(carried).length < 1_000_000);
      }),
      limits,
    );
  });

  test('is what is exported elsewhere, in whole replica sets', () => {
    fc.assert(
      fc.property(hostileAnswer({ ...occupiedSurvey }), (drawn) => {
        const survey = allowing(checkedOccupied, drawn);
        if (survey === undefined) return;
        const neighbours = new FleetNeighbours({ projectsCount: 1 });
        neighbours.looked('5'.repeat(24), survey, { nowMs: 0, shardCounts: new Map() });
        for (const { clusterName, snapshotId, replicaSets } of neighbours.occupants()) {
          assert.ok(clusterName.length > 0 && snapshotId.length > 0);
          assert.ok(Number.isSafeInteger(replicaSets) && replicaSets >= 0);
        }
      }),
      limits,
    );
  });

  test('is an end that was really said: only true is exported', () => {
    const end = { workflowId: 'w', exported: true, reason: 'r' };
    fc.assert(
      fc.property(fc.array(hostileAnswer(end), { maxLength: 3 }), (drawn) => {
        const ended = allowing(checkedEnded, drawn) ?? [];
        for (const { workflowId, exported } of ended) {
          assert.equal(typeof workflowId, 'string');
          assert.equal(typeof exported, 'boolean');
        }
      }),
      limits,
    );
  });

  test('is a list of names, or the status of what was sent', () => {
    fc.assert(
      fc.property(hostileJson(), (drawn) => {
        const names = allowing(checkedWebhookNames, drawn) ?? [];
        assert.ok(names.every((name) => name.length > 0));
        const sent = allowing(checkedSent, drawn);
        assert.ok(sent === undefined || Number.isSafeInteger(sent.status));
      }),
      limits,
    );
  });
});

test('a failed create whose details are of another form was taken for one without effect, and sent again unlooked', () => {
  const detail = { code: 'ATLAS_UNAVAILABLE', message: 'away', effect: null };
  const failure = ApplicationFailure.create({
    type: 'ATLAS_UNAVAILABLE',
    message: 'away',
    details: [detail],
  });
  assert.equal(atlasAnswer(failure).effect, 'unknown');
});
