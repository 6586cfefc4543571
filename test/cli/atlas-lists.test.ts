/** Goal: what Atlas has, readable, with what cannot be exported and what this product started marked as such. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startSimulator, type Simulator } from '../../simulator/index.ts';
import { runCommand, type CommandEnd } from './command.ts';

describe('what Atlas has', () => {
  let simulator: Simulator;
  before(async () => {
    simulator = await startSimulator({ seed: 'lists' });
    simulator.addCluster({ clusterName: 'orders', clusterType: 'REPLICASET' });
    simulator.addBucket({ bucketName: 'snapshot-archive' });
  });
  after(() => simulator.close());

  const cli = (...words: string[]): Promise<CommandEnd> =>
    runCommand([...words, '--project', simulator.groupId], {
      MONGODB_ATLAS_BASE_URL: simulator.baseUrl,
      MONGODB_ATLAS_PUBLIC_API_KEY: simulator.credentials.publicKey,
      MONGODB_ATLAS_PRIVATE_API_KEY: simulator.credentials.privateKey,
    });

  test('snapshots marks the one that "latest" means and those that cannot be exported', async () => {
    const old = simulator.addSnapshot({ clusterName: 'orders', createdAt: '2026-01-01T00:00:00Z' });
    const latest = simulator.addSnapshot({ clusterName: 'orders', createdAt: '2026-01-02T00:00:00Z' });
    const fallback = simulator.addSnapshot({
      clusterName: 'orders',
      snapshotType: 'fallback',
      createdAt: '2026-01-03T00:00:00Z',
    });
    const { code, stdout, stderr } = await cli('snapshots', '--cluster', 'orders');
    assert.equal(code, 0, stderr);
    assert.match(stdout, new RegExp(`${latest.id} .*"latest"$`, 'm'));
    assert.match(stdout, new RegExp(`${fallback.id} .*cannot be exported: a fallback snapshot$`, 'm'));
    assert.match(stdout, new RegExp(`${old.id} .* GB$`, 'm'));
  });

  test('buckets lists them with their ids', async () => {
    const { code, stdout } = await cli('buckets');
    assert.equal(code, 0);
    assert.match(stdout, /^[a-f0-9]{24} +snapshot-archive +AWS/m);
  });

  test('jobs marks those that this product started', async () => {
    const [bucket] = simulator.groups.flatMap((group) => [...group.buckets.values()]);
    const job = { clusterName: 'orders', exportBucketId: bucket?.id ?? '' };
    const snapshot = simulator.addSnapshot({ clusterName: 'orders' });
    const foreign = simulator.createForeignJob({ ...job, snapshotId: snapshot.id });
    const ours = simulator.createForeignJob({
      ...job,
      snapshotId: snapshot.id,
      customData: [{ key: 'exportRequestId', value: 'a-run/1' }],
    });
    const { code, stdout } = await cli('jobs', '--cluster', 'orders');
    assert.equal(code, 0);
    assert.match(stdout, new RegExp(`${ours.exportId} .* this product$`, 'm'));
    assert.doesNotMatch(stdout, new RegExp(`${foreign.exportId} .* this product$`, 'm'));
  });

  test('ends with 4 where Atlas refuses the credential, 2 where it does not know the cluster', async () => {
    const refused = await runCommand(['buckets', '--project', simulator.groupId], {
      MONGODB_ATLAS_BASE_URL: simulator.baseUrl,
      MONGODB_ATLAS_PUBLIC_API_KEY: simulator.credentials.publicKey,
      MONGODB_ATLAS_PRIVATE_API_KEY: 'wrong',
    });
    assert.equal(refused.code, 4, refused.stderr);
    assert.match(refused.stderr, /atlas-export doctor/);
    assert.ok(!refused.stderr.includes('wrong'), 'the private key in an error');
    const unknown = await cli('jobs', '--cluster', 'nowhere');
    assert.equal(unknown.code, 2, unknown.stderr);
    const missing = await cli('jobs');
    assert.equal(missing.code, 2);
    assert.match(missing.stderr, /--cluster: is required/);
  });
});
