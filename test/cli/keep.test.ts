/** Goal: a fleet is kept exported from the command line, and what it shows and ends with can be relied on. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { KeepExportedStatus } from '../../src/client.ts';
import { startStage, type Stage } from '../end-to-end/stage.ts';
import { environmentOf, runCommand, type CommandEnd } from './command.ts';

const bucketName = 'fleet-archive';
const dayMs = 24 * 60 * 60_000;

describe('atlas-export keep', () => {
  let stage: Stage;
  let folder = '';
  let requestFile = '';
  before(async () => {
    stage = await startStage();
    await stage.startWorker();
    folder = await mkdtemp(join(tmpdir(), 'atlas-export-keep-'));
    requestFile = join(folder, 'fleet.json');
    const exports = { polling: { preset: 'eager', minInterval: '300ms', maxInterval: '1s' } };
    await writeFile(requestFile, JSON.stringify({ exports }));
    const { simulator } = stage;
    simulator.addBucket({ bucketName });
    for (const clusterName of ['orders', 'events']) {
      simulator.addCluster({ clusterName, clusterType: 'REPLICASET' });
      simulator.setExportPlan({ clusterName }, { queuedMs: 0, runningMs: 500 });
      for (const frequencyType of ['weekly', 'monthly', 'daily']) {
        const createdAt = Date.now() - 3 * dayMs;
        simulator.addSnapshot({ clusterName, frequencyType, createdAt, storageSizeBytes: 1e12 });
      }
    }
  });
  after(async () => {
    await stage.close();
    await rm(folder, { recursive: true, force: true });
  });

  const keep = (...words: string[]): Promise<CommandEnd> =>
    runCommand(['keep', ...words], environmentOf(stage));
  const asked = (): string[] => [
    '--project',
    `${stage.simulator.groupId}:orders`,
    '--bucket',
    bucketName,
    '--frequency',
    'weekly, monthly',
    '--request',
    requestFile,
  ];

  test('says with --dry-run what would be exported and about what it costs, and exports nothing', async () => {
    const { code, stdout, stderr } = await keep('start', 'archive', ...asked(), '--dry-run');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /snapshots: 2 due, 0 exported, 0 running, 2 waiting, 0 failed, 0 given up/);
    assert.match(stdout, /to export: 2000\.0 GB, about \$250\.00/);
    assert.match(stdout, /Would be exported/);
    assert.equal(stage.simulator.books.createsAccepted, 0);
  });

  test('starts, waits for the end, and shows the table', async () => {
    const started = await keep('start', 'archive', ...asked());
    assert.equal(started.code, 0, started.stderr);
    assert.match(started.stdout, /^keep-exported\/archive\n/);
    const ended = await keep('result', 'archive');
    assert.equal(ended.code, 0, ended.stderr);
    assert.match(ended.stdout, /everything that is due is exported/);
    assert.match(ended.stdout, /^orders +2 +2 +0 +0 +0 +0 /m);
    const status: KeepExportedStatus = JSON.parse((await keep('status', 'archive', '--json')).stdout);
    assert.equal(status.totals.exported, 2);
    assert.equal(stage.simulator.books.createsAccepted, 2);
  });

  test('shows which exports of the fleet are stalled', async () => {
    const { simulator } = stage;
    simulator.addCluster({ clusterName: 'stuck', clusterType: 'REPLICASET' });
    simulator.setExportPlan({ clusterName: 'stuck' }, { queuedMs: 20_000, runningMs: 100 });
    simulator.addSnapshot({
      clusterName: 'stuck',
      frequencyType: 'weekly',
      createdAt: Date.now() - 3 * dayMs,
    });
    const stalledAfter = { queued: '1s' };
    const file = join(folder, 'stuck.json');
    const polling = { preset: 'eager', minInterval: '300ms', maxInterval: '1s' };
    await writeFile(file, JSON.stringify({ exports: { polling, stalledAfter } }));
    const what = [...asked().slice(2, -1), file];
    await keep('start', 'stuck', '--project', `${simulator.groupId}:stuck`, ...what);
    for (const end = Date.now() + 60_000; ;) {
      const { stdout } = await keep('status', 'stuck');
      if (/\n\nStalled, .*\n {2}stuck, Queued: snapshot-export\/.*\/stuck\//.test(stdout)) break;
      assert.ok(Date.now() < end, `never so: ${stdout}`);
    }
    const { stalled } = JSON.parse((await keep('status', 'stuck', '--json')).stdout);
    assert.equal(stalled[0]?.clusterName, 'stuck');
    assert.equal((await keep('result', 'stuck')).code, 0);
    assert.doesNotMatch((await keep('status', 'stuck')).stdout, /^Stalled/m);
  });

  test('ends with 1 when something is left, and says what', async () => {
    const { groupId } = stage.simulator;
    await keep('start', 'misspelt', '--project', `${groupId}:oders`, ...asked().slice(2));
    const { code, stdout } = await keep('result', 'misspelt');
    assert.equal(code, 1);
    assert.match(stdout, /^oders .*no cluster of this name/m);
  });

  test('names what is wrong by its option, and asks nobody', async () => {
    const wrong = ['--project', 'x', '--frequency', 'often', '--since', 'soon', '--at-once', '1000'];
    const { code, stderr } = await keep('start', 'archive', ...wrong);
    assert.equal(code, 2);
    for (const option of ['--project', '--frequency', '--since', '--at-once'])
      assert.match(stderr, new RegExp(`${option}: `));
    const { stderr: without } = await keep(
      'start',
      'archive',
      '--bucket',
      bucketName,
      '--frequency',
      'weekly',
    );
    assert.match(without, /^atlas-export: --project: is required$/m);
  });

  test('keeps a fleet exported at set times, and finds the run that a schedule has started', async () => {
    const created = await keep(
      'schedule',
      'nightly',
      '--cron',
      '30 3 * * *',
      ...asked(),
      '--since',
      '30 days',
    );
    assert.equal(created.code, 0, created.stderr);
    const cli = (...words: string[]): Promise<CommandEnd> =>
      runCommand(['schedule', ...words], environmentOf(stage));
    const described = await cli('describe', 'nightly');
    assert.match(described.stdout, /keeps exported: weekly, monthly snapshots of 1 projects/);
    assert.equal((await cli('trigger', 'nightly')).code, 0);
    for (const end = Date.now() + 60_000; ;) {
      const { stdout } = await keep('status', 'nightly', '--json');
      if (stdout !== '') break;
      assert.ok(Date.now() < end, 'the run that the schedule started was never found');
    }
    const ended = await keep('result', 'nightly');
    assert.equal(ended.code, 0, ended.stderr);
    assert.match(ended.stdout, /^keep-exported\/nightly-\d{4}/);
    assert.match((await cli('list')).stdout, /^nightly/m);
  });
});
