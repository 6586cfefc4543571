import { setTimeout as machineSleep } from 'node:timers/promises';
import { collectHistories } from './collect-histories.ts';
import type { Evidence, RequestEvidence } from './evidence.ts';
import { describeUnderWay } from './idle.ts';
import { watchForLostTasks } from './lost-tasks.ts';
import { outcomeOf } from './outcome.ts';
import { hourMs, type Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';
import { runIdsOf, stagedRun } from './staged-run.ts';
import { playTimeline, type SeedRun, type StartedRequest } from './timeline.ts';
import { startFaultyWorld, type FaultyWorld } from './world.ts';

/** After the faults have ended, every request must be over within this time: all attempts of all jobs, one after the other. */
const convergenceMs = 48 * hourMs;

/** In the machine's time: many times what the longest seed takes where the machine is busy. */
const limitMs = 180_000;

/**
 * Runs one seed to its end and returns what it left behind. Holds the stage's time at its start and end. Where
 * it is not over within its limit, the evidence is what there is until then, and the stage is of no use any more.
 */
export async function runSeed(stage: Stage, scenario: Scenario): Promise<Evidence> {
  const startedAtMs = await stage.time.nowMs();
  const { breakActivities } = stage;
  const world = await startFaultyWorld(scenario, { startedAtMs, breakActivities });
  const run: SeedRun = { scenario, world, startedAtMs, started: [] };
  const staged = stagedRun(stage, run);
  const leapsBefore = stage.time.leaps.length;
  const convergedByMs = startedAtMs + scenario.faultsUntilMs + convergenceMs;
  const collect = async ({
    hung,
    lostTasks = [],
  }: {
    hung?: string;
    lostTasks?: readonly string[];
  }): Promise<Evidence> => {
    const requests = await Promise.all(run.started.map((each) => requestEvidence(each, world)));
    for (const [index, open] of run.started.entries()) {
      if (requests[index]?.outcome.kind === 'open')
        await open.handle.terminate('not over in time').catch(() => undefined);
    }
    return {
      scenario,
      startedAtMs,
      faultsEndedAtMs: startedAtMs + scenario.faultsUntilMs,
      convergedByMs,
      hung,
      lostTasks,
      leaps: stage.time.leaps.slice(leapsBefore),
      requests,
      jobs: world.simulator.books.jobs,
      calls: world.simulator.books.requests,
      activities: staged.records,
      histories: await collectHistories(stage, requests),
    };
  };
  stage.enter(world.groupId, staged);
  try {
    const played = (async (): Promise<readonly string[]> => {
      await playTimeline(stage, run, staged.isIdle);
      // Once nothing is left to do, the server skips there at once.
      await stage.time.runUntil(convergedByMs, staged.isIdle);
      return [];
    })();
    const lost = watchForLostTasks(stage, () => runIdsOf(run));
    const lostTasks = await within(limitMs, Promise.race([played, lost.found])).finally(lost.stop);
    if (lostTasks !== undefined) return await collect({ lostTasks });
    const underWay = await describeUnderWay(stage.client, runIdsOf(run));
    return await collect({ hung: `after ${limitMs / 1000} s: ${stage.time.describe()}; ${underWay}` });
  } finally {
    stage.leave(world.groupId);
    await world.close();
  }
}

/** Undefined when it is not over in time. */
async function within<Result>(timeMs: number, work: Promise<Result>): Promise<Result | undefined> {
  const stop = new AbortController();
  const limit = machineSleep(timeMs, undefined, { signal: stop.signal }).catch(() => undefined);
  try {
    return await Promise.race([work, limit]);
  } finally {
    stop.abort();
  }
}

async function requestEvidence(started: StartedRequest, world: FaultyWorld): Promise<RequestEvidence> {
  const { scenario, runId, startedAtMs } = started;
  // This run of it: the same request may have been asked for again since.
  const handle = started.client.workflow.getHandle(started.handle.workflowId, runId);
  const { clusterName, snapshotId, exportBucketId } = world.idsOf(scenario);
  const description = await handle.describe();
  return {
    name: scenario.name,
    scenario,
    groupId: world.groupId,
    clusterName,
    snapshotId,
    exportBucketId,
    workflowId: handle.workflowId,
    runId,
    startedAtMs,
    endedAtMs: description.closeTime?.getTime(),
    outcome: description.status.name === 'RUNNING' ? { kind: 'open' } : await outcomeOf(handle),
  };
}
