import { availableParallelism, cpus, totalmem } from 'node:os';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { tableText, type Table } from './table.ts';

/** Where results go unless told otherwise: bench/results/ of the sources, whatever folder this was compiled to. */
export const resultsFolderDefault = fileURLToPath(new URL('../../bench/results/', import.meta.url));

/** One figure that issue or design set a mark for. */
export interface Mark {
  readonly what: string;
  readonly wanted: string;
  readonly measured: number;
  readonly reached: boolean;
}

/** What a benchmark found. */
export interface Findings {
  readonly tables: readonly Table[];
  readonly marks: readonly Mark[];
  /** Said below the tables: what a figure does and does not say. */
  readonly notes: readonly string[];
  /** How it was measured: numbers of calls, intervals, plans. */
  readonly conditions: Readonly<Record<string, unknown>>;
}

/** Says on standard error what is being done; standard output holds results alone. */
export type Progress = (line: string) => void;

/**
 * Runs one benchmark as this process's program: prints its tables and writes the file that `--out` names. Nothing that
 * is measured makes it fail: a benchmark is not a test.
 */
export async function runBenchmark(
  name: string,
  measure: (progress: Progress) => Promise<Findings>,
): Promise<void> {
  const { values } = parseArgs({
    options: { out: { type: 'string', default: join(resultsFolderDefault, `${name}.json`) } },
  });
  const startedAtMs = Date.now();
  const findings = await measure((line) => process.stderr.write(`${name}: ${line}\n`));
  process.stdout.write(findingsText(name, findings));
  const result = {
    benchmark: name,
    measuredAt: new Date(startedAtMs).toISOString(),
    tookSeconds: Math.round((Date.now() - startedAtMs) / 100) / 10,
    machine: machine(),
    ...findings,
  };
  const path = values.out;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.tmp`, `${JSON.stringify(result, undefined, 2)}\n`);
  await rename(`${path}.tmp`, path);
  process.stderr.write(`${name}: written to ${path}\n`);
}

function machine(): Record<string, unknown> {
  return {
    cpus: availableParallelism(),
    cpuModel: cpus()[0]?.model.trim() ?? 'unknown',
    memoryGigabytes: Math.round(totalmem() / 1e9),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
  };
}

function findingsText(name: string, { tables, marks, notes }: Findings): string {
  const blocks = tables.map((table) => tableText({ ...table, title: `${name}: ${table.title}` }));
  if (marks.length > 0) {
    const rows = marks.map(({ what, wanted, measured, reached }) => [
      what,
      wanted,
      rounded(measured),
      reached ? 'yes' : 'NO',
    ]);
    blocks.push(tableText({ title: `${name}: marks`, columns: ['', 'wanted', 'measured', 'reached'], rows }));
  }
  if (notes.length > 0) blocks.push(notes.map((note) => `  ${note}\n`).join(''));
  return `\n${blocks.join('\n')}`;
}

/** Rounds to what a reader can use: three significant digits, whole numbers whole. */
export function rounded(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(3));
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
