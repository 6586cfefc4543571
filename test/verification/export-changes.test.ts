/** Goal: a change is named once and by its kind, however often a check is told of an object, and a copy is no change. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { EvidenceRow } from '../../src/proof/index.ts';
import { comparisonWith, type ExportChange } from '../../src/verification/index.ts';

const prefix = 'exported_snapshots/org/project/cluster/2026-11-24T0330/1795490000/';
const key = (increment: number): string => `${prefix}sales/orders/rs0.${increment}.json.gz`;

interface Seen {
  readonly bytes: number;
  readonly etag: string;
  /** Of a full check. */
  readonly sha256?: string;
}

const row = (increment: number, { bytes, etag, sha256 }: Seen): EvidenceRow => ({
  kind: 'object',
  key: key(increment),
  bytes,
  etag,
  ...(sha256 === undefined ? {} : { sha256 }),
  findings: [],
});

function changesOf(earlier: readonly Seen[], now: readonly Seen[]): Omit<ExportChange, 'what'>[] {
  const comparison = comparisonWith('full');
  for (const [increment, seen] of earlier.entries()) {
    const { bytes, etag, sha256 = '' } = seen;
    comparison.earlier({ kind: 'object', key: key(increment), bytes, etag, sha256 });
  }
  const objects = now.map(({ bytes, etag }, increment) => ({ key: key(increment), bytes, etag }));
  const rows = now.flatMap((seen, increment) => (seen.sha256 === undefined ? [] : [row(increment, seen)]));
  comparison.listed(objects, prefix);
  // As after a connection that broke: the page is listed once more.
  comparison.listed(objects, prefix);
  comparison.rows(rows);
  return comparison.changes().map(({ kind, where }) => ({ kind, where }));
}

const before: Seen = { bytes: 10, etag: 'a', sha256: 'one' };

describe('a comparison by objects', () => {
  it('finds nothing where nothing changed', () => {
    assert.deepEqual(changesOf([before, before], [before, before]), []);
  });

  it('takes another ETag for another content where nobody has read it', () => {
    assert.deepEqual(changesOf([before], [{ bytes: 10, etag: 'b' }]), [{ kind: 'content', where: key(0) }]);
  });

  it('lets the checksum decide where it was read: a copy with another ETag is no change', () => {
    assert.deepEqual(changesOf([before], [{ ...before, etag: 'b' }]), []);
  });

  it('names another content of the same size and ETag', () => {
    const changed = changesOf([before], [{ ...before, sha256: 'two' }]);
    assert.deepEqual(changed, [{ kind: 'content', where: key(0) }]);
  });

  it('names what is of another size, what is gone and what is new, in the order of keys', () => {
    assert.deepEqual(changesOf([before, before], [{ ...before, bytes: 11, sha256: 'two' }]), [
      { kind: 'size', where: key(0) },
      { kind: 'missing', where: key(1) },
    ]);
    assert.deepEqual(changesOf([], [before]), [{ kind: 'new', where: key(0) }]);
  });

  it('passes over what no export has by its layout, of which no check keeps a row', () => {
    const comparison = comparisonWith('full');
    comparison.listed([{ key: `${prefix}.complete`, bytes: 300 }], prefix);
    assert.deepEqual(comparison.changes(), []);
  });
});

describe('a comparison by collections', () => {
  const collection = { kind: 'collection', prefix, database: 'sales', collection: 'orders' } as const;
  const replicaSets = [{ replicaSetName: 'rs0', files: 3, bytes: 30, incrementsMissing: 0 }];
  const now = { ...collection, hasMetadata: true, listingSha256: 'now', replicaSets };

  it('names a collection that is gone, new, of other contents, and written anew', () => {
    const gone = comparisonWith('manifest');
    gone.earlier({ ...collection, listingSha256: 'before', replicaSets });
    assert.deepEqual(
      gone.changes().map(({ kind }) => kind),
      ['missing'],
    );
    const added = comparisonWith('manifest');
    added.rows([now]);
    assert.deepEqual(
      added.changes().map(({ kind }) => kind),
      ['new'],
    );
    for (const [bytes, kind] of [
      [40, 'size'],
      [30, 'content'],
    ] as const) {
      const changed = comparisonWith('manifest');
      const earlier = [{ replicaSetName: 'rs0', files: 3, bytes }];
      changed.earlier({ ...collection, listingSha256: 'before', replicaSets: earlier });
      changed.rows([now]);
      assert.deepEqual(
        changed.changes().map((change) => change.kind),
        [kind],
      );
    }
  });
});
