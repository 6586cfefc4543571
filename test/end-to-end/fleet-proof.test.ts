/**
 * Goal: the table of a fleet says of what is exported how far it is proven, and of nothing that nobody looked at.
 * Method: runs over exports that a simulated Atlas writes into a real S3 server, with and without their manifests.
 */
import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { FleetTotals, KeepExportedRequest, KeepExportedResult } from '../../src/client.ts';
import { startProofStage, type ProofStage } from './proof-stage.ts';

const dayMs = 24 * 60 * 60_000;

describe('the table of a fleet', () => {
  let stage: ProofStage;
  before(async () => {
    stage = await startProofStage();
  });
  after(() => stage.close());

  const clusterName = 'ledger';
  const polling = { preset: 'eager', minInterval: '300ms', maxInterval: '1s' } as const;

  async function run(options: Partial<KeepExportedRequest> = {}): Promise<FleetTotals> {
    return (await runTo(options)).totals;
  }

  async function runTo(options: Partial<KeepExportedRequest> = {}): Promise<KeepExportedResult> {
    const { groupId } = stage.simulator;
    const request: KeepExportedRequest = {
      projects: [{ groupId, clusterNames: [clusterName] }],
      exportBucketName: 'ledger-archive',
      frequencyTypes: ['weekly'],
      exports: { polling },
      ...options,
    };
    const handle = await stage.client.fleets.start(request, { name: 'ledger' });
    return await handle.result();
  }

  const proofOf = ({ exported, proven, proofUnknown }: FleetTotals): object => {
    return { exported, proven, proofUnknown };
  };

  test('tells what is proven, what is not, and what nobody looked at, without asking Atlas for it', async () => {
    const { simulator } = stage;
    simulator.addBucket({ bucketName: 'ledger-archive' });
    simulator.addCluster({ clusterName, clusterType: 'REPLICASET' });
    simulator.setExportPlan({ clusterName }, { queuedMs: 200, runningMs: 800 });
    for (let week = 1; week <= 2; week += 1) {
      const createdAt = Date.now() - week * 7 * dayMs;
      simulator.addSnapshot({
        clusterName,
        frequencyType: 'weekly',
        createdAt,
        retentionMs: 365 * dayMs,
      });
    }
    const withAccess = await stage.startWorker(stage.access);
    const first = await run();
    assert.deepEqual(proofOf(first), { exported: 2, proven: 2, proofUnknown: 0 }, 'by their results');

    const before = simulator.books.requests.length;
    const second = await run({ dryRun: true });
    assert.deepEqual(proofOf(second), { exported: 2, proven: 2, proofUnknown: 0 }, 'by their manifests');
    const asked = simulator.books.requests
      .slice(before)
      .filter(({ authentication }) => authentication === 'digest')
      .map(({ operation }) => operation);
    assert.equal(asked.length, 4);
    const wanted = ['listClusters', 'listExportBuckets', 'listSnapshots', 'listExportJobs'] as const;
    assert.deepEqual(new Set(asked), new Set(wanted));

    await alterOneManifest();
    const third = await run({ dryRun: true });
    assert.deepEqual(proofOf(third), { exported: 2, proven: 1, proofUnknown: 0 }, 'one was altered');

    await withAccess.kill();
    const withoutAccess = await stage.startWorker();
    const fourth = await run({ dryRun: true });
    assert.deepEqual(proofOf(fourth), { exported: 2, proven: 0, proofUnknown: 2 }, 'nobody can look');
    await withoutAccess.kill();
  });

  test('goes on calling an export that is not whole in its bucket something that is left, and exports it no second time', async () => {
    const { simulator } = stage;
    const torn = 'torn';
    simulator.addCluster({ clusterName: torn, clusterType: 'REPLICASET' });
    const bucketFault = { kind: 'completeOfAnotherExport' } as const;
    simulator.setExportPlan({ clusterName: torn }, { queuedMs: 200, runningMs: 800, bucketFault });
    simulator.addSnapshot({
      clusterName: torn,
      frequencyType: 'weekly',
      createdAt: Date.now() - dayMs,
      retentionMs: 365 * dayMs,
    });
    await stage.startWorker(stage.access);
    const request = {
      projects: [{ groupId: simulator.groupId, clusterNames: [torn] }],
      exports: { polling },
    } as const;
    const first = await runTo(request);
    assert.deepEqual([first.outcome, first.totals.failed, first.totals.exported], ['someLeft', 1, 0]);
    assert.match(first.failures[0]?.reason ?? '', /VerificationFailed/);

    for (const dryRun of [false, true]) {
      const { outcome, totals, notes } = await runTo({ ...request, dryRun });
      assert.equal(outcome, dryRun ? 'dryRun' : 'someLeft');
      assert.deepEqual([totals.exported, totals.proven, totals.checkFailed], [1, 0, 1]);
      assert.match(notes.join('\n'), /not whole in the bucket, by their newest check: 1\./);
    }
    assert.equal(simulator.books.jobs.filter(({ clusterName: of }) => of === torn).length, 1);
  });

  async function alterOneManifest(): Promise<void> {
    const folder = stage.access['ATLAS_EXPORT_MANIFESTS'] ?? '';
    const names = await readdir(folder, { recursive: true });
    const name = names.find((each) => each.endsWith('manifest.json')) ?? assert.fail('no manifest was kept');
    const manifest = join(folder, name);
    const content = await readFile(manifest, 'utf8');
    await writeFile(manifest, content.replace('"level": "manifest"', '"level": "full"'));
  }
});
