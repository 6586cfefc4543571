import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  readSettings,
  secretsOf,
  settingsTable,
  SettingsError,
  type ProofSettings,
} from '../../src/config.ts';

const atlas = { MONGODB_ATLAS_PUBLIC_API_KEY: 'abcdefgh', MONGODB_ATLAS_PRIVATE_API_KEY: '0f8c9a5e-1111' };
const enough = { ATLAS_EXPORT_BUCKETS: 's3://archive', ATLAS_EXPORT_MANIFESTS: '/var/lib/manifests' };

function read(environment: Readonly<Record<string, string>>): ProofSettings | undefined {
  return readSettings({ ...atlas, ...environment }).proof;
}

function refusal(environment: Readonly<Record<string, string>>): SettingsError {
  try {
    read(environment);
  } catch (error) {
    assert.ok(error instanceof SettingsError, String(error));
    return error;
  }
  return assert.fail('the settings were taken');
}

describe('what the worker is told about buckets', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'atlas-export-settings-'));
  });
  after(() => rm(folder, { recursive: true }));

  test('is nothing unless it is set: exports are not verified', () => {
    assert.equal(read({}), undefined);
  });

  test('names buckets of every provider, or all of one', () => {
    const rules = read({ ...enough, ATLAS_EXPORT_BUCKETS: 's3://archive, azure://exports,gs://*' })?.buckets;
    assert.deepEqual(rules, [
      { provider: 'AWS', bucketName: 'archive' },
      { provider: 'AZURE', bucketName: 'exports' },
      { provider: 'GCP' },
    ]);
  });

  test('has a server of its own where one is named', () => {
    const settings = read({
      ...enough,
      ATLAS_EXPORT_S3_ENDPOINT: 'http://127.0.0.1:7070/',
      ATLAS_EXPORT_S3_REGION: 'eu-west-1',
      ATLAS_EXPORT_S3_PATH_STYLE: 'true',
      ATLAS_EXPORT_GCS_ENDPOINT: 'https://storage.example',
    });
    assert.deepEqual(settings?.overrides.AWS, {
      endpoint: 'http://127.0.0.1:7070',
      region: 'eu-west-1',
      forcePathStyle: true,
    });
    assert.deepEqual(settings.overrides.GCP, { endpoint: 'https://storage.example' });
  });

  test('keeps manifests in a folder or under a prefix of a bucket', () => {
    const place = (text: string) => read({ ...enough, ATLAS_EXPORT_MANIFESTS: text })?.manifests;
    assert.deepEqual(place('/var/lib/manifests'), { kind: 'folder', folder: '/var/lib/manifests' });
    assert.deepEqual(place('s3://evidence/exports/orders'), {
      kind: 'bucket',
      location: { provider: 'AWS', bucketName: 'evidence', forcePathStyle: false },
      prefix: 'exports/orders/',
    });
    assert.deepEqual(place('gs://evidence/exports'), {
      kind: 'bucket',
      location: { provider: 'GCP', bucketName: 'evidence' },
      prefix: 'exports/',
    });
    assert.deepEqual(place('https://archive.blob.core.windows.net/evidence/exports'), {
      kind: 'bucket',
      location: {
        provider: 'AZURE',
        serviceUrl: 'https://archive.blob.core.windows.net',
        bucketName: 'evidence',
      },
      prefix: 'exports/',
    });
  });

  test('keeps manifests in a container of the storage account that is set', () => {
    const endpoint = 'http://127.0.0.1:10000/account';
    const place = { ATLAS_EXPORT_MANIFESTS: 'azure://evidence/exports' };
    assert.deepEqual(read({ ...enough, ...place, ATLAS_EXPORT_AZURE_ENDPOINT: endpoint })?.manifests, {
      kind: 'bucket',
      location: { provider: 'AZURE', serviceUrl: endpoint, bucketName: 'evidence' },
      prefix: 'exports/',
    });
  });

  for (const text of [
    'manifests',
    's3://evidence',
    's3://evidence/',
    's3://evidence/exported_snapshots/mine',
    's3://evidence/a/../exported_snapshots',
    's3:///exports',
    'azure://evidence/exports',
    'ftp://evidence/exports',
    'https://user:word@archive.example/evidence/exports',
    'https://archive.example/evidence/exports?sig=abc',
  ]) {
    test(`keeps no manifest at ${text}`, () => {
      assert.match(
        refusal({ ...enough, ATLAS_EXPORT_MANIFESTS: text }).message,
        /ATLAS_EXPORT_MANIFESTS is no place/,
      );
    });
  }

  test('takes a key that signs from a file, and no other', async () => {
    const path = join(folder, 'key.pem');
    const { privateKey } = generateKeyPairSync('ed25519');
    await writeFile(path, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    assert.equal(
      read({ ...enough, ATLAS_EXPORT_MANIFEST_KEY_FILE: path })?.signingKey?.asymmetricKeyType,
      'ed25519',
    );
    await writeFile(path, 'MC4CAQAwBQYDK2VwBCIEI-not-a-key');
    const { message } = refusal({ ...enough, ATLAS_EXPORT_MANIFEST_KEY_FILE: path });
    assert.match(message, /ATLAS_EXPORT_MANIFEST_KEY_FILE is .*expected a readable file with an Ed25519/);
    assert.ok(!message.includes('MC4CAQAw'), 'the key is shown');
  });

  test('is wrong as a whole, and every problem is in one message', () => {
    const { problems } = refusal({
      ATLAS_EXPORT_BUCKETS: 'archive',
      ATLAS_EXPORT_MANIFEST_KEY_FILE: join(folder, 'nowhere'),
      ATLAS_EXPORT_TOTAL_FILES_COUNTS: 'all',
      ATLAS_EXPORT_S3_ENDPOINT: 'http://storage.example',
      ATLAS_EXPORT_S3_REGION: 'Frankfurt am Main',
      ATLAS_EXPORT_S3_PATH_STYLE: 'maybe',
      ATLAS_EXPORT_AZURE_ENDPOINT: 'https://a:b@storage.example',
      ATLAS_EXPORT_GCS_ENDPOINT: 'storage',
    });
    const named = problems.map(({ name }) => name.replace('ATLAS_EXPORT_', '')).sort();
    assert.deepEqual(named, [
      'AZURE_ENDPOINT',
      'BUCKETS',
      'GCS_ENDPOINT',
      'MANIFESTS',
      'MANIFEST_KEY_FILE',
      'S3_ENDPOINT',
      'S3_PATH_STYLE',
      'S3_REGION',
      'TOTAL_FILES_COUNTS',
    ]);
  });

  test('is not half of it: buckets need a place for manifests, and manifests something to prove', () => {
    const { ATLAS_EXPORT_BUCKETS, ATLAS_EXPORT_MANIFESTS } = enough;
    assert.match(refusal({ ATLAS_EXPORT_BUCKETS }).message, /ATLAS_EXPORT_MANIFESTS is missing/);
    assert.match(refusal({ ATLAS_EXPORT_MANIFESTS }).message, /ATLAS_EXPORT_BUCKETS is missing/);
  });

  test('never shows a signature, right or wrong', () => {
    const sasToken = '?sv=2025-01-05&sr=c&sig=c2VjcmV0LXNpZ25hdHVyZQ%3D%3D';
    const settings = readSettings({ ...atlas, ...enough, ATLAS_EXPORT_AZURE_SAS_TOKEN: sasToken });
    assert.ok(secretsOf(settings).includes(sasToken));
    assert.ok(secretsOf(settings).includes('c2VjcmV0LXNpZ25hdHVyZQ=='));
    const wrong = 'sr=c with a secret that has spaces';
    assert.ok(!refusal({ ...enough, ATLAS_EXPORT_AZURE_SAS_TOKEN: wrong }).message.includes('secret that'));
    const elsewhere = refusal({
      ...enough,
      ATLAS_EXPORT_AZURE_SAS_TOKEN: sasToken,
      ATLAS_EXPORT_S3_ENDPOINT: sasToken,
    });
    assert.ok(!elsewhere.message.includes('c2VjcmV0'), elsewhere.message);
  });

  test('is documented, the signature as a secret', () => {
    const rows = settingsTable().filter(({ about }) => about === 'proof');
    assert.ok(rows.length >= 10);
    assert.deepEqual(
      rows.filter(({ secret }) => secret).map(({ name }) => name),
      ['ATLAS_EXPORT_AZURE_SAS_TOKEN'],
    );
  });
});
