/** Goal: the number of files and the replica sets are judged by what Atlas documents, and by no more. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { conclusionFindings, countFiles, type ExpectedExport } from '../../src/proof/conclusion.ts';
import { addPage, emptyListing, endPrefix, type Listing } from '../../src/proof/listing.ts';

const prefix = 'exported_snapshots/org/group/cluster/2026-08-10T0327/1786332505/';

/** Two collections, each with two files of each replica set: 8 data files, 2 metadata.json, 1 .complete. */
function listing(replicaSetNames: readonly string[]): Listing {
  const filled = emptyListing();
  const keys = ['.complete'];
  for (const collection of ['db/a', 'db/b']) {
    keys.push(`${collection}/metadata.json`);
    for (const name of replicaSetNames)
      keys.push(`${collection}/${name}.0.json.gz`, `${collection}/${name}.1.json.gz`);
  }
  const objects = keys.toSorted().map((key) => ({ key: prefix + key, bytes: 1 }));
  addPage(filled, { prefix, objects, hasOtherPrefixes: false });
  endPrefix(filled, { prefix, hasOtherPrefixes: false });
  return filled;
}

const both = listing(['rs0', 'rs1']);

function findings(
  totalFiles: number | undefined,
  expected: Partial<ExpectedExport> = {},
  of: Listing = both,
): string[] {
  const complete = totalFiles === undefined ? undefined : { totalFiles, other: {} };
  const whole: ExpectedExport = {
    prefixes: [prefix],
    groupId: 'g',
    clusterName: 'c',
    customData: [],
    ...expected,
  };
  return conclusionFindings(of, { expected: whole, complete }).map(({ code }) => code);
}

describe('the conclusion', () => {
  it('takes totalFiles for whichever number agrees, since it is not documented what it counts', () => {
    assert.deepEqual(countFiles(both, 10), {
      stated: 10,
      dataFiles: 8,
      metadataFiles: 2,
      completeFiles: 1,
      agreesAs: ['dataAndMetadata'],
    });
    for (const total of [8, 10]) assert.deepEqual(findings(total), []);
    assert.deepEqual(findings(11), ['TOTAL_FILES_UNCLEAR'], 'one missing file looks the same');
    assert.deepEqual(findings(undefined), []);
  });

  it('fails where it agrees under no reading at all, and warns in between', () => {
    assert.deepEqual(findings(12), ['FILES_MISSING']);
    assert.deepEqual(findings(7), ['FILES_TOO_MANY']);
    assert.deepEqual(findings(9), ['TOTAL_FILES_UNCLEAR']);
  });

  it('is exact where somebody knows what it counts', () => {
    assert.deepEqual(findings(10, { totalFilesCounts: 'dataAndMetadata' }), []);
    assert.deepEqual(findings(10, { totalFilesCounts: 'dataFiles' }), ['FILES_MISSING']);
    assert.deepEqual(findings(10, { totalFilesCounts: 'everything' }), ['FILES_TOO_MANY']);
  });

  it('only warns where several prefixes have a .complete, each of which may count its own', () => {
    const several = { ...both, completeIn: [prefix, `${prefix}x/`] };
    assert.deepEqual(findings(7, {}, several), ['TOTAL_FILES_UNCLEAR']);
    assert.deepEqual(findings(99, {}, several), ['TOTAL_FILES_UNCLEAR']);
  });

  it('fails for a component without files, unless the count of files has no room for any', () => {
    const replicaSetNames = ['rs0', 'rs1', 'rs2'];
    assert.deepEqual(findings(14, { replicaSetNames }), ['FILES_MISSING', 'REPLICA_SET_MISSING']);
    assert.deepEqual(findings(undefined, { replicaSetNames }), ['REPLICA_SET_MISSING']);
    assert.deepEqual(findings(10, { replicaSetNames }), ['REPLICA_SET_EMPTY']);
  });

  it('warns of files of a replica set that is no component', () => {
    assert.deepEqual(findings(10, { replicaSetNames: ['rs0'] }), ['REPLICA_SET_UNEXPECTED']);
  });

  it('warns of an export without data, as one of an empty cluster is', () => {
    assert.deepEqual(findings(0, {}, emptyListing()), ['NOTHING_EXPORTED']);
  });
});
