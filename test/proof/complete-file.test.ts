/** Goal: `.complete` is taken at its word, no more: what it does not say is unknown, and what nobody knows of is kept. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkCompleteFile, readCompleteFile, type ExpectedComplete } from '../../src/proof/complete-file.ts';

const customData = [{ key: 'exportRequestId', value: 'run/1' }];
/** As Atlas's documentation shows it. */
const documented = {
  orgId: '60512d6f65e4047fe0842095',
  orgName: 'org1',
  groupId: '60512dac65e4047fe084220f',
  groupName: 'group1',
  clusterUniqueId: '60512dac65e4047fe0842212',
  clusterName: 'cluster0',
  snapshotInitiationDate: '2020-04-03T05:50:29.321Z',
  totalFiles: 23,
  labels: [{ key: 'key1', value: 'xyz' }],
  customData: [{ key: 'key1', value: 'xyz' }, ...customData],
};
const expected: ExpectedComplete = {
  prefix: 'exported_snapshots/org/group/cluster0/2020-04-03T0550/1616694179/',
  clusterName: 'cluster0',
  groupId: documented.groupId,
  customData,
};

function findings(change: Record<string, unknown>, other: Partial<ExpectedComplete> = {}): string[] {
  const complete = readCompleteFile(Buffer.from(JSON.stringify({ ...documented, ...change })));
  assert.ok(complete !== undefined);
  return checkCompleteFile(complete, { ...expected, ...other }).map(({ code, where }) => `${code} ${where}`);
}

describe('.complete', () => {
  it('is read as documented', () => {
    assert.deepEqual(readCompleteFile(Buffer.from(JSON.stringify(documented))), { ...documented, other: {} });
    assert.deepEqual(findings({}), []);
  });

  it('keeps what is not documented, and what is of another type than documented', () => {
    const content = JSON.stringify({ ...documented, totalFiles: '23', checksums: { a: [1] }, __proto__x: 1 });
    const complete = readCompleteFile(Buffer.from(content));
    assert.equal(complete?.totalFiles, undefined);
    assert.deepEqual(complete?.other, { totalFiles: '23', checksums: { a: [1] }, __proto__x: 1 });
  });

  it('is unreadable where it is no JSON object, or holds what has no place in a manifest', () => {
    const deep = `{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
    for (const text of ['', 'complete', '[]', 'null', '{"a":1', '{"a":"\\ud800"}', '{"a":1e999}', deep]) {
      assert.equal(readCompleteFile(Buffer.from(text)), undefined, text.slice(0, 20));
    }
    assert.equal(readCompleteFile(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])), undefined);
  });

  it('fails for another cluster, another project, another request', () => {
    assert.deepEqual(findings({ clusterName: 'other' }), [
      'COMPLETE_OF_ANOTHER_CLUSTER .complete clusterName',
    ]);
    assert.deepEqual(findings({ groupId: 'f'.repeat(24) }), [
      'COMPLETE_OF_ANOTHER_CLUSTER .complete groupId',
    ]);
    const another = ['COMPLETE_OF_ANOTHER_EXPORT .complete customData "exportRequestId"'];
    assert.deepEqual(findings({ customData: [{ key: 'exportRequestId', value: 'run/2' }] }), another);
    assert.deepEqual(findings({ customData: [] }), another);
  });

  it('only warns of what it does not say', () => {
    for (const field of ['clusterName', 'groupId', 'customData', 'snapshotInitiationDate', 'totalFiles']) {
      assert.deepEqual(findings({ [field]: undefined }), [`COMPLETE_FIELD_MISSING .complete ${field}`]);
      assert.deepEqual(findings({ [field]: {} }), [`COMPLETE_FIELD_MISSING .complete ${field}`]);
    }
  });

  it('asks for no custom data of a job that somebody else has started', () => {
    assert.deepEqual(findings({ customData: undefined }, { customData: [] }), []);
  });

  it("only warns of a date that is neither the prefix's nor the snapshot's", () => {
    const other = { snapshotInitiationDate: '2020-04-03T06:00:00Z' };
    assert.deepEqual(findings(other), ['COMPLETE_DATE_DIFFERS .complete snapshotInitiationDate']);
    assert.deepEqual(findings(other, { snapshotCreatedAt: '2020-04-03T06:00:40Z' }), []);
    assert.deepEqual(findings(other, { prefix: 'elsewhere/' }), []);
  });
});
