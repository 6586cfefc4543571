/** Whatever became of a manifest and its evidence where they are kept: they count for nothing more than was signed. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import type { ManifestStore } from '../../src/manifest-store/index.ts';
import {
  canonicalJson,
  manifestContent,
  manifestFile,
  noEvidence,
  openManifest,
  sealManifest,
  verifyExport,
  withPart,
  type Manifest,
} from '../../src/proof/index.ts';
import { readStoredEvidence } from '../../src/verification/stored-evidence.ts';
import { PROPERTY_LIMITS } from '../atlas/support/property-limits.ts';
import { hostileBody, hostileDocument } from './hostile-values.ts';
import { memoryBucket } from './memory-bucket.ts';

const prefix = 'exported_snapshots/org/group/orders/2026-08-10T0327/1786332505/';
const expected = { prefixes: [prefix], groupId: 'group', clusterName: 'orders', customData: [] } as const;

describe('a manifest that was damaged, in whatever way,', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');

  async function signed(): Promise<Manifest> {
    const complete = JSON.stringify({ groupId: 'group', clusterName: 'orders', totalFiles: 0 });
    const bucket = memoryBucket(new Map([[`${prefix}.complete`, Buffer.from(complete)]]));
    const report = await verifyExport({ bucket, expected, level: 'manifest' });
    const content = manifestContent(report, {
      product: { name: 'atlas-export-worker', version: '0.0.0' },
      request: {
        groupId: 'group',
        clusterName: 'orders',
        snapshotId: 's'.repeat(24),
        exportBucketId: 'b'.repeat(24),
      },
      job: { exportId: 'e'.repeat(24), state: 'Successful' },
      attempts: [],
      location: { provider: 'AWS', bucketName: 'archive' },
    });
    return sealManifest(content, privateKey);
  }

  test('is signed only where it says what was signed', async () => {
    const manifest = await signed();
    assert.equal(openManifest(manifestFile(manifest), publicKey).seal, 'signed');
    const content = canonicalJson(withoutSeal(manifest));
    const text = fc.oneof(
      hostileDocument({ ...manifest }),
      hostileBody(),
      fc.nat(manifestFile(manifest).length).map((end) => manifestFile(manifest).toString().slice(0, end)),
      fc
        .constantFrom('signature', 'sha256', 'findings', 'files')
        .map((field) => JSON.stringify({ ...manifest, [field]: undefined })),
    );
    fc.assert(
      fc.property(text, (damaged) => {
        const { seal, manifest: opened } = openManifest(Buffer.from(damaged), publicKey);
        if (seal !== 'signed') return;
        assert.ok(opened !== undefined);
        assert.equal(canonicalJson(withoutSeal(opened)), content);
      }),
      PROPERTY_LIMITS,
    );
  });

  test('has evidence that is whole only where it is what was hashed', async () => {
    const manifest = await signed();
    const rows = `${JSON.stringify({ kind: 'finding', code: 'NOTHING_EXPORTED' })}\n`;
    const evidence = withPart(noEvidence, { content: Buffer.from(rows), rows: 1 });
    const text = fc.oneof(
      fc.constant(rows),
      hostileBody(),
      hostileBody().map((body) => `${body}\n`),
      hostileDocument({ kind: 'object', key: 'a', bytes: 1, sha256: 'f'.repeat(64) }).map(
        (row) => `${row}\n`,
      ),
      fc.constantFrom(rows.slice(0, -1), rows + rows, ` ${rows}`, rows.repeat(100_000)),
    );
    await fc.assert(
      fc.asyncProperty(text, async (stored) => {
        const state = await readStoredEvidence(
          {
            seal: 'signed',
            manifest: { ...manifest, evidence: { ...evidence, kept: true } },
            address: 'memory',
            folder: '',
            store: memoryStore(Buffer.from(stored)),
          },
          () => undefined,
        );
        assert.equal(state, stored === rows ? 'whole' : 'altered');
      }),
      PROPERTY_LIMITS,
    );
  });
});

function withoutSeal({ sha256: _sha256, signature: _signature, ...content }: Manifest): object {
  return content;
}

function memoryStore(content: Buffer): ManifestStore {
  const refuse = (): never => assert.fail('nothing is written, listed or closed');
  return {
    addressOf: (name) => name,
    has: async () => true,
    read: async () => content,
    put: refuse,
    list: refuse,
    close: refuse,
  };
}
