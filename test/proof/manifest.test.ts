/**
 * Goal: a manifest holds what was found, in the form its schema says, and can be opened and believed years later. Method: a
 * real check of a real export, sealed, kept in a folder, and read back by the JSON Schema that the package ships.
 */
import assert from 'node:assert/strict';
import { generateKeyPairSync, hash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import addFormats from 'ajv-formats';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { openFolderStore, type ManifestStore } from '../../src/manifest-store/index.ts';
import {
  evidencePartName,
  manifestContent,
  manifestFile,
  openManifest,
  sealManifest,
  verifyExport,
  type Manifest,
  type VerifyLevel,
} from '../../src/proof/index.ts';
import { startExportStage, type Exported, type ExportStage } from './support/exported.ts';

const schemaFile = fileURLToPath(
  new URL('../../../docs/schema/export-manifest.schema.json', import.meta.url),
);

describe('a manifest', () => {
  let stage: ExportStage;
  let folder: string;
  let store: ManifestStore;
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');

  before(async () => {
    stage = await startExportStage();
    folder = await mkdtemp(join(tmpdir(), 'atlas-export-manifest-'));
    store = openFolderStore(folder);
  });
  after(async () => {
    await stage.stop();
    await rm(folder, { recursive: true });
  });

  async function manifestOf(
    { job, expected }: Exported,
    level: VerifyLevel,
    name: string,
  ): Promise<Manifest> {
    const evidence = {
      put: (part: string, content: Buffer) => store.put(`${name}/${part}`, content),
      has: (part: string) => store.has(`${name}/${part}`),
    };
    const report = await verifyExport({ bucket: stage.bucket, expected, level, evidence });
    const { exportId, groupId, clusterName, snapshotId, exportBucketId, prefix } = job;
    const described = { exportId, state: 'Successful', snapshotId, exportBucketId, prefix };
    const content = manifestContent(report, {
      product: { name: 'atlas-export-worker', version: '0.1.0' },
      request: { groupId, clusterName, snapshotId, exportBucketId, exportRequestId: 'first-run/1' },
      job: described,
      attempts: [{ attempt: 1, origin: 'created', job: described }],
      location: stage.location,
    });
    const manifest = sealManifest(content, privateKey);
    await store.put(`${name}/manifest.json`, manifestFile(manifest));
    return manifest;
  }

  it('is as its JSON Schema says, proven or not, and opens as signed', async () => {
    const ajv = new Ajv2020({ strict: false });
    addFormats.default(ajv);
    const validate = ajv.compile(JSON.parse(await readFile(schemaFile, 'utf8')));
    const plans = [
      {},
      { bucketFault: { kind: 'incrementMissing' } },
      { bucketFault: { kind: 'completeMissing' } },
    ] as const;
    for (const [index, plan] of plans.entries()) {
      for (const level of ['manifest', 'full'] as const) {
        const name = `schema-${index}-${level}`;
        const sealed = await manifestOf(await stage.exported(plan, 'events'), level, name);
        const kept = await store.read(`${name}/manifest.json`);
        assert.ok(validate(JSON.parse(kept.toString())), ajv.errorsText(validate.errors));
        assert.deepEqual(openManifest(kept, publicKey), { seal: 'signed', manifest: sealed });
        assert.equal(sealed.outcome, index === 0 ? 'proven' : 'failed');
        assert.equal(sealed.complete === undefined, index === 2);
      }
    }
    assert.equal(validate({ format: 'atlas-export-manifest/1' }), false);
  });

  it('keeps what .complete says beyond its documentation, and can still be opened', async () => {
    const exported = await stage.exported();
    const report = await verifyExport({
      bucket: stage.bucket,
      expected: exported.expected,
      level: 'manifest',
    });
    const complete = { clusterName: 'orders', other: { totalFiles: '23', checksums: [{ a: null }] } };
    const { job, expected } = exported;
    const content = manifestContent(
      { ...report, complete },
      {
        product: { name: 'atlas-export-worker', version: '0.1.0' },
        request: { ...expected, snapshotId: job.snapshotId, exportBucketId: job.exportBucketId },
        job: { exportId: job.exportId, state: 'Successful' },
        attempts: [],
        location: stage.location,
      },
    );
    const opened = openManifest(manifestFile(sealManifest(content)));
    assert.equal(opened.seal, 'unsigned');
    assert.deepEqual(opened.manifest?.complete, complete);
  });

  it('has a hash over evidence that anybody can follow, down to the hash of each object', async () => {
    const exported = await stage.exported();
    const { evidence, found } = await manifestOf(exported, 'full', 'evidence');
    let chain = '';
    const rows: { kind: string; key?: string; sha256?: string }[] = [];
    for (let part = 1; part <= evidence.parts; part += 1) {
      const content = await store.read(`evidence/${evidencePartName(part)}`);
      chain = hash('sha256', `${chain}\n${hash('sha256', content)}`);
      for (const line of content.toString().trimEnd().split('\n')) rows.push(JSON.parse(line));
    }
    assert.equal(chain, evidence.sha256);
    assert.equal(rows.length, evidence.rows);
    const objects = rows.filter(({ kind }) => kind === 'object');
    assert.equal(objects.length, found.objects - 1, 'all but .complete');
    for (const { key = '', sha256 } of objects) {
      assert.equal(sha256, hash('sha256', await stage.bucket.read(key, { bytesMax: 1e6 })));
    }
  });

  it('says the same of the same export when it is checked again, and otherwise which collection is another', async () => {
    const exported = await stage.exported();
    const first = await manifestOf(exported, 'manifest', 'first');
    const second = await manifestOf(exported, 'manifest', 'second');
    assert.deepEqual(second.collections, first.collections);
    assert.notEqual(second.finishedAt, '');
    const hashes = new Set(first.collections.map(({ listingSha256 }) => listingSha256));
    assert.equal(hashes.size, first.collections.length);
  });
});
