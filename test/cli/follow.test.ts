/** Goal: what a person and a script do with exports that run. Method: the real command, server, worker and simulator. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { startStage, type Stage } from '../end-to-end/stage.ts';
import { exportWorkflowId, type ExportRequest } from '../../src/client.ts';
import { environmentOf, runCommand, startCommand, type CommandEnd } from './command.ts';

const waitMsMax = 60_000;
const hourMs = 60 * 60_000;

describe('atlas-export', () => {
  let stage: Stage;
  before(async () => {
    stage = await startStage();
    await stage.startWorker();
  });
  after(() => stage.close());

  const cli = (...words: string[]): Promise<CommandEnd> => runCommand(words, environmentOf(stage));
  const requestWords = (request: ExportRequest): string[] =>
    ['--project', request.groupId, '--cluster', request.clusterName, '--snapshot', request.snapshotId].concat(
      ['--bucket-id', request.exportBucketId ?? '', '--min-interval', '300ms', '--max-interval', '1s'],
    );

  test('starts an export, shows its status, and waits for its result', async () => {
    const request = stage.addExport();
    const started = await cli('start', ...requestWords(request));
    assert.equal(started.code, 0, started.stderr);
    const id = started.stdout.split('\n')[0] ?? '';
    assert.equal(id, exportWorkflowId(request));
    const status = await cli('status', id);
    assert.equal(status.code, 0, status.stderr);
    assert.match(status.stdout, /phase +\w+/);
    const result = await cli('result', id, '--json');
    assert.equal(result.code, 0, result.stderr);
    const { exportId } = JSON.parse(result.stdout);
    assert.deepEqual(
      stage.simulator.books.jobs
        .filter(({ clusterName }) => clusterName === request.clusterName)
        .map((job) => job.exportId),
      [exportId],
    );
  });

  test('joins an export that runs already instead of starting a second one', async () => {
    const request = stage.addExport({ runningMs: 4_000 });
    const ends = await Promise.all([1, 2].map(() => cli('start', ...requestWords(request), '--watch')));
    for (const end of ends) assert.equal(end.code, 0, end.stderr);
    const jobs = stage.simulator.books.jobs.filter(({ clusterName }) => clusterName === request.clusterName);
    assert.equal(jobs.length, 1);
  });

  test('writes one line per change to a pipe while it watches', async () => {
    const request = stage.addExport({ runningMs: 3_000 });
    const { stdout, code } = await cli('start', ...requestWords(request), '--watch');
    assert.equal(code, 0);
    const lines = stdout.split('\n').filter((line) => /^\d{4}-\d\d-\d\dT/.test(line));
    const changes = lines.map((line) => line.replace(/^\S+ +/, ''));
    assert.ok(changes.length >= 4, stdout);
    for (const name of new Set(changes.map((line) => line.split(' ')[0]))) {
      const ofName = changes.filter((line) => line.startsWith(`${name} `));
      assert.ok(
        ofName.every((line, index) => line !== ofName[index - 1]),
        `a line said twice:\n${stdout}`,
      );
    }
    assert.ok(!stdout.includes('\u001B'), 'escape sequences in a pipe');
  });

  test('says at the end that an export was stalled for a while, and so do the log and a metric', async () => {
    const request = stage.addExport({ queuedMs: 3_000, runningMs: 1_000 });
    const words = [...requestWords(request), '--stalled-after-queued', '1 ms', '--watch'];
    const { stdout, stderr, code } = await cli('start', ...words);
    assert.equal(code, 0, stderr);
    const cluster = request.clusterName;
    assert.match(stdout, /^ {2}! Stalled from \S+Z to \S+Z: in Atlas's queue .*\. Then: \w/m);
    const logged = stage
      .written()
      .split('\n')
      .filter((line) => line.includes(cluster) && line.includes('stalled"'));
    const messages = logged.map((line): unknown => JSON.parse(line).message);
    const ofComponents = (message: unknown): boolean => String(message).startsWith('component of ');
    assert.deepEqual(
      messages.filter((message) => !ofComponents(message)),
      ['export stalled', 'export no longer stalled'],
    );
    const begun = messages.filter((message) => message === 'component of an export stalled');
    assert.equal(
      messages.filter(ofComponents).length,
      2 * begun.length,
      'each of its components too, if it has any',
    );
    const metrics = await stage.metrics();
    assert.match(metrics, /^atlas_export_stalls_total\{.*kind="queued".*\} 1$/m);
  });

  test('stops watching on Ctrl-C with exit code 130, says how to go on, and the export goes on', async () => {
    const request = stage.addExport({ runningMs: 6_000 });
    const watching = startCommand(['start', ...requestWords(request), '--watch'], environmentOf(stage));
    for (const end = Date.now() + waitMsMax; !watching.stdout().includes('InProgress'); await delay(50)) {
      assert.ok(Date.now() < end, `never in progress:\n${watching.stdout()}${watching.stderr()}`);
    }
    watching.child.kill('SIGINT');
    const { code, stderr } = await watching.end;
    assert.equal(code, 130);
    assert.match(stderr, /The export goes on\.\n {2}atlas-export watch snapshot-export\//);
    const result = await cli('result', exportWorkflowId(request));
    assert.equal(result.code, 0, result.stderr);
    assert.match(result.stdout, /^Exported\./);
  });

  test('ends with 1 and says why and what to do when the export fails', async () => {
    const request = stage.addExport();
    stage.simulator.setExportPlan(
      { clusterName: request.clusterName },
      { queuedMs: 0, runningMs: 500, outcome: 'Failed', stateReason: { message: 'Access Denied' } },
    );
    const id = exportWorkflowId(request);
    const { code, stderr } = await cli('start', ...requestWords(request), '--max-attempts', '1', '--watch');
    assert.equal(code, 1, stderr);
    assert.match(stderr, /Atlas ended export job .*Access Denied/);
    assert.ok(!stderr.includes('    at '), `a stack trace at a person:\n${stderr}`);
    const json = await cli('result', id, '--json');
    assert.equal(json.code, 1);
    assert.equal(JSON.parse(json.stderr).error.code, 'ExportFailed');
  });

  test('cancels the tracking, says that Atlas goes on, and the command it shows picks the job up again', async () => {
    const request = stage.addExport({ runningMs: hourMs });
    const id = exportWorkflowId(request);
    await cli('start', ...requestWords(request));
    const jobs = (): readonly { exportId: string }[] =>
      stage.simulator.books.jobs.filter(({ clusterName }) => clusterName === request.clusterName);
    for (const end = Date.now() + waitMsMax; jobs().length === 0; await delay(100)) {
      assert.ok(Date.now() < end, 'no job was created');
    }
    const cancelled = await cli('cancel', id);
    assert.equal(cancelled.code, 0, cancelled.stderr);
    assert.match(cancelled.stdout, /it goes on\nand is billed/);
    assert.equal((await cli('result', id)).code, 1);
    const again = /^ {2}atlas-export (start .*)$/m.exec(cancelled.stdout)?.[1]?.split(' ') ?? [];
    const often = ['--min-interval', '300ms', '--max-interval', '1s'];
    const watching = startCommand([...again, ...often, '--watch', '--json'], environmentOf(stage));
    // It ends only once it has been picked up, however slow the machine is.
    for (const end = Date.now() + waitMsMax; !watching.stdout().includes('"InProgress"'); await delay(50)) {
      assert.ok(Date.now() < end, `never in progress:\n${watching.stdout()}${watching.stderr()}`);
    }
    for (const { exportId } of jobs()) stage.simulator.endJob(exportId);
    const started = await watching.end;
    assert.equal(started.code, 0, started.stderr);
    const { result } = JSON.parse(started.stdout.trim().split('\n').at(-1) ?? '');
    assert.equal(result.adopted, true);
    assert.equal(jobs().length, 1);
  });

  test('looks at once when asked to', async () => {
    const request = stage.addExport({ runningMs: 5_000 });
    const words = requestWords(request).map((word) => (word === '300ms' || word === '1s' ? '1 hour' : word));
    const { stdout } = await cli('start', ...words);
    const looked = await cli('poll-now', stdout.split('\n')[0] ?? '', '--json');
    assert.equal(looked.code, 0, looked.stderr);
    assert.ok(JSON.parse(looked.stdout).polls >= 1);
  });

  test('lists exports by cluster and state, also those started under another id', async () => {
    const request = stage.addExport();
    const handle = await stage.client.start(request, { workflowId: 'an-id-of-its-own' });
    await handle.result();
    const listed = async (...words: string[]): Promise<Record<string, unknown>[]> =>
      JSON.parse((await cli('list', '--json', ...words)).stdout);
    // Visibility follows the runs themselves a moment later.
    let found: Record<string, unknown>[] = [];
    for (const end = Date.now() + waitMsMax; Date.now() < end && found.length === 0; await delay(100)) {
      found = await listed('--cluster', request.clusterName, '--state', 'exported', '--since', '1 hour');
    }
    assert.deepEqual(
      found.map(({ workflowId, run, snapshotId }) => ({ workflowId, run, snapshotId })),
      [{ workflowId: 'an-id-of-its-own', run: 'exported', snapshotId: request.snapshotId }],
    );
    assert.deepEqual(await listed('--cluster', request.clusterName, '--state', 'failed'), []);
    assert.deepEqual(await listed('--cluster', 'no-such-cluster'), []);
  });
});
