/** Where a verb writes: what was asked for to standard output, everything beside it to standard error. */
export interface Output {
  /** Whether `--json` was given: standard output is then for machines alone. */
  readonly json: boolean;
  readonly stream: NodeJS.WriteStream;
  /** A line for people; nothing with `--json`. */
  line(text?: string): void;
  /** The document for machines, as one line; nothing without `--json`. */
  document(value: unknown): void;
  /** A line to standard error, whoever reads standard output. */
  note(text: string): void;
}

export function createOutput({ json }: { json: boolean }): Output {
  return {
    json,
    stream: process.stdout,
    line: (text = '') => {
      if (!json) process.stdout.write(`${text}\n`);
    },
    document: (value) => {
      if (json) process.stdout.write(`${JSON.stringify(value)}\n`);
    },
    note: (text) => {
      process.stderr.write(`${text}\n`);
    },
  };
}

/** Columns under a heading, each as wide as its longest cell. Text from outside cannot break the lines. */
export function textTable(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll(/[\p{Cc}\s]+/gu, ' ')));
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
