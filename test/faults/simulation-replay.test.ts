import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Evidence } from '../../faults/simulation/evidence.ts';
import { runSeed } from '../../faults/simulation/run-seed.ts';
import { drawScenario } from '../../faults/simulation/scenario.ts';
import { startStage } from '../../faults/simulation/stage.ts';

/** What a seed decides: how each request ended, which jobs there were, and what became of each call. */
function storyOf({ requests, jobs, calls }: Evidence): unknown {
  const faults = new Map<string, string[]>();
  for (const { operation, path, headers, faultApplied } of calls) {
    const key = `${headers['user-agent']} ${operation} ${path.split('/').at(-1)}`;
    faults.set(key, [...(faults.get(key) ?? []), faultApplied ?? 'none']);
  }
  return {
    requests: requests.map(({ name, outcome }) => [name, outcome.kind]),
    jobs: jobs.map(({ exportId, state }) => [exportId, state]),
    calls: [...faults].sort(([left], [right]) => left.localeCompare(right)),
  };
}

describe('a seed that is run again', () => {
  test('ends its requests with the same jobs, and strikes the same calls with the same faults', async () => {
    const stage = await startStage();
    try {
      for (const seed of [5, 10, 11]) {
        const first = storyOf(await runSeed(stage, drawScenario(seed)));
        const second = storyOf(await runSeed(stage, drawScenario(seed)));
        assert.deepEqual(second, first, `seed ${seed}`);
      }
    } finally {
      await stage.close();
    }
  });
});
