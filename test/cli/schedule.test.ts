/** Goal: exports at set times, from the command line, with nothing paid for twice. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { startStage, type Stage } from '../end-to-end/stage.ts';
import type { ExportRequest, ExportScheduleDescription } from '../../src/client.ts';
import { environmentOf, runCommand, type CommandEnd } from './command.ts';

const waitMsMax = 60_000;

describe('atlas-export schedule', () => {
  let stage: Stage;
  let request: ExportRequest;
  before(async () => {
    stage = await startStage();
    await stage.startWorker();
    request = stage.addExport({ shards: 0, runningMs: 300 });
  });
  after(() => stage.close());

  const cli = (...words: string[]): Promise<CommandEnd> =>
    runCommand(['schedule', ...words], environmentOf(stage));
  const create = (id: string, ...words: string[]): Promise<CommandEnd> =>
    cli(
      'create',
      id,
      '--project',
      request.groupId,
      '--cluster',
      request.clusterName,
      ...words,
      '--bucket-id',
      request.exportBucketId ?? '',
      '--min-interval',
      '300ms',
      '--max-interval',
      '1s',
    );
  const described = async (id: string): Promise<ExportScheduleDescription> =>
    JSON.parse((await cli('describe', id, '--json')).stdout);

  async function outcomes(id: string, count: number): Promise<ExportScheduleDescription['outcomes']> {
    for (const end = Date.now() + waitMsMax; ; await delay(200)) {
      const { outcomes } = await stage.client.schedules.describe(id);
      if (outcomes.filter((each) => each.export?.run === 'exported').length >= count) return outcomes;
      assert.ok(Date.now() < end, `never ${count} outcomes: ${JSON.stringify(outcomes)}`);
    }
  }

  test('creates one that skips overlaps and makes up for missed times within 6 hours, not a year', async () => {
    const created = await create(
      'nightly',
      '--cron',
      '30 3 * * *',
      '--timezone',
      'Europe/Berlin',
      '--note',
      'for the audit',
    );
    assert.equal(created.code, 0, created.stderr);
    const { request: kept, overlap, catchupWindowMs, note, nextTimes } = await described('nightly');
    assert.equal(kept?.snapshotId, 'latest');
    assert.deepEqual([overlap, catchupWindowMs, note], ['SKIP', 6 * 3_600_000, 'for the audit']);
    const inBerlin = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Berlin', timeStyle: 'short' });
    assert.equal(inBerlin.format(new Date(nextTimes[0] ?? '')), '03:30');
  });

  test('creates one from a calendar entry', async () => {
    const created = await create(
      'monthly',
      '--at',
      '04:15',
      '--day-of-month',
      '1,15',
      '--jitter',
      '5 minutes',
    );
    assert.equal(created.code, 0, created.stderr);
    const { nextTimes, jitterMs } = await described('monthly');
    assert.equal(jitterMs, 300_000);
    assert.ok(
      nextTimes.every((time) => [1, 15].includes(new Date(time).getUTCDate())),
      nextTimes.join(),
    );
  });

  test('exports when triggered, and pays once for one snapshot however often', async () => {
    await create('often', '--cron', '0 0 1 1 *');
    for (const count of [1, 2]) {
      assert.equal((await cli('trigger', 'often')).code, 0);
      await outcomes('often', count);
    }
    const jobs = stage.simulator.books.jobs.filter(({ clusterName }) => clusterName === request.clusterName);
    assert.equal(jobs.length, 1);
    const { stdout } = await cli('describe', 'often');
    assert.match(stdout, /latest outcomes\n.* exported {2}snapshot-export\//);
  });

  test('makes up for past times', async () => {
    await create('backfilled', '--cron', '0 * * * *');
    assert.equal((await cli('backfill', 'backfilled', '--start', '3 hours')).code, 0);
    const made = await outcomes('backfilled', 2);
    assert.ok(made.length >= 2);
  });

  test('pauses with a note, resumes, lists and deletes', async () => {
    await create('changing', '--cron', '0 5 * * *');
    assert.equal((await cli('pause', 'changing', '--note', 'bucket is being moved')).code, 0);
    const paused = await described('changing');
    assert.deepEqual([paused.paused, paused.note], [true, 'bucket is being moved']);
    assert.equal((await cli('resume', 'changing')).code, 0);
    assert.equal((await described('changing')).paused, false);
    for (const end = Date.now() + waitMsMax; ; await delay(200)) {
      const names = [];
      for await (const { scheduleId } of stage.client.schedules.list()) names.push(scheduleId);
      if (names.includes('changing')) break;
      assert.ok(Date.now() < end, `not listed: ${names.join()}`);
    }
    assert.match((await cli('list')).stdout, /changing/);
    assert.equal((await cli('delete', 'changing')).code, 0);
    const gone = await cli('describe', 'changing');
    assert.equal(gone.code, 2, gone.stderr);
  });

  test('refuses a second one of the same id, a wrong cron expression and a wrong time zone with exit code 2', async () => {
    await create('twice', '--cron', '0 5 * * *');
    const wrong: readonly (readonly [words: string[], says: RegExp])[] = [
      [['twice', '--cron', '0 5 * * *'], /already/i],
      [['wrong-cron', '--cron', 'every night'], /cron/i],
      [['wrong-zone', '--cron', '0 5 * * *', '--timezone', 'Berlin'], /--timezone: must be a time zone/],
      [['no-time'], /--cron or --at: one is required/],
      [['wrong-day', '--at', '3:30', '--on', 'someday'], /--on: must be a list of sunday/],
    ];
    for (const [[id = '', ...words], says] of wrong) {
      const { code, stderr } = await create(id, ...words);
      assert.equal(code, 2, stderr);
      assert.match(stderr, says);
    }
  });
});
