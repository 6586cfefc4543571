import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { killPoints } from './kill-points.ts';
import { secondsText } from './kill-run.ts';
import { runKills, type KillsOutcome } from './kills.ts';
import { scenarios } from './scenarios.ts';

const usage = `Usage: npm run faults:processes [-- --kills N --lanes N --seed S --only NAME]

Kills, freezes and cuts off real workers and a real Temporal server, and compares what the exports say with the
books of the simulated Atlas. Ends with exit code 1 where something was lost, doubled or misreported.

  --kills  how many workers are killed, at ${killPoints.length} points in turn; default ${killPoints.length}, 0 for none
  --lanes  how many workers are killed side by side; default 2
  --seed   what orders the points and shapes the exports; default: drawn, and printed
  --only   only points and scenarios whose name holds this text
  --help   this text
`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      kills: { type: 'string', default: String(killPoints.length) },
      lanes: { type: 'string', default: '2' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      only: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help === true) {
    console.log(usage);
    return 0;
  }
  const { seed, only } = values;
  console.log(`seed ${seed}, commit ${commit()}`);
  const fits = (name: string): boolean => only === undefined || name.includes(only);
  let problems = 0;
  if (killPoints.some(({ name }) => fits(name)) && count(values.kills) > 0) {
    const outcome = await runKills({
      seed,
      only,
      kills: count(values.kills),
      lanes: Math.max(1, count(values.lanes)),
      report: console.log,
    });
    printKills(outcome);
    problems += outcome.problems.length;
  }
  for (const scenario of scenarios.filter(({ name }) => fits(name))) {
    console.log(`\n${scenario.name}`);
    const found = await scenario.run({ seed, report: (line) => console.log(`  ${line}`) });
    console.log(found.length === 0 ? '  nothing lost, nothing doubled' : found.join('\n'));
    problems += found.length;
  }
  return problems === 0 ? 0 : 1;
}

function count(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new RangeError(`"${text}" is not a whole number`);
  return Number(text);
}

function printKills({ kills, exports, problems }: KillsOutcome): void {
  console.log('\nkilled while …: from the kill to the next step, of that export and of the slowest other');
  for (const { name } of killPoints) {
    const here = kills.filter(({ point }) => point === name);
    if (here.length === 0) continue;
    const own = here.flatMap(({ targetMs }) => targetMs ?? []);
    const others = here.flatMap(({ othersMs }) => othersMs);
    console.log(`${String(here.length).padStart(4)} × ${name}: ${most(own)}; ${most(others)}`);
  }
  const all = kills.flatMap(({ targetMs, othersMs }) => [
    ...othersMs,
    ...(targetMs === undefined ? [] : [targetMs]),
  ]);
  console.log(`\n${kills.length} kills, ${exports} exports, ${problems.length} lost, doubled or misreported`);
  console.log(
    `longest wait for a step: ${most(all)}; longest restart of a worker: ${most(kills.map(({ restartMs }) => restartMs))}`,
  );
  for (const problem of problems) console.log(problem);
}

function most(waits: readonly number[]): string {
  return waits.length === 0 ? 'nothing owed' : secondsText(Math.max(...waits));
}

function commit(): string {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
