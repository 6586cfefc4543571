/**
 * Goal: a large object that is damaged is named, and the objects beside it, which are on their way meanwhile, are read
 * as ever. Method: a full check over each vendor's library and a real server of its protocol.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { openBucket } from '../../src/bucket/index.ts';
import { verifyExport } from '../../src/proof/index.ts';
import {
  startAzureStage,
  startGoogleStage,
  startS3Stage,
  type BucketStage,
} from '../bucket/support/stages.ts';

const megabyte = 1_000_000;
const prefix = 'exported_snapshots/org/group/orders/2026-08-10T0327/1786332505/';
const folder = `${prefix}shop/orders/`;
const neighbours = 10;

/** Documents that do not pack, so that the object is far larger than what waits in any buffer. */
function packed(megabytes: number): Buffer {
  const documents = Array.from({ length: megabytes }, () =>
    JSON.stringify({ x: randomBytes(megabyte / 2).toString('hex') }),
  );
  return gzipSync(`${documents.join('\n')}\n`, { level: 1 });
}

for (const start of [startS3Stage, startAzureStage, startGoogleStage]) {
  describe(`a large object that is damaged at its beginning, by ${start.name}`, () => {
    let stage: BucketStage;
    before(async () => {
      stage = await start();
      stage.as('writer');
      const large = packed(16);
      large.fill(0xff, 0, 10);
      await stage.put(`${folder}rs.0.json.gz`, large);
      for (let increment = 1; increment <= neighbours; increment += 1) {
        await stage.put(`${folder}rs.${increment}.json.gz`, packed(1));
      }
      await stage.put(`${folder}metadata.json`, Buffer.from('{"options":{}}'));
    });
    after(() => stage.stop());

    test('is the only thing that a full check finds besides the missing .complete', async () => {
      stage.as('reader');
      const bucket = await openBucket(stage.location);
      try {
        const expected = {
          prefixes: [prefix],
          groupId: 'group',
          clusterName: 'orders',
          customData: [],
        } as const;
        const { listing } = await verifyExport({ bucket, level: 'full', expected });
        assert.deepEqual(
          listing.findings.first.map(({ code, where }) => [code, where]),
          [
            ['GZIP_CORRUPT', `${folder}rs.0.json.gz`],
            ['COMPLETE_MISSING', `${prefix}.complete`],
          ],
        );
        assert.equal(listing.documents, neighbours);
      } finally {
        await bucket.close();
      }
    });
  });
}
