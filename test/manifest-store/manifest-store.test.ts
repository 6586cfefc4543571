/** Goal: a manifest is kept whole or not at all, wherever it is kept, and never where an export is. */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { BucketError } from '../../src/bucket/index.ts';
import { openBucketStore, openFolderStore, type ManifestStore } from '../../src/manifest-store/index.ts';
import {
  startAzureStage,
  startGoogleStage,
  startS3Stage,
  type BucketStage,
} from '../bucket/support/stages.ts';

const names = ['group/cluster/export/manifest.json', 'group/cluster/export/evidence-000001.jsonl'] as const;

async function keepsFiles(store: ManifestStore): Promise<void> {
  for (const name of names) {
    assert.equal(await store.has(name), false);
    const address = await store.put(name, Buffer.from(`first ${name}`));
    assert.ok(address.endsWith(name), address);
    assert.equal(await store.has(name), true);
    await store.put(name, Buffer.from(`second ${name}`));
    assert.equal((await store.read(name)).toString(), `second ${name}`);
  }
  assert.deepEqual((await listed(store, 'group/cluster')).toSorted(), names.toSorted());
  assert.deepEqual(await listed(store, 'group/clus'), [], 'a beginning of a name is no folder');
  assert.equal(store.addressOf(names[0]), await store.put(names[0], Buffer.from(`second ${names[0]}`)));
  assert.equal(await store.has('group/cluster/export/manifest'), false, 'a beginning of a name is no name');
  await assert.rejects(store.read('group/none.json'));
}

async function listed(store: ManifestStore, folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const name of store.list(folder)) found.push(name);
  return found;
}

async function refusesNames(store: ManifestStore): Promise<void> {
  for (const name of [
    '',
    '..',
    '../x',
    'a/../x',
    '/etc/x',
    'a//x',
    'a/.x',
    'a\\x',
    'a b',
    'a\0',
    'x'.repeat(501),
  ]) {
    await assert.rejects(async () => store.put(name, Buffer.alloc(1)), RangeError, name);
  }
}

describe('a folder of manifests', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'atlas-export-manifests-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('keeps files, and nothing half written beside them', async () => {
    await keepsFiles(openFolderStore(folder));
    const files = await readdir(join(folder, 'group/cluster/export'));
    assert.deepEqual(files.toSorted(), ['evidence-000001.jsonl', 'manifest.json']);
  });

  it('refuses names that lead elsewhere', () => refusesNames(openFolderStore(folder)));

  it('leaves the earlier file where a new one cannot be written', async () => {
    const store = openFolderStore(folder);
    await store.put('a/kept.json', Buffer.from('kept'));
    await writeFile(join(folder, 'blocked'), '');
    await assert.rejects(store.put('blocked/x.json', Buffer.from('x')));
    assert.equal((await store.read('a/kept.json')).toString(), 'kept');
  });
});

for (const [storage, startStage] of [
  ['S3', startS3Stage],
  ['Azure Blob Storage', startAzureStage],
  ['Google Cloud Storage', startGoogleStage],
] as const) {
  describe(`a bucket of manifests, ${storage}`, () => {
    let stage: BucketStage;
    before(async () => {
      stage = await startStage();
    });
    after(() => stage.stop());

    it('keeps files below its prefix', async () => {
      stage.as('writer');
      const store = await openBucketStore({ location: stage.writable, prefix: '/manifests/' });
      await keepsFiles(store);
      await refusesNames(store);
      await store.close();
    });

    it('says that it may not write, where the server can enforce that', async () => {
      if (stage.refused === undefined) return;
      stage.as('reader');
      const store = await openBucketStore({ location: stage.location, prefix: 'manifests' });
      await assert.rejects(
        store.put('a.json', Buffer.from('x')),
        (error) => error instanceof BucketError && error.code === 'BUCKET_UNAUTHORIZED',
      );
      await store.close();
    });

    it('refuses to be where exports are, or anywhere without a prefix', async () => {
      const { location } = stage;
      for (const prefix of [
        '',
        '/',
        'exported_snapshots',
        '/exported_snapshots/',
        'exported_snapshots/x',
        'a/../exported_snapshots',
        './exported_snapshots',
        'a//b',
      ]) {
        await assert.rejects(openBucketStore({ location, prefix }), RangeError, prefix);
      }
    });
  });
}
