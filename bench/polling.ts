import { pollPresets } from '../src/workflows/poll-presets.ts';
import { rounded, runBenchmark } from './benchmark.ts';
import type { Findings } from './benchmark.ts';
import { drawExport } from './polling/export-model.ts';
import { compareWithFixed, measure } from './polling/measure.ts';
import { exponentialBackoff, fixedInterval, inspectionSchedule } from './polling/strategies.ts';
import type { Strategy } from './polling/strategies.ts';

const exportsCount = 2000;
const knows = { history: true, progress: true };

const strategies: Readonly<Record<string, Strategy>> = {
  eager: inspectionSchedule(pollPresets.eager, knows),
  balanced: inspectionSchedule(pollPresets.balanced, knows),
  thrifty: inspectionSchedule(pollPresets.thrifty, knows),
  'balanced, knows nothing': inspectionSchedule(pollPresets.balanced, { history: false, progress: false }),
  'fixed 4 s': fixedInterval(4_000),
  'fixed 30 s': fixedInterval(30_000),
  'fixed 60 s': fixedInterval(60_000),
  'backoff 1 s to 5 min': exponentialBackoff({ firstMs: 1_000, factor: 2, maxMs: 300_000 }),
};

function compareStrategies(): Findings {
  const exports = Array.from({ length: exportsCount }, (_, index) => drawExport(index + 1));
  const figures = Object.entries(strategies).map(([name, strategy]) => {
    const measured = measure(exports, strategy);
    return { name, measured, comparison: compareWithFixed(exports, measured) };
  });
  const balanced = figures.find(({ name }) => name === 'balanced')?.comparison.pollsRatio ?? Number.NaN;
  return {
    tables: [
      {
        title: `Polls and detection delay over ${exportsCount} simulated exports`,
        columns: [
          'strategy',
          'polls',
          'p95',
          'delay s',
          'delay p95',
          'same-delay interval s',
          'its polls',
          'ratio',
        ],
        rows: figures.map(({ name, measured, comparison }) => [
          name,
          rounded(measured.pollsMean),
          rounded(measured.pollsP95),
          rounded(measured.delaySecondsMean),
          rounded(measured.delaySecondsP95),
          rounded(comparison.fixedIntervalSeconds),
          rounded(comparison.fixedPollsMean),
          rounded(comparison.pollsRatio),
        ]),
      },
    ],
    marks: [
      {
        what: 'balanced: polls of the same-delay interval per poll',
        wanted: '≥ 4',
        measured: balanced,
        reached: balanced >= 4,
      },
    ],
    notes: ['The exports are drawn from a model (bench/polling/), not recorded from Atlas.'],
    conditions: { exports: exportsCount, seeds: `1 to ${exportsCount}` },
  };
}

await runBenchmark('polling', (progress) => {
  progress(`simulating ${exportsCount} exports`);
  return Promise.resolve(compareStrategies());
});
