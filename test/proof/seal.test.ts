/** Goal: a manifest that was changed by anybody, in anything, is told from one that was not. */
import assert from 'node:assert/strict';
import { generateKeyPairSync, hash } from 'node:crypto';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { canonicalJson } from '../../src/proof/canonical-json.ts';
import type { ManifestContent } from '../../src/proof/manifest.ts';
import {
  keyIdOf,
  manifestFile,
  openManifest,
  sealManifest,
  signingKey,
  verifyingKey,
} from '../../src/proof/seal.ts';

function keyPair(): { readonly privatePem: string; readonly publicPem: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
}

const content: ManifestContent = {
  format: 'atlas-export-manifest/1',
  product: { name: 'atlas-export-worker', version: '0.1.0' },
  request: {
    groupId: 'g',
    clusterName: 'orders',
    snapshotId: 's',
    exportBucketId: 'b',
    exportRequestId: 'run/1',
  },
  job: { exportId: 'e', state: 'Successful' },
  attempts: [{ attempt: 1, origin: 'created', job: { exportId: 'e', state: 'Successful' } }],
  bucket: { provider: 'AWS', address: 's3://archive', prefixes: ['exported_snapshots/x/'] },
  level: 'manifest',
  outcome: 'proven',
  startedAt: '2026-08-10T04:00:00.000Z',
  finishedAt: '2026-08-10T04:00:01.000Z',
  files: { stated: 1, dataFiles: 1, metadataFiles: 1, completeFiles: 1, agreesAs: ['dataFiles'] },
  found: { objects: 3, bytes: 30, dataBytes: 10, collections: 1 },
  replicaSets: [{ replicaSetName: 'rs', files: 1, bytes: 10, collections: 1, incrementsMissing: 0 }],
  collections: [],
  findings: { counts: {}, first: [] },
  evidence: { kept: false, parts: 0, rows: 0, sha256: '' },
};

describe('canonical JSON', () => {
  it('writes what RFC 8785 gives as its example', () => {
    const example = JSON.parse(
      '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
    );
    assert.equal(
      canonicalJson(example),
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  it('does not depend on the order of keys, and reads as the same value', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).toReversed());
        assert.equal(canonicalJson(value), canonicalJson(reversed));
        assert.deepEqual(JSON.parse(canonicalJson(value)), JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('refuses what JSON cannot say', () => {
    for (const value of [Number.NaN, Infinity, [undefined], '\uD800', { '\uDC00': 1 }, 1n, () => 1]) {
      assert.throws(() => canonicalJson(value), TypeError);
    }
  });
});

describe('the seal of a manifest', () => {
  const { privatePem, publicPem } = keyPair();
  const signed = sealManifest(content, signingKey(privatePem));
  const publicKey = verifyingKey(publicPem);

  it('holds for what was sealed, however it is indented, and says who signed', () => {
    assert.equal(openManifest(manifestFile(signed), publicKey).seal, 'signed');
    assert.equal(openManifest(Buffer.from(JSON.stringify(signed)), publicKey).seal, 'signed');
    assert.equal(signed.signature?.keyId, keyIdOf(publicKey));
    assert.equal(signed.sha256, hash('sha256', canonicalJson(content)));
    assert.deepEqual(openManifest(manifestFile(signed), publicKey).manifest, signed);
  });

  it("holds for a later version's manifest with more in it, and not without it", () => {
    const more = { ...content, later: { thing: 1 } };
    const sealed = { ...more, sha256: hash('sha256', canonicalJson(more)) };
    assert.equal(openManifest(Buffer.from(JSON.stringify(sealed))).seal, 'unsigned');
    const { later: _, ...less } = sealed;
    assert.equal(openManifest(Buffer.from(JSON.stringify(less))).seal, 'altered');
  });

  it('does not hold when anything in it is another', () => {
    const bytes = manifestFile(signed);
    const text = bytes.toString();
    for (const [from, to] of [
      ['"orders"', '"order"'],
      ['"proven"', '"failed"'],
      ['"bytes": 30', '"bytes": 31'],
    ] as const) {
      assert.equal(openManifest(Buffer.from(text.replace(from, to)), publicKey).seal, 'altered', from);
    }
  });

  it('is not taken for signed without a signature, by another key, or with another hash', () => {
    const another = keyPair();
    assert.equal(openManifest(manifestFile(sealManifest(content)), publicKey).seal, 'wrongSignature');
    assert.equal(openManifest(manifestFile(signed), verifyingKey(another.publicPem)).seal, 'wrongSignature');
    const forged = sealManifest({ ...content, outcome: 'failed' });
    const withOldSignature = {
      ...forged,
      ...(signed.signature === undefined ? {} : { signature: signed.signature }),
    };
    assert.equal(openManifest(manifestFile(withOldSignature), publicKey).seal, 'wrongSignature');
    assert.equal(openManifest(manifestFile(signed)).seal, 'unsigned');
  });

  it('is unreadable where it is no manifest', () => {
    for (const text of ['', '{}', '[]', 'null', JSON.stringify({ ...signed, format: 'other/2' })]) {
      assert.deepEqual(openManifest(Buffer.from(text)), { seal: 'unreadable' });
    }
  });

  it('takes Ed25519 keys only, and does not show them in errors', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    for (const key of [pem, 'no key', '']) {
      assert.throws(
        () => signingKey(key),
        (error) => error instanceof TypeError && error.message === 'this is no Ed25519 private key in PEM',
      );
    }
    assert.throws(() => verifyingKey('no key'), TypeError);
  });
});
