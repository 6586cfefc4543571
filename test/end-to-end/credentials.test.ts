/** Goal: two teams’ exports through one worker, each with its own key at its own Atlas. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startSimulator, type Simulator } from '../../simulator/index.ts';
import { ExportError, type ExportRequest } from '../../src/client.ts';
import { environmentOf, runCommand, type CommandEnvironment } from '../cli/command.ts';
import { everythingWritten, formsOf } from './everything-written.ts';
import { startStage, type Stage } from './stage.ts';

const secretOfTeamA = 'private-key-of-team-a-7f3c91';

describe('a worker with credentials for two Atlas organizations', () => {
  let stage: Stage;
  let ofTeamA: Simulator;
  let named: CommandEnvironment;
  before(async () => {
    stage = await startStage();
    ofTeamA = await startSimulator({
      seed: 'team a',
      publicKey: 'team-a-public',
      privateKey: secretOfTeamA,
      apiKeyRoles: ['GROUP_OWNER'],
    });
    ofTeamA.addCluster({ clusterName: 'events', clusterType: 'SHARDED', shardCount: 2 });
    ofTeamA.addSnapshot({ clusterName: 'events' });
    ofTeamA.addBucket({ bucketName: 'archive-of-team-a' });
    ofTeamA.setExportPlan({}, { queuedMs: 200, runningMs: 1_500 });
    named = {
      MONGODB_ATLAS_PUBLIC_API_KEY__TEAM_A: 'team-a-public',
      MONGODB_ATLAS_PRIVATE_API_KEY__TEAM_A: secretOfTeamA,
      MONGODB_ATLAS_BASE_URL__TEAM_A: ofTeamA.baseUrl,
    };
    await stage.startWorker(named);
  });
  after(async () => {
    await ofTeamA.close();
    await stage.close();
  });

  function requestOfTeamA(): ExportRequest {
    return {
      groupId: ofTeamA.groupId,
      clusterName: 'events',
      snapshotId: 'latest',
      exportBucketName: 'archive-of-team-a',
      credentials: 'team-a',
      polling: { preset: 'eager', minInterval: '300ms', maxInterval: '1s' },
    };
  }

  test('each export is asked for with the key that its request names, and its components too', async () => {
    const [ofDefault, ofNamed] = await Promise.all([
      stage.client.execute(stage.addExport({ shards: 0 })),
      stage.client.execute(requestOfTeamA()),
    ]);
    assert.equal(ofDefault.outcome, 'exported');
    assert.equal(ofNamed.outcome, 'exported');
    assert.deepEqual(
      ofNamed.components.map(({ state }) => state),
      ['Successful', 'Successful'],
    );
    assert.deepEqual(
      [stage.simulator, ofTeamA].map(({ books }) => books.createsAccepted),
      [1, 1],
    );
  });

  test('the same request with other credentials is the same export', async () => {
    const request = stage.addExport({ shards: 0 });
    const first = await stage.client.start(request);
    const second = await stage.client.start({ ...request, credentials: 'team-a' });
    assert.equal(second.workflowId, first.workflowId);
    assert.equal((await first.result()).exportId, (await second.result()).exportId);
  });

  test('a name that the worker does not have is UnknownCredentials, with the names that it has', async () => {
    const request = { ...requestOfTeamA(), credentials: 'team-b' };
    await assert.rejects(stage.client.execute(request), (error) => {
      assert.ok(error instanceof ExportError);
      assert.equal(error.code, 'UnknownCredentials');
      assert.match(error.message, /no credentials "team-b" for Atlas; it has: default, team-a\./);
      return true;
    });
  });

  test('start --credentials, and doctor --credentials looks with them', async () => {
    const environment = { ...environmentOf(stage), ...named };
    const words = ['--project', ofTeamA.groupId, '--cluster', 'events', '--bucket', 'archive-of-team-a'];
    const started = await runCommand(
      ['start', '--watch', '--json', ...words, '--credentials', 'team-a'],
      environment,
    );
    assert.equal(started.code, 0, started.stderr);
    const looked = await runCommand(['doctor', ...words, '--credentials', 'team-a'], environment);
    assert.equal(looked.code, 0, looked.stdout);
    assert.match(looked.stdout, /^ok {7}settings: .*with an API key of "team-a"/m);
    assert.match(looked.stdout, /^ok {7}export bucket: archive-of-team-a is /m);
    const withDefault = await runCommand(['doctor', ...words], environment);
    assert.equal(withDefault.code, 1, withDefault.stdout);
    const unknown = await runCommand(['doctor', ...words, '--credentials', 'team-b'], environment);
    assert.equal(unknown.code, 2, unknown.stdout);
    assert.match(unknown.stdout, /MONGODB_ATLAS_PUBLIC_API_KEY__TEAM_B.*\n.*default, team-a/);
    const snapshots = await runCommand(
      ['snapshots', '--project', ofTeamA.groupId, '--cluster', 'events', '--credentials', 'team-a'],
      environment,
    );
    assert.equal(snapshots.code, 0, snapshots.stderr);
  });

  test('the command that cancel shows asks with the same credentials', async () => {
    ofTeamA.setExportPlan({}, { queuedMs: 200, runningMs: 60_000 });
    const request: ExportRequest = { ...requestOfTeamA(), skipIfExported: false };
    const handle = await stage.client.start(request, { workflowId: 'to-be-cancelled' });
    await handle.pollNow();
    const cancelled = await runCommand(['cancel', 'to-be-cancelled'], environmentOf(stage));
    assert.equal(cancelled.code, 0, cancelled.stderr);
    assert.match(cancelled.stdout, /^ {2}atlas-export start .* --credentials team-a$/m);
  });

  test('schedule create --credentials puts the name into the request', async () => {
    const environment = { ...environmentOf(stage), ...named };
    const words = ['--project', ofTeamA.groupId, '--cluster', 'events', '--bucket', 'archive-of-team-a'];
    const created = await runCommand(
      ['schedule', 'create', 'of-team-a', '--cron', '30 3 * * *', ...words, '--credentials', 'team-a'],
      environment,
    );
    assert.equal(created.code, 0, created.stderr);
    const { request } = await stage.client.schedules.describe('of-team-a');
    assert.equal(request?.credentials, 'team-a');
    await stage.client.schedules.delete('of-team-a');
  });

  test('no history, log or metric holds a secret of either', async () => {
    const { text } = await everythingWritten(stage);
    assert.ok(text.includes('createExportJob') && text.includes('team-a'), 'the search covers it');
    for (const form of formsOf(secretOfTeamA)) assert.equal(text.includes(form), false);
  });
});
