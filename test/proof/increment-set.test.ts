/** Goal: a hole in a series is always found and named, in whatever order a storage lists, in bounded memory. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import {
  addIncrement,
  emptyIncrementSet,
  missingIncrements,
  rangesMax,
  rangesText,
  type IncrementSet,
} from '../../src/proof/increment-set.ts';

const listed = (increments: readonly number[]): number[] =>
  increments.toSorted((left, right) => (`rs.${left}.json.gz` < `rs.${right}.json.gz` ? -1 : 1));

function setOf(increments: readonly number[]): IncrementSet {
  const set = emptyIncrementSet();
  for (const increment of increments) addIncrement(set, increment);
  return set;
}

describe('a set of increments', () => {
  it('names exactly what is missing, in any order of listing', () => {
    const seen = fc.uniqueArray(fc.nat(60), { maxLength: 60 });
    fc.assert(
      fc.property(seen, fc.boolean(), (increments, inListingOrder) => {
        const largest = Math.max(-1, ...increments);
        const wanted = Array.from({ length: largest + 1 }, (_, index) => index).filter(
          (index) => !increments.includes(index),
        );
        const { count, ranges = [] } = missingIncrements(
          setOf(inListingOrder ? listed(increments) : increments),
        );
        const named = ranges.flatMap(([first, last]) =>
          Array.from({ length: last - first + 1 }, (_, index) => first + index),
        );
        assert.equal(count, wanted.length);
        assert.deepEqual(named, wanted);
      }),
      { numRuns: 500 },
    );
  });

  it('holds a series of a hundred thousand without gaps in a handful of ranges, though 10 is listed before 2', () => {
    const set = emptyIncrementSet();
    let ranges = 0;
    for (const increment of listed(Array.from({ length: 100_000 }, (_, index) => index))) {
      addIncrement(set, increment);
      ranges = Math.max(ranges, set.ranges?.length ?? 0);
    }
    assert.ok(ranges <= 6, `${ranges} ranges at once`);
    assert.deepEqual(missingIncrements(set), { count: 0, ranges: [] });
  });

  it('still counts exactly where there are too many holes to name', () => {
    const set = setOf(Array.from({ length: 2 * rangesMax }, (_, index) => 2 * index));
    assert.deepEqual(missingIncrements(set), { count: 2 * rangesMax - 1 });
  });

  it('says ranges in words', () => {
    assert.equal(
      rangesText([
        [3, 3],
        [7, 9],
      ]),
      '3, 7 to 9',
    );
  });
});
