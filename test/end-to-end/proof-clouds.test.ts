/**
 * Goal: an export to any of the clouds is proven, with settings as a user writes them and manifests in a bucket. Method:
 * a simulated Atlas whose exports the vendors' own libraries write into real servers that speak their protocols.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { BucketWriter, ExportPlan } from '../../simulator/index.ts';
import { ExportError, type ExportRequest } from '../../src/client.ts';
import { openManifest } from '../../src/proof/index.ts';
import { startAzureCloud, startGoogleCloud, startS3Cloud, type CloudStage } from './cloud-stages.ts';
import { startStage, type Stage } from './stage.ts';

const clouds = {
  S3: startS3Cloud,
  'Azure Blob Storage': startAzureCloud,
  'Google Cloud Storage': startGoogleCloud,
};

for (const [name, startCloud] of Object.entries(clouds)) {
  describe(`an export to ${name}`, () => {
    let cloud: CloudStage;
    let stage: Stage;
    let writer: BucketWriter;
    let exportBucketId: string;
    let clusters = 0;
    before(async () => {
      cloud = await startCloud();
      stage = await startStage();
      writer = await stage.simulator.writeExportsTo(cloud.target, { everyMs: 20 });
      exportBucketId = stage.simulator.addBucket(cloud.bucket).id;
      await stage.startWorker(cloud.settings);
    });
    after(async () => {
      await writer.stop();
      await stage.close();
      await cloud.stop();
    });

    function ownExport(plan: Partial<ExportPlan>): ExportRequest {
      clusters += 1;
      const clusterName = `cluster-${clusters}`;
      stage.simulator.addCluster({ clusterName, clusterType: 'SHARDED', shardCount: 2 });
      const { id: snapshotId } = stage.simulator.addSnapshot({ clusterName });
      stage.simulator.setExportPlan({ clusterName }, { queuedMs: 200, runningMs: 500, ...plan });
      const polling = { preset: 'eager', minInterval: '300ms', maxInterval: '1s' } as const;
      const { groupId } = stage.simulator;
      return { groupId, clusterName, snapshotId, exportBucketId, polling };
    }

    test('is proven by its listing, and the manifest is where the settings say', async () => {
      const { job, verification } = await stage.client.execute(ownExport({}));
      assert.equal(verification?.outcome, 'proven');
      assert.equal(verification.level, 'manifest');
      const { address, sha256 } = verification.manifest ?? assert.fail('there is no manifest');
      const kept = [...(await cloud.kept())].filter(([key]) => key.includes(job.exportId));
      const [key, content] = kept.find(([each]) => each.endsWith('/manifest.json')) ?? assert.fail(address);
      assert.ok(address.endsWith(`/exports/${key}`), address);
      const { seal, manifest } = openManifest(content, undefined);
      assert.deepEqual([seal, manifest?.sha256], ['unsigned', sha256]);
      assert.ok(manifest?.bucket.address.endsWith(cloud.bucket.bucketName));
      const parts = kept.filter(([each]) => /\/evidence-\d{6}\.jsonl$/.test(each));
      assert.equal(parts.length, manifest?.evidence.parts);
    });

    test('is proven to the last object', async () => {
      const contents = { collections: 3, files: 5, documents: 10 };
      const { verification } = await stage.client.execute({ ...ownExport({ contents }), verify: 'full' });
      assert.equal(verification?.outcome, 'proven');
      assert.equal(verification.found?.dataFiles, 2 * 3 * 5 * 2);
      assert.equal(verification.found.documents, 2 * 3 * 5 * 2 * 10);
    });

    for (const kind of ['gzipCorrupt', 'incrementMissing'] as const) {
      test(`is not proven where its bucket shows ${kind}`, async () => {
        const request = {
          ...ownExport({ bucketFault: { kind } }),
          verify: 'full',
          verifyWait: '1s',
        } as const;
        const failed: unknown = await stage.client.execute(request).catch((error: unknown) => error);
        assert.ok(failed instanceof ExportError && failed.code === 'VerificationFailed', String(failed));
        const wanted = kind === 'gzipCorrupt' ? 'GZIP_CORRUPT' : 'INCREMENT_MISSING';
        assert.ok(
          failed.details?.verification?.findings.some(({ code }) => code === wanted),
          failed.message,
        );
      });
    }
  });
}
