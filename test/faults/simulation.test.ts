import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { describe, test } from 'node:test';
import { describeCommit, describeResult, describeTotals } from '../../faults/simulation/describe-seeds.ts';
import { readFailedSeeds } from '../../faults/simulation/failed-seeds.ts';
import { drawScenario } from '../../faults/simulation/scenario.ts';
import { isFailed, runSeeds, type SeedResult } from '../../faults/simulation/seed-runner.ts';

/** No further seed is begun after this long, but for one fresh seed where the machine is busy. */
const budgetMs = 120_000;

/** The short form of `npm run faults`: every seed that ever failed, then fresh ones while the time lasts. */
describe('exports under faults that seeds decide', () => {
  test('are neither lost nor doubled nor misreported, with seeds that failed once and with fresh ones', async (t) => {
    const commit = describeCommit();
    const failedOnce = (await readFailedSeeds()).map(({ seed }) => seed);
    const firstFresh = randomInt(1_000, 2 ** 31);
    t.diagnostic(`seeds ${failedOnce.join(', ')}, then from ${firstFresh}`);
    const untilMs = performance.now() + budgetMs;
    let fresh = 0;
    const next = (): number | undefined => {
      const known = failedOnce.shift();
      if (known !== undefined) return known;
      if (fresh > 0 && performance.now() > untilMs) return undefined;
      fresh += 1;
      return firstFresh + fresh - 1;
    };
    const results: SeedResult[] = [];
    await runSeeds({ next, processes: 2, onResult: (result) => results.push(result) });
    t.diagnostic(describeTotals(results, commit));
    const failed = results.filter(isFailed).map((result) => describeResult(result, commit));
    assert.equal(failed.length, 0, failed.join('\n'));
  });

  test('are drawn the same whenever the seed is the same', () => {
    for (const seed of [1, 2, 3, '2147483647']) {
      assert.deepEqual(drawScenario(seed), drawScenario(seed));
      assert.notDeepEqual(drawScenario(seed), drawScenario(`${seed}0`));
    }
  });
});
