import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { describeCommit, describeResult, describeTotals } from './describe-seeds.ts';
import { isFailed, runSeeds, type SeedResult } from './seed-runner.ts';

const usage = `Usage: npm run faults [-- --seeds N --seed S --minutes M --processes P]

Runs exports under faults that seeds decide, and checks what is left behind.

  --seeds N      how many seeds (default 20)
  --seed S       the first of them; with it alone, only this one (default: drawn)
  --minutes M    start no further seed after this long
  --processes P  how many run side by side, each with a server of its own (default 3)
`;

/** A seed waits for timeouts now and then, so that one process more than a small machine has cores is of use. */
const processesUsual = 3;

interface Plan {
  readonly first: number;
  readonly count: number;
  readonly untilMs: number;
  readonly processes: number;
}

async function run({ first, count, untilMs, processes }: Plan): Promise<number> {
  const commit = describeCommit();
  let given = 0;
  const next = (): number | undefined => {
    if (given >= count || performance.now() > untilMs) return undefined;
    given += 1;
    return first + given - 1;
  };
  const results: SeedResult[] = [];
  await runSeeds({
    next,
    processes: Math.min(processes, count),
    onResult: (result) => {
      results.push(result);
      console.log(describeResult(result, commit));
    },
  });
  const seconds = Math.round(performance.now() / 1000);
  console.log(`${describeTotals(results, commit)}. First seed ${first}, ${seconds} s.`);
  return results.some(isFailed) ? 1 : 0;
}

function wholeOption(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new TypeError(`--${name} must be a whole number, not ${text}`);
}

async function main(): Promise<number> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: { seeds: text, seed: text, minutes: text, processes: text, help: { type: 'boolean' } },
  });
  if (values.help === true) {
    console.log(usage);
    return 0;
  }
  const seed = wholeOption('seed', values.seed);
  const minutes = wholeOption('minutes', values.minutes) ?? Infinity;
  return run({
    first: seed ?? randomInt(1, 2 ** 31),
    count: wholeOption('seeds', values.seeds) ?? (seed === undefined ? 20 : 1),
    untilMs: performance.now() + minutes * 60_000,
    processes: Math.max(1, wholeOption('processes', values.processes) ?? processesUsual),
  });
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  process.exitCode = 2;
}
