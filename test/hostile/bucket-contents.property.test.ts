/**
 * Whatever stands in a bucket: a check of it ends with a report whose manifest can be sealed, opened and trusted, or
 * with the documented error of a storage that lists out of order. Method: buckets in memory, which take keys that no
 * server does, as a storage that is broken or not what it seems may list them.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import {
  canonicalJson,
  ListingOrderError,
  manifestContent,
  manifestFile,
  openManifest,
  sealManifest,
  verifyExport,
  type VerificationReport,
} from '../../src/proof/index.ts';
import { checkCompleteFile, completeBytesMax, readCompleteFile } from '../../src/proof/complete-file.ts';
import { exportKey } from '../../src/proof/export-layout.ts';
import { PROPERTY_LIMITS } from '../atlas/support/property-limits.ts';
import { hostileBody, hostileDocument, hostileText } from './hostile-values.ts';
import { memoryBucket } from './memory-bucket.ts';

const prefix = 'exported_snapshots/org/group/orders/2026-08-10T0327/1786332505/';
const customData = [{ key: 'exportRequestId', value: 'run/1' }];
const expected = { prefixes: [prefix], groupId: 'group', clusterName: 'orders', customData } as const;
const complete = {
  orgId: 'org',
  orgName: 'Org',
  groupId: 'group',
  groupName: 'Group',
  clusterUniqueId: 'unique',
  clusterName: 'orders',
  snapshotInitiationDate: '2026-08-10T03:27:00Z',
  totalFiles: 3,
  labels: customData,
  customData,
};

const oddName = (): fc.Arbitrary<string> =>
  fc.oneof(
    fc.constantFrom(
      'metadata.json',
      '.complete',
      'rs.0.json.gz',
      'rs.1.json.gz',
      'rs.01.json.gz',
      'rs.-1.json.gz',
      'rs.1e3.json.gz',
      'rs.999999999999999.json.gz',
      'rs.99999999999999999999.json.gz',
      '.0.json.gz',
      '..0.json.gz',
      'rs.0.json.gz ',
      'RS.0.JSON.GZ',
      'a%2fb',
      '%',
      '..',
      '.',
      '',
      '__proto__',
      'constructor',
    ),
    hostileText(),
  );

const oddKey = fc
  .array(oddName(), { minLength: 1, maxLength: 5 })
  .map((names) => `${prefix}${names.join('/')}`.slice(0, 1_100));

const contents = fc.array(fc.tuple(oddKey, hostileBody()), { maxLength: 30 });

async function checked(
  objects: ReadonlyMap<string, Buffer>,
  level: 'manifest' | 'full',
): Promise<VerificationReport> {
  return await verifyExport({ bucket: memoryBucket(objects), expected, level, pageSize: 7 });
}

/** It can be kept, and is what it was when it is opened again. */
function assertManifest(report: VerificationReport): void {
  const job = { exportId: 'e'.repeat(24), state: 'Successful' };
  const manifest = sealManifest(
    manifestContent(report, {
      product: { name: 'atlas-export-worker', version: '0.0.0' },
      request: {
        groupId: 'group',
        clusterName: 'orders',
        snapshotId: 's'.repeat(24),
        exportBucketId: 'b'.repeat(24),
      },
      job,
      attempts: [],
      location: { provider: 'AWS', bucketName: 'archive' },
    }),
  );
  const opened = openManifest(manifestFile(manifest));
  assert.equal(opened.seal, 'unsigned', `the manifest is ${opened.seal} as soon as it is written`);
  assert.equal(opened.manifest?.sha256, manifest.sha256);
}

describe('whatever stands in a bucket', () => {
  test('half a character in a key kept every manifest of the export from being made', async () => {
    const key = `${prefix}shop/\ud800/metadata.json`;
    const report = await checked(new Map([[key, Buffer.from('{}')]]), 'manifest');
    assertManifest(report);
  });

  test('ten thousand entries of one key in .complete were all written into one finding', () => {
    const entry = { key: 'exportRequestId', value: 'x'.repeat(60) };
    const text = JSON.stringify({ ...complete, customData: Array.from({ length: 9_999 }, () => entry) });
    const read = readCompleteFile(Buffer.from(text));
    assert.ok(read !== undefined);
    const [found, ...others] = checkCompleteFile(read, { ...expected, prefix });
    assert.deepEqual(others, []);
    assert.match(found?.what ?? '', /^is ("x{60}"(, )?){3} and 9996 more and should be "run\/1"$/);
  });

  for (const level of ['manifest', 'full'] as const) {
    test(`a check, level ${level}, ends with a report that can be kept`, async () => {
      const ofComplete = fc.oneof(hostileDocument(complete), hostileBody());
      await fc.assert(
        fc.asyncProperty(contents, fc.option(ofComplete), async (drawn, text) => {
          const objects = new Map(drawn.map(([key, body]) => [key, Buffer.from(body)]));
          if (text !== null) objects.set(`${prefix}.complete`, Buffer.from(text));
          try {
            const report = await checked(objects, level);
            assert.equal(report.listing.objects, objects.size, 'an object was passed over');
            assertManifest(report);
          } catch (error) {
            assert.ok(
              error instanceof ListingOrderError,
              String(error instanceof Error ? error.stack : error),
            );
          }
        }),
        PROPERTY_LIMITS,
      );
    });
  }

  test('a key is one thing, and what it says of its place stands in it', () => {
    fc.assert(
      fc.property(oddKey, (key) => {
        const what = exportKey(key, prefix);
        if (what.kind !== 'data' && what.kind !== 'metadata') return;
        assert.equal(what.folder, `${prefix}${what.database}/${what.collection}/`);
        assert.ok(what.database !== '' && what.collection !== '');
        if (what.kind === 'metadata') assert.equal(key, `${what.folder}metadata.json`);
        else assert.equal(key, `${what.folder}${what.replicaSetName}.${what.increment}.json.gz`);
      }),
      PROPERTY_LIMITS,
    );
  });

  test('.complete, however large, deep or doubled, is read in no time or not at all, and said of in few words', () => {
    const largest = (unit: string): string => `{"a":[${unit.repeat(completeBytesMax / unit.length - 100)}0]}`;
    const large = fc
      .constantFrom('0,', '{},', '"a",', '[],', '"\\u0000",')
      .map((unit) => largest(unit))
      .filter((text) => text.length <= completeBytesMax);
    fc.assert(
      fc.property(
        fc.oneof({ weight: 20, arbitrary: hostileDocument(complete) }, hostileBody(), large),
        (text) => {
          const before = process.cpuUsage();
          const read = readCompleteFile(Buffer.from(text));
          const findings = read === undefined ? [] : checkCompleteFile(read, { ...expected, prefix });
          const { user } = process.cpuUsage(before);
          assert.ok(user < 1_000_000, `it took ${user / 1_000} ms of processor time`);
          if (read !== undefined) canonicalJson(read.other);
          const said = JSON.stringify(findings).length;
          assert.ok(said < 20_000, `${said} characters of findings`);
        },
      ),
      PROPERTY_LIMITS,
    );
  });
});
