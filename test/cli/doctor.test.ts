/** Goal: what would make an export fail is said before it is started. Method: worlds with one thing wrong each. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startSimulator, type Fault, type Simulator } from '../../simulator/index.ts';
import { startDevServer, type DevServer } from '../../src/testing/dev-server.ts';
import { clockFinding } from '../../src/cli/doctor/clock.ts';
import { runCommand, type CommandEnd } from './command.ts';

describe('atlas-export doctor', () => {
  let server: DevServer;
  let simulator: Simulator;
  before(async () => {
    server = await startDevServer();
    simulator = await startSimulator({ seed: 'doctor', apiKeyRoles: ['GROUP_OWNER'] });
    simulator.addCluster({ clusterName: 'orders', clusterType: 'REPLICASET' });
    simulator.addSnapshot({ clusterName: 'orders' });
    simulator.addCluster({ clusterName: 'small', clusterType: 'REPLICASET', instanceSize: 'M5' });
    simulator.addCluster({ clusterName: 'no-backup', clusterType: 'REPLICASET', backupEnabled: false });
    simulator.addCluster({ clusterName: 'flexible', clusterType: 'FLEX' });
    simulator.addCluster({ clusterName: 'fallback', clusterType: 'SHARDED' });
    simulator.addSnapshot({ clusterName: 'fallback', snapshotType: 'fallback' });
    simulator.addCluster({ clusterName: 'unready', clusterType: 'REPLICASET' });
    simulator.addSnapshot({ clusterName: 'unready', status: 'inProgress' });
    simulator.addBucket({ bucketName: 'snapshot-archive' });
  });
  after(async () => {
    await simulator.close();
    await server.stop();
  });

  function doctor(words: readonly string[], environment: Record<string, string> = {}): Promise<CommandEnd> {
    return runCommand(['doctor', '--project', simulator.groupId, ...words], {
      TEMPORAL_ADDRESS: server.address,
      MONGODB_ATLAS_BASE_URL: simulator.baseUrl,
      MONGODB_ATLAS_PUBLIC_API_KEY: simulator.credentials.publicKey,
      MONGODB_ATLAS_PRIVATE_API_KEY: simulator.credentials.privateKey,
      ...environment,
    });
  }

  test('finds nothing wrong where nothing is, and says that no worker runs', async () => {
    const { code, stdout, stderr } = await doctor(['--cluster', 'orders', '--bucket', 'snapshot-archive']);
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /^warning {2}workers: none has asked for work/m);
    assert.match(stdout, /^ok {7}role to create exports: GROUP_OWNER/m);
    assert.match(stdout, /^ok {7}cluster: REPLICASET, M10, IDLE, backup on/m);
    assert.ok(!stdout.includes('problem'), stdout);
    assert.equal(simulator.books.createsAccepted, 0);
  });

  const wrong: readonly (readonly [what: string, words: string[], says: RegExp])[] = [
    ['a tier that cannot export', ['--cluster', 'small'], /problem {2}cluster: tier M5/],
    ['backup that is off', ['--cluster', 'no-backup'], /problem {2}cluster: Cloud Backup is off/],
    ['a Flex cluster', ['--cluster', 'flexible'], /problem {2}cluster: .*\n.*dedicated cluster/],
    ['a cluster that is not there', ['--cluster', 'nowhere'], /problem {2}cluster: .*\n.*Check the project/],
    [
      'no snapshot but a fallback one',
      ['--cluster', 'fallback'],
      /problem {2}snapshot: no completed snapshot/,
    ],
    [
      'a snapshot that is not completed',
      ['--cluster', 'unready'],
      /problem {2}snapshot: no completed snapshot/,
    ],
    [
      'a bucket that is not there',
      ['--bucket', 'elsewhere'],
      /problem {2}export bucket: the project does not have it/,
    ],
  ];
  for (const [what, words, says] of wrong) {
    test(`ends with 1 for ${what}, and says what to do`, async () => {
      const { code, stdout } = await doctor(words);
      assert.equal(code, 1, stdout);
      assert.match(stdout, says);
    });
  }

  test('warns of an active export of the snapshot', async () => {
    const snapshot = simulator.addSnapshot({ clusterName: 'orders', createdAt: Date.now() });
    const [bucket] = simulator.groups.flatMap((group) => [...group.buckets.values()]);
    simulator.setExportPlan({ clusterName: 'orders' }, { queuedMs: 600_000 });
    simulator.createForeignJob({
      clusterName: 'orders',
      snapshotId: snapshot.id,
      exportBucketId: bucket?.id ?? '',
    });
    const { code, stdout } = await doctor(['--cluster', 'orders']);
    assert.equal(code, 0, stdout);
    assert.match(
      stdout,
      /warning {2}role to read exports, active exports: active exports of this snapshot: /,
    );
  });

  test('ends with 4 where the credential or the address is refused, and says which', async () => {
    const wrongKey = await doctor([], { MONGODB_ATLAS_PRIVATE_API_KEY: 'wrong' });
    assert.equal(wrongKey.code, 4, wrongKey.stdout);
    assert.match(wrongKey.stdout, /problem {2}Atlas: .*\n.*Check the key/);
    const fault: Fault = { kind: 'apiError', status: 403, errorCode: 'IP_ADDRESS_NOT_ON_ACCESS_LIST' };
    simulator.faults.script({ operation: 'getSystemStatus', times: 1 }, fault);
    const refused = await doctor([]);
    assert.equal(refused.code, 4, refused.stdout);
    assert.match(refused.stdout, /IP access list/);
    assert.equal((await doctor([], { MONGODB_ATLAS_BASE_URL: 'http://127.0.0.1:1' })).code, 4);
  });

  test('ends with 3 where Temporal is not there, and with 2 where settings are wrong; it looks at the rest all the same', async () => {
    const { code, stdout } = await doctor([], { TEMPORAL_ADDRESS: '127.0.0.1:1' });
    assert.equal(code, 3, stdout);
    assert.match(stdout, /^ok {7}Atlas: reached/m);
    const wrongSetting = await doctor([], { MONGODB_ATLAS_PRIVATE_API_KEY: '' });
    assert.equal(wrongSetting.code, 2);
    assert.match(wrongSetting.stdout, /MONGODB_ATLAS_PRIVATE_API_KEY is missing/);
    assert.match(wrongSetting.stdout, /^ok {7}namespace: default/m);
  });
});

test('a clock that is far from the one of Atlas is warned of, with its direction', () => {
  assert.equal(clockFinding(1_500).level, 'ok');
  assert.match(clockFinding(90_000).message, /90 s ahead of Atlas/);
  assert.match(clockFinding(-300_000).message, /5 min behind Atlas/);
  assert.equal(clockFinding(undefined).level, 'unknown');
});
