import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { spawnGuarded } from '../../src/testing/guarded-process.ts';
import { readSeedReport, type SeedReport } from './seed-report.ts';

/** What came of one seed. */
export interface SeedResult {
  readonly seed: number;
  /** Undefined where its process ended, or had to be ended, before it could report. */
  readonly report: SeedReport | undefined;
  /** Why it was run again, once for each time: see `runSeeds`. */
  readonly excuses: readonly string[];
  /** The last that its process wrote to its standard error while the seed ran. */
  readonly stderr: string;
}

export interface SeedRunnerOptions {
  /** The next seed; undefined when there is none. */
  readonly next: () => number | undefined;
  /** How many run side by side, each with a server of its own. */
  readonly processes: number;
  readonly onResult: (result: SeedResult) => void;
}

/** A process reports a seed that hangs by itself; one that does not even do that is killed. */
const silenceMsMax = 240_000;
const stderrLengthMax = 20_000;

export function isFailed({ report }: SeedResult): boolean {
  return report === undefined || report.violations.length > 0;
}

/**
 * A run that a fault of the test server explains shows nothing, so it is made again, and counted. The same seed
 * meets the same fault more often than another.
 */
const repeatsMax = 3;

/** Runs seeds until there are none left. A seed whose run has an excuse is run again, on another server. */
export async function runSeeds(options: SeedRunnerOptions): Promise<void> {
  const { processes } = options;
  const excusesOf = new Map<number, readonly string[]>();
  const again: number[] = [];
  const next = (): number | undefined => again.shift() ?? options.next();
  const onResult = (seed: number, report: SeedReport | undefined, stderr: string): void => {
    const excuses = excusesOf.get(seed) ?? [];
    if (report?.excuse !== undefined && excuses.length < repeatsMax) {
      excusesOf.set(seed, [...excuses, report.excuse]);
      again.push(seed);
    } else options.onResult({ seed, report, excuses, stderr });
  };
  const lane = async (): Promise<void> => {
    let seed = next();
    // A process ends with a seed that hangs; the next seed gets another.
    while (seed !== undefined) seed = await runProcess(seed, next, onResult);
  };
  await Promise.all(Array.from({ length: processes }, lane));
}

/** Feeds one process with seeds, from the first on, while it lives. Returns the seed that is to be run next. */
async function runProcess(
  first: number,
  next: () => number | undefined,
  onResult: (seed: number, report: SeedReport | undefined, stderr: string) => void,
): Promise<number | undefined> {
  const path = fileURLToPath(new URL('seed-process.js', import.meta.url));
  const child = spawnGuarded(process.execPath, ['--enable-source-maps', path], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const { stdin, stdout } = child;
  if (stdin === null || stdout === null) throw new Error('a process without pipes');
  // A process that has died is seen by its output ending.
  stdin.on('error', () => undefined);
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-stderrLengthMax);
  });
  let silence: NodeJS.Timeout | undefined;
  let under: number | undefined;
  const give = (seed: number | undefined): void => {
    clearTimeout(silence);
    under = seed;
    if (seed === undefined) {
      stdin.end();
      return;
    }
    silence = setTimeout(() => child.kill('SIGKILL'), silenceMsMax);
    stdin.write(`${seed}\n`);
  };
  give(first);
  try {
    for await (const line of createInterface({ input: stdout })) {
      if (under === undefined) break;
      const report = readSeedReport(line);
      onResult(under, report, stderr);
      stderr = '';
      under = undefined;
      if (report.spoilt) return next();
      give(next());
    }
    if (under === undefined) return undefined;
    onResult(under, undefined, stderr);
    return next();
  } finally {
    clearTimeout(silence);
    child.kill('SIGKILL');
  }
}
