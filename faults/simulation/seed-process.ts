import { createInterface } from 'node:readline';
import { excuseFor } from './excuses.ts';
import { violationsOf } from './invariants/index.ts';
import { machineClock } from './process-clock.ts';
import { runSeed } from './run-seed.ts';
import { drawScenario } from './scenario.ts';
import type { SeedReport } from './seed-report.ts';
import { startStage, type Stage } from './stage.ts';
import { outcomeText, storyOf } from './story.ts';

/** The server's bookkeeping of its locks grows with each; a new one every so often keeps it quick. */
const seedsPerStage = 80;

/** A server that lost a task, or the count of its locks, is of no use to the next seed. */
const spoiling = new Set(['endsInTime', 'serverKeepsTasks', 'timeIsHeld']);

/** Runs the seeds that come in, one a line, and answers each with one line of JSON. Ends with its input. */
async function main(): Promise<void> {
  let stage: Stage | undefined;
  let seedsOnStage = 0;
  for await (const seed of createInterface({ input: process.stdin })) {
    stage ??= await startStage();
    const report = await reportOn(stage, seed);
    process.stdout.write(`${JSON.stringify(report)}\n`);
    if (report.spoilt) return;
    seedsOnStage += 1;
    if (seedsOnStage < seedsPerStage) continue;
    await stage.close();
    stage = undefined;
    seedsOnStage = 0;
  }
  await stage?.close();
}

async function reportOn(stage: Stage, seed: string): Promise<SeedReport> {
  const beganMs = machineClock.monotonicMs();
  const evidence = await runSeed(stage, drawScenario(seed));
  const violations = violationsOf(evidence);
  const excuse = excuseFor(violations);
  return {
    seed,
    tookMs: Math.round(machineClock.monotonicMs() - beganMs),
    requests: evidence.requests.length,
    jobs: evidence.jobs.length,
    calls: evidence.calls.length,
    faults: evidence.calls.filter(({ faultApplied }) => faultApplied !== undefined).length,
    stops: evidence.activities.filter(({ stoppedAt }) => stoppedAt !== undefined).length,
    locksGivenBack: stage.time.locksGivenBack,
    outcomes: evidence.requests.map(({ name, outcome }) => `${name}: ${outcomeText(outcome)}`),
    spoilt: violations.some(({ invariant }) => spoiling.has(invariant)),
    ...(excuse === undefined ? {} : { excuse }),
    violations,
    ...(violations.length > 0 ? { story: storyOf(evidence) } : {}),
  };
}

await main();
// A seed that hung leaves calls behind that would keep the process.
process.exit(0);
