import { nextPollDelayMs } from '../../src/workflows/poll-schedule.ts';
import type { PollPreset, PollScheduleInput } from '../../src/workflows/poll-schedule.ts';
import type { SimulatedExport } from './export-model.ts';
import { inspectionSchedule } from './strategies.ts';

const repeats = 9;

/** Milliseconds of one decision, ascending: one figure for each decision over these exports. */
export function callCostsMs(exports: readonly SimulatedExport[], preset: PollPreset): number[] {
  const costs: number[] = [];
  const timed = inspectionSchedule(preset, { history: true, progress: true }, (input) => {
    costs.push(fastestMs(input));
    return nextPollDelayMs(input);
  });
  for (const [index, simulated] of exports.entries()) timed(simulated, index);
  return costs.sort((a, b) => a - b);
}

/** The same input does the same work, so whatever more a repeat takes was another process or a collection of garbage. */
function fastestMs(input: PollScheduleInput): number {
  let fastest = Infinity;
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    const startedAtMs = performance.now();
    nextPollDelayMs(input);
    fastest = Math.min(fastest, performance.now() - startedAtMs);
  }
  return fastest;
}
