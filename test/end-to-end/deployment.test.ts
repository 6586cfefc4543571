/** Releases one after the other under running exports, by Worker Deployment Versioning on a real Temporal server. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { WorkerProcess } from '../../demo/worker-process.ts';
import { manualClock } from '../../simulator/index.ts';
import type { ExportHandle, ExportRequest } from '../../src/client.ts';
import { loadWorkflowBundle } from '../../src/worker/workflow-bundle.ts';
import { buildChanged, type ChangedBuild } from '../replay/changed-build.ts';
import { startStage, type Stage } from './stage.ts';

const deploymentName = 'exports';
const settings = { ATLAS_EXPORT_DEPLOYMENT_NAME: deploymentName };

/** The marker that `patched` leaves; no other patch is on an export's way. */
const patchMarker = 'core_patch';
const nonDeterministic = 'WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR';

interface RunningExport {
  readonly request: ExportRequest;
  readonly handle: ExportHandle;
}

/** What the tests read of an event of a history, as the Temporal CLI prints it. */
interface Event {
  readonly workflowTaskCompletedEventAttributes?: { readonly deploymentVersion?: { buildId?: string } };
  readonly markerRecordedEventAttributes?: { readonly markerName?: string };
  readonly workflowTaskFailedEventAttributes?: { readonly cause?: string };
}

describe('an export that is running when a release takes the place of another', () => {
  const clock = manualClock(Date.now());
  let stage: Stage;
  let next: ChangedBuild;
  let firstBuildId = '';
  before(async () => {
    [stage, next] = await Promise.all([
      startStage({ clock, refuseSecondActiveExport: false }),
      buildChanged('guarded'),
    ]);
    firstBuildId = (await loadWorkflowBundle()).buildId;
  });
  after(async () => {
    await stage.close();
    await next.remove();
  });

  /** Waits for what has to come; a test that waits in vain is ended by the runner. */
  async function until(holds: () => Promise<boolean>): Promise<void> {
    while (!(await holds())) await delay(50);
  }

  async function startExports(...shards: number[]): Promise<RunningExport[]> {
    const requests = shards.map((count) =>
      stage.addExport({ shards: count, queuedMs: 0, runningMs: 60_000 }),
    );
    const running = await Promise.all(
      requests.map(async (request) => ({ request, handle: await stage.client.start(request) })),
    );
    await until(async () => (await statuses(running)).every(({ polls }) => polls >= 2));
    return running;
  }

  function statuses(
    running: readonly RunningExport[],
  ): Promise<Awaited<ReturnType<ExportHandle['status']>>[]> {
    return Promise.all(running.map(({ handle }) => handle.status()));
  }

  async function makeCurrent(build: string): Promise<void> {
    const target = ['--deployment-name', deploymentName, '--build-id', build, '--yes'];
    // A worker's first poll registers its build, a moment after it says that it is ready.
    await until(async () => {
      try {
        await stage.temporal('worker', 'deployment', 'set-current-version', ...target);
        return true;
      } catch (error) {
        if (/not found|no pollers|missing/i.test(String(error))) return false;
        throw error;
      }
    });
  }

  async function historyOf({ handle }: RunningExport): Promise<readonly Event[]> {
    const json = await stage.temporal(
      'workflow',
      'show',
      '--workflow-id',
      handle.workflowId,
      '--output',
      'json',
    );
    const { events }: { events: readonly Event[] } = JSON.parse(json);
    return events;
  }

  /** The builds that completed its workflow tasks, one after the other; undefined for a worker without versioning. */
  async function buildsOf(running: RunningExport): Promise<(string | undefined)[]> {
    return (await historyOf(running))
      .flatMap(({ workflowTaskCompletedEventAttributes: completed }) => completed ?? [])
      .map(({ deploymentVersion }) => deploymentVersion?.buildId);
  }

  async function passedThePatch(running: RunningExport): Promise<boolean> {
    return (await historyOf(running)).some(
      ({ markerRecordedEventAttributes: marker }) => marker?.markerName === patchMarker,
    );
  }

  async function allOn(build: string, running: readonly RunningExport[]): Promise<void> {
    await until(async () => {
      const builds = await Promise.all(running.map(buildsOf));
      return builds.every((each) => each.at(-1) === build);
    });
  }

  async function assertOneJobEach(running: readonly RunningExport[]): Promise<void> {
    clock.advance(120_000);
    for (const { request, handle } of running) {
      const result = await handle.result();
      const jobs = stage.simulator.books.jobs.filter(
        ({ clusterName }) => clusterName === request.clusterName,
      );
      assert.deepEqual(
        jobs.map(({ exportId, state }) => [exportId, state]),
        [[result.exportId, 'Successful']],
      );
      assert.ok(result.components.every(({ state }) => state === 'Successful'));
    }
  }

  async function stopped(worker: WorkerProcess): Promise<void> {
    assert.equal(await worker.stop(), 0);
  }

  test('goes on when versioning is turned on, and when the next build becomes current; the old build is idle then', async () => {
    const plain = await stage.startWorker();
    const running = await startExports(0, 3);
    const first = await stage.startWorker(settings);
    assert.match(stage.written(), new RegExp(`no build is current.*--build-id ${firstBuildId}`));
    await makeCurrent(firstBuildId);
    running.push(...(await startExports(0)));
    await allOn(firstBuildId, running);
    await stopped(plain);

    const second = await stage.startWorker(settings, next);
    assert.notEqual(next.buildId, firstBuildId);
    assert.match(stage.written(), new RegExp(`build ${firstBuildId} is current`));
    await makeCurrent(next.buildId);
    await allOn(next.buildId, running);
    // Before the old build's worker is ended: that it is idle must not come from its end.
    await until(async () => (await Promise.all(running.map(passedThePatch))).every(Boolean));
    await stopped(first);
    await assertOneJobEach(running);
    await stopped(second);
    for (const builds of await Promise.all(running.map(buildsOf))) {
      const sinceNext = builds.slice(builds.indexOf(next.buildId));
      assert.deepEqual(
        [...new Set(sinceNext)],
        [next.buildId],
        'the old build got work after it was replaced',
      );
    }
  });

  test('waits when the release is taken back after it has passed a patch, and goes on with the next that knows it', async () => {
    const first = await stage.startWorker(settings);
    const second = await stage.startWorker(settings, next);
    await makeCurrent(next.buildId);
    const running = await startExports(0);
    await until(async () => (await Promise.all(running.map(passedThePatch))).every(Boolean));

    await makeCurrent(firstBuildId);
    const [passed] = running;
    assert.ok(passed !== undefined);
    await until(async () =>
      (await historyOf(passed)).some(
        ({ workflowTaskFailedEventAttributes: failed }) => failed?.cause === nonDeterministic,
      ),
    );
    // One that starts now has no patch in its history and is none the worse for it.
    const started = await startExports(0);
    await allOn(firstBuildId, started);
    const { status } = await stage.client.temporal.workflow.getHandle(passed.handle.workflowId).describe();
    assert.equal(status.name, 'RUNNING');

    await makeCurrent(next.buildId);
    await allOn(next.buildId, [...running, ...started]);
    await assertOneJobEach([...running, ...started]);
    await stopped(first);
    await stopped(second);
  });
});
