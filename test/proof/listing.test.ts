/**
 * Goal: what a listing comes to does not depend on how it is cut into pages, nor on a restart in the middle. Method:
 * keys in the order of bytes, as storages list them, added in pages of any size, with the state sent through JSON.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import type { BucketObject } from '../../src/bucket/index.ts';
import { exportKey, normalizedPrefix, datePartOf } from '../../src/proof/export-layout.ts';
import {
  addPage,
  emptyListing,
  endPrefix,
  ListingOrderError,
  type Listing,
} from '../../src/proof/listing.ts';
import type { EvidenceRow } from '../../src/proof/evidence.ts';

const prefix = 'exported_snapshots/org/group/cluster/2026-08-10T0327/1786332505/';

function objectsOf(keys: readonly string[]): BucketObject[] {
  return keys
    .map((key) => ({ key: prefix + key, bytes: 10, etag: '"e"' }))
    .toSorted((left, right) => Buffer.compare(Buffer.from(left.key), Buffer.from(right.key)));
}

function listed(
  objects: readonly BucketObject[],
  pageSize = 1_000,
): { listing: Listing; rows: EvidenceRow[] } {
  let listing = emptyListing();
  const rows: EvidenceRow[] = [];
  for (let at = 0; at < objects.length; at += pageSize) {
    rows.push(
      ...addPage(listing, { prefix, objects: objects.slice(at, at + pageSize), hasOtherPrefixes: false }),
    );
    listing = JSON.parse(JSON.stringify(listing));
  }
  rows.push(...endPrefix(listing, { prefix, hasOtherPrefixes: false }));
  return { listing, rows };
}

const codesOf = ({ listing }: { readonly listing: Listing }): string[] =>
  listing.findings.first.map(({ code, where, what }) => `${code} ${where.slice(prefix.length)}: ${what}`);

describe('the layout of an export', () => {
  it('is told by keys: databases, collections with dots, slashes and any letters, replica sets, increments', () => {
    const at = (key: string): object => exportKey(prefix + key, prefix);
    const place = (database: string, collection: string): object => ({
      folder: `${prefix}${database}/${collection}/`,
      database,
      collection,
    });
    assert.deepEqual(at('.complete'), { kind: 'complete' });
    assert.deepEqual(at('db/orders/metadata.json'), { kind: 'metadata', ...place('db', 'orders') });
    const data = (
      database: string,
      collection: string,
      replicaSetName: string,
      increment: number,
    ): object => ({
      kind: 'data',
      replicaSetName,
      increment,
      ...place(database, collection),
    });
    assert.deepEqual(at('db/orders/rs.0.json.gz'), data('db', 'orders', 'rs', 0));
    assert.deepEqual(
      at('big_data/a.b.c/atlas-x.shard-0.12.json.gz'),
      data('big_data', 'a.b.c', 'atlas-x.shard-0', 12),
    );
    assert.deepEqual(at('db/with/slash/rs.3.json.gz'), data('db', 'with/slash', 'rs', 3));
    assert.deepEqual(at('db/größe 数/rs.3.json.gz'), data('db', 'größe 数', 'rs', 3));
    for (const other of [
      'rs.0.json.gz',
      'db/rs.0.json.gz',
      'db/orders/rs.json.gz',
      'db/orders/rs.01.json.gz',
      'db//rs.0.json.gz',
      'db/orders/',
      '',
      'db/orders/.0.json.gz',
    ]) {
      assert.deepEqual(at(other), { kind: 'other' }, other);
    }
  });

  it('has a prefix with or without a leading slash, and never the whole bucket', () => {
    assert.equal(normalizedPrefix('/a/b'), 'a/b/');
    assert.equal(normalizedPrefix('a/b/'), 'a/b/');
    for (const empty of ['', '/', '//']) assert.throws(() => normalizedPrefix(empty), RangeError);
    assert.equal(datePartOf(prefix), '2026-08-10T03:27');
    assert.equal(datePartOf('/exported_snapshots/o/p/c/2021-03-25T1649+0000/1616694179'), '2021-03-25T16:49');
    assert.equal(datePartOf('elsewhere/'), undefined);
  });
});

describe('a listing', () => {
  const keys = fc.uniqueArray(
    fc
      .tuple(
        fc.constantFrom('a', 'b', 'größe'),
        fc.constantFrom('one', 'two', 'two/three', 'two.four', '\u{1F600}', '\uFFFD'),
        fc.constantFrom(
          'metadata.json',
          'rs0.0.json.gz',
          'rs0.1.json.gz',
          'rs0.10.json.gz',
          'rs0.2.json.gz',
          'rs1.0.json.gz',
          'thing',
        ),
      )
      .map((parts) => parts.join('/')),
    { maxLength: 40 },
  );

  it('comes to the same in pages of any size, by way of heartbeats', () => {
    fc.assert(
      fc.property(keys, fc.integer({ min: 1, max: 7 }), (some, pageSize) => {
        const objects = objectsOf(some);
        assert.deepEqual(listed(objects, pageSize), listed(objects));
      }),
      { numRuns: 300 },
    );
  });

  it('counts each collection once, though another one lies inside its folder', () => {
    const result = listed(
      objectsOf([
        'db/two/atlas.0.json.gz',
        'db/two/metadata.json',
        'db/two/three/metadata.json',
        'db/two/three/atlas.0.json.gz',
        'db/two/zrs.0.json.gz',
      ]),
    );
    assert.equal(result.listing.collections, 2);
    assert.deepEqual(codesOf(result), []);
    assert.deepEqual(
      result.listing.replicaSets.map(({ replicaSetName, files }) => [replicaSetName, files]),
      [
        ['atlas', 2],
        ['zrs', 1],
      ],
    );
  });

  it('names holes, missing metadata and what does not belong, but no markers of folders', () => {
    const result = listed([
      ...objectsOf([
        'db/one/metadata.json',
        'db/one/rs.0.json.gz',
        'db/one/rs.3.json.gz',
        'db/two/rs.0.json.gz',
      ]),
      { key: `${prefix}notes.txt`, bytes: 5 },
      { key: `${prefix}zfolder/`, bytes: 0 },
    ]);
    assert.deepEqual(codesOf(result), [
      'INCREMENT_MISSING db/one/rs: there is 3 but not 1 to 2',
      'METADATA_MISSING db/two/: there is no metadata.json',
      'OBJECT_UNEXPECTED notes.txt: 5 bytes that belong to no documented place',
    ]);
  });

  it('refuses a storage that lists out of order or twice', () => {
    const [first, second] = objectsOf(['db/one/rs.0.json.gz', 'db/one/rs.1.json.gz']);
    assert.ok(first !== undefined && second !== undefined);
    for (const objects of [
      [second, first],
      [first, first],
    ]) {
      const add = (): unknown => addPage(emptyListing(), { prefix, objects, hasOtherPrefixes: false });
      assert.throws(add, ListingOrderError);
    }
  });

  it('keeps a state for heartbeats that does not grow with the number of objects', () => {
    const stateBytes = (collections: number): number => {
      const objects = objectsOf(
        Array.from({ length: collections }, (_, collection) =>
          [`metadata.json`, ...Array.from({ length: 20 }, (_, n) => `rs.${n}.json.gz`)].map(
            (file) => `db/${String(collection).padStart(6, '0')}/${file}`,
          ),
        ).flat(),
      );
      return JSON.stringify(listed(objects).listing).length;
    };
    const some = stateBytes(600);
    assert.ok(some < 250_000, `${some} bytes`);
    assert.ok(stateBytes(3_000) < some + 100);
  });
});
