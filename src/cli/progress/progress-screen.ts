import { changeLine, ProgressRows, terminalLines, type NamedStatus } from './progress-rows.ts';

/** Where live progress goes: a terminal is redrawn in place, anything else gets a line per change. */
export interface ProgressScreen {
  show(exports: readonly NamedStatus[]): void;
  /** Writes a line that stays. */
  say(line: string): void;
}

export function progressScreen(stream: NodeJS.WriteStream): ProgressScreen {
  return stream.isTTY ? redrawnScreen(stream) : lineScreen(stream);
}

function redrawnScreen(stream: NodeJS.WriteStream): ProgressScreen {
  const rows = new ProgressRows();
  let drawn = 0;
  const erase = (): string => {
    const sequence = drawn > 0 ? `\u001B[${drawn}A\u001B[0J` : '';
    drawn = 0;
    return sequence;
  };
  return {
    show: (exports) => {
      // A line that wrapped would leave a piece of itself behind, and so would one above the terminal's top.
      const width = (stream.columns || 100) - 1;
      const height = Math.max(1, (stream.rows || 40) - 1);
      const all = terminalLines(rows.rowsOf(exports, Date.now()));
      const lines =
        all.length > height ? [...all.slice(0, height - 1), `    … ${all.length - height + 1} more`] : all;
      const text = lines.map((line) => `${line.slice(0, width)}\n`).join('');
      // In one write, so that nobody sees the screen empty.
      stream.write(`${erase()}${text}`);
      drawn = lines.length;
    },
    say: (line) => {
      stream.write(`${erase()}${line}\n`);
    },
  };
}

function lineScreen(stream: NodeJS.WriteStream): ProgressScreen {
  const rows = new ProgressRows();
  const shown = new Map<string, string>();
  return {
    show: (exports) => {
      for (const row of rows.rowsOf(exports, Date.now())) {
        const line = changeLine(row);
        if (shown.get(row.name) === line) continue;
        shown.set(row.name, line);
        stream.write(`${new Date().toISOString()}  ${'  '.repeat(row.depth)}${line}\n`);
      }
    },
    say: (line) => {
      stream.write(`${line}\n`);
    },
  };
}
