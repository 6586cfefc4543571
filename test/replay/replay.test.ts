import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { DefaultLogger, Runtime, Worker, type WorkflowBundle } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { loadWorkflowBundle } from '../../src/worker/workflow-bundle.ts';
import { buildChanged } from './changed-build.ts';

/*
 * Every history that a release has recorded must replay with the workflows as they are now: a run that was
 * started with that release goes on with this one. Record new ones with scripts/record-histories.ts.
 */
Runtime.install({ logger: new DefaultLogger('ERROR') });

const folder = fileURLToPath(new URL('../../../test/replay/histories', import.meta.url));

async function recorded(): Promise<{ name: string; json: string }[]> {
  const files = await readdir(folder, { recursive: true });
  const names = files.filter((name) => name.endsWith('.json')).sort();
  return Promise.all(names.map(async (name) => ({ name, json: await readFile(join(folder, name), 'utf8') })));
}

async function replay(workflowBundle: WorkflowBundle, json: string): Promise<void> {
  // Children's ids are made from their parent's, so the run must have the id that it had.
  const history = historyFromJSON(JSON.parse(json));
  const { workflowId } = history.events?.[0]?.workflowExecutionStartedEventAttributes ?? {};
  assert.ok(workflowId);
  await Worker.runReplayHistory({ workflowBundle }, history, workflowId);
}

/** The ids of the patches that a run has passed. */
function patchesIn(json: string): string[] {
  const { events } = historyFromJSON(JSON.parse(json));
  return (events ?? []).flatMap(({ markerRecordedEventAttributes: marker }) => {
    if (marker?.markerName !== 'core_patch') return [];
    const payloads = Object.values(marker.details ?? {}).flatMap((each) => each.payloads ?? []);
    return payloads.map(
      ({ data }) => v.parse(markerSchema, JSON.parse(Buffer.from(data ?? []).toString())).id,
    );
  });
}

const markerSchema = v.object({ id: v.string() });

async function patchesOfWorkflows(): Promise<string[]> {
  const workflows = fileURLToPath(new URL('../../../src/workflows', import.meta.url));
  const names = await readdir(workflows);
  const texts = await Promise.all(names.map((name) => readFile(join(workflows, name), 'utf8')));
  const found = texts.flatMap((text) =>
    Array.from(text.matchAll(/\bpatched\('([^']+)'\)/g), ([, id = '']) => id),
  );
  assert.ok(found.length > 0, 'no workflow has a patch, or they are written otherwise now');
  return found;
}

function explain(name: string): (error: unknown) => never {
  return (error) => {
    throw new Error(`${name} does not replay`, { cause: error });
  };
}

describe('a history recorded by a release', async () => {
  const workflowBundle = await loadWorkflowBundle();
  const histories = await recorded();

  test('is there for every change that is behind a patch, or nothing would notice that the patch is gone', async () => {
    const recordedPatches = new Set(histories.flatMap(({ json }) => patchesIn(json)));
    const missing = (await patchesOfWorkflows()).filter((patch) => !recordedPatches.has(patch));
    assert.deepEqual(missing, [], 'record one: scripts/record-histories.ts');
  });

  test('is there to be replayed for every way that an export or a fleet takes', () => {
    for (const part of [
      'replica-set',
      'three-shards',
      'component-',
      'hidden-components',
      'late-components',
      'lost-reply',
      'in-doubt',
      'exported-while-in-doubt.json',
      'exported-while-in-doubt.before-patch',
      'deadline-in-doubt.json',
      'deadline-in-doubt.before-patch',
      'bucket-away-until-the-deadline',
      'doubt-past-deadline.json',
      'doubt-past-deadline.before-patch',
      'cancelled-in-doubt.json',
      'cancelled-in-doubt.before-patch',
      'fleet-reads-again.json',
      'fleet-reads-again.before-patch',
      'refused-for-another.json',
      'refused-for-another.before-patch',
      'looks-that-fail',
      'failed-then-successful',
      'failed-for-good',
      'cancelled-at-atlas',
      'adopted',
      'waited-for',
      'refused',
      'exported-before',
      'deadline',
      'asked-to-look',
      'tracking-cancelled',
      'labels-in-memo',
      'labels-in-search-attributes',
      'latest-snapshot',
      'wrong-key',
      'stalled-in-the-queue',
      'named-credentials',
      'unknown-credentials',
      'told-of-success',
      'told-of-failure',
      'told-of-cancelling',
      'unknown-webhook',
      'delivery-of-export-completed',
      'lost.json',
      'fleet.json',
      'proven.json',
      'proven-to-the-last-object',
      'not-to-be-verified',
      'increment-missing',
      'files-late',
      'storage-away',
      'verifying-cancelled',
      'fleet-dry-run',
      'fleet-out-of-time',
      'fleet-continued',
      'fleet-beside-others',
    ]) {
      assert.ok(
        histories.some(({ name }) => name.includes(part)),
        `no recorded history of "${part}" in test/replay/histories`,
      );
    }
  });

  for (const { name, json } of histories) {
    test(`${name} replays with the workflows as they are now`, async () => {
      await replay(workflowBundle, json);
    });
  }

  test('does not replay once it tells of a step that these workflows do not take: the check can fail', async () => {
    const json = histories.find(({ name }) => name.includes('replica-set'))?.json ?? '';
    const changed = json.replace('"findExportJob"', '"anActivityOfAnotherVersion"');
    assert.notEqual(changed, json);
    await assert.rejects(replay(workflowBundle, changed), DeterminismViolationError);
  });

  test('replays with a build that takes one step more, behind a patch', async (t) => {
    const { workflowBundle: changed, remove } = await buildChanged('guarded');
    t.after(remove);
    for (const { name, json } of histories) await replay(changed, json).catch(explain(name));
  });

  test('does not replay with the same step without a patch: a release that would block running exports is caught', async (t) => {
    const { workflowBundle: changed, remove } = await buildChanged('unguarded');
    t.after(remove);
    for (const name of ['replica-set.json', 'component-']) {
      const json = histories.find((history) => history.name.includes(name))?.json ?? '';
      await assert.rejects(replay(changed, json), DeterminismViolationError, name);
    }
  });
});
