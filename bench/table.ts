export type Cell = string | number;

export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** A table for a terminal: text to the left, numbers to the right. */
export function tableText({ title, columns, rows }: Table): string {
  const widths = columns.map((column, index) =>
    Math.max(column.length, ...rows.map((row) => String(row[index] ?? '').length)),
  );
  const line = (cells: readonly Cell[], isNumber: (index: number) => boolean): string =>
    widths
      .map((width, index) => {
        const text = String(cells[index] ?? '');
        return isNumber(index) ? text.padStart(width) : text.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  const isNumberColumn = (index: number): boolean => typeof rows[0]?.[index] === 'number';
  const lines = [
    line(columns, isNumberColumn),
    widths.map((width) => '─'.repeat(width)).join('  '),
    ...rows.map((row) => line(row, (index) => typeof row[index] === 'number')),
  ];
  return `${title}\n${lines.map((each) => `  ${each}\n`).join('')}`;
}
