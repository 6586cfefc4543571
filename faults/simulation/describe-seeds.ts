import { execFileSync } from 'node:child_process';
import type { SeedReport } from './seed-report.ts';
import { isFailed, type SeedResult } from './seed-runner.ts';

/** The commit that is run, with `-dirty` where files differ from it. */
export function describeCommit(): string {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}

/** One line for a seed that went well; what is wrong, and all that happened, for one that did not. */
export function describeResult(result: SeedResult, commit: string): string {
  const { seed, report, stderr, excuses } = result;
  const line = report === undefined ? 'its process ended without a report' : countsOf(report);
  const again = excuses.map((excuse) => `  run again, since the server was at fault: ${excuse}`);
  if (!isFailed(result)) return [`✔ seed ${seed}: ${line}`, ...again].join('\n');
  const { violations = [], outcomes = [], story = '' } = report ?? {};
  return [
    `✖ seed ${seed}: ${line}`,
    ...again,
    ...violations.map(({ invariant, what }) => `  ${invariant}: ${what}`),
    ...outcomes.map((outcome) => `  ${outcome}`),
    `  commit ${commit}; again: npm run faults -- --seed ${seed}`,
    ...(story === '' ? [] : [indent(story)]),
    ...(stderr.trim() === '' ? [] : ['  its process wrote:', indent(stderr.trim())]),
  ].join('\n');
}

/** All seeds together. */
export function describeTotals(results: readonly SeedResult[], commit: string): string {
  const reports = results.flatMap(({ report }) => report ?? []);
  const sum = (of: (report: SeedReport) => number): number =>
    reports.reduce((total, report) => total + of(report), 0);
  const repeated = results.filter(({ excuses }) => excuses.length > 0).map(({ seed }) => seed);
  const failed = results.filter(isFailed).map(({ seed }) => seed);
  return (
    `${results.length} seeds at ${commit}: ` +
    `${sum(({ requests }) => requests)} requests, ${sum(({ jobs }) => jobs)} jobs, ` +
    `${sum(({ calls }) => calls)} calls, ${sum(({ faults }) => faults)} faults, ${sum(({ stops }) => stops)} stops; ` +
    `${repeated.length} run again since the server was at fault${repeated.length > 0 ? `: ${repeated.join(', ')}` : ''}; ` +
    `${failed.length} failed${failed.length > 0 ? `: ${failed.join(', ')}` : ''}`
  );
}

function countsOf({ requests, jobs, calls, faults, stops, tookMs }: SeedReport): string {
  return `${requests} requests, ${jobs} jobs, ${calls} calls, ${faults} faults, ${stops} stops, ${tookMs} ms`;
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '    ');
}
