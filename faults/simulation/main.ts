import { execFileSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { spawnGuarded } from '../../src/testing/guarded-process.ts';
import { readSeedReport, type SeedReport } from './seed-report.ts';

const usage = `Usage: npm run faults [-- --seeds N --seed S --minutes M --processes P]

Runs exports under faults that seeds decide, and checks what is left behind.

  --seeds N      how many seeds (default 20)
  --seed S       the first of them; with it alone, only this one (default: drawn)
  --minutes M    start no further seed after this long
  --processes P  how many run side by side, each with a server of its own (default 2)
`;

interface Plan {
  readonly first: number;
  readonly count: number;
  readonly untilMs: number;
}

/** Feeds one process with seeds until there are none left. */
async function runProcess(
  next: () => number | undefined,
  report: (report: SeedReport) => void,
): Promise<void> {
  const path = fileURLToPath(new URL('seed-process.js', import.meta.url));
  const child = spawnGuarded(process.execPath, ['--enable-source-maps', path], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const { stdin, stdout } = child;
  if (stdin === null || stdout === null) throw new Error('a process without pipes');
  const give = (): number | undefined => {
    const seed = next();
    if (seed === undefined) stdin.end();
    else stdin.write(`${seed}\n`);
    return seed;
  };
  let under = give();
  try {
    for await (const line of createInterface({ input: stdout })) {
      report(readSeedReport(line));
      under = give();
    }
  } finally {
    child.kill('SIGKILL');
  }
  if (under !== undefined) throw new Error(`the process that ran seed ${under} ended without a report`);
}

function commit(): string {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}

function describeReport(report: SeedReport): string {
  const { seed, tookMs, requests, jobs, calls, faults, stops, violations, story = '' } = report;
  const line = `seed ${seed}: ${requests} requests, ${jobs} jobs, ${calls} calls, ${faults} faults, ${stops} stops, ${tookMs} ms`;
  if (violations.length === 0) return `✔ ${line}`;
  const wrong = violations.map(({ invariant, what }) => `  ${invariant}: ${what}`);
  return [
    `✖ ${line}`,
    ...wrong,
    `  commit ${commit()}; again: npm run faults -- --seed ${seed}`,
    story.replaceAll(/^/gm, '    '),
  ].join('\n');
}

async function run({ first, count, untilMs }: Plan, processes: number): Promise<number> {
  let given = 0;
  const next = (): number | undefined => {
    if (given >= count || performance.now() > untilMs) return undefined;
    given += 1;
    return first + given - 1;
  };
  const reports: SeedReport[] = [];
  const ends = Array.from({ length: Math.min(processes, count) }, () =>
    runProcess(next, (report) => {
      reports.push(report);
      console.log(describeReport(report));
    }),
  );
  const settled = await Promise.allSettled(ends);
  for (const each of settled) if (each.status === 'rejected') console.error(String(each.reason));
  const failed = reports.filter(({ violations }) => violations.length > 0);
  const sum = (of: (report: SeedReport) => number): number =>
    reports.reduce((total, report) => total + of(report), 0);
  console.log(
    `${reports.length} seeds from ${first} at ${commit()} in ${Math.round(performance.now() / 1000)} s: ` +
      `${sum(({ requests }) => requests)} requests, ${sum(({ jobs }) => jobs)} jobs, ${sum(({ calls }) => calls)} calls, ` +
      `${sum(({ faults }) => faults)} faults, ${sum(({ stops }) => stops)} stops; ` +
      `${failed.length} failed${failed.length > 0 ? `: ${failed.map(({ seed }) => seed).join(', ')}` : ''}`,
  );
  return failed.length === 0 && settled.every(({ status }) => status === 'fulfilled') ? 0 : 1;
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
  const count = wholeOption('seeds', values.seeds) ?? (seed === undefined ? 20 : 1);
  const minutes = wholeOption('minutes', values.minutes) ?? Infinity;
  const processes = wholeOption('processes', values.processes) ?? 2;
  const first = seed ?? randomInt(1, 2 ** 31);
  return run({ first, count, untilMs: performance.now() + minutes * 60_000 }, Math.max(1, processes));
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  process.exitCode = 2;
}
