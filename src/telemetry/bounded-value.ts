/** How deep a logged value is shown, and how many entries of each list or object. */
const depthMax = 8;
const entriesMax = 200;

/**
 * A copy of a value that is to be logged, no deeper and no wider than a line can bear. pino's own `depthLimit` holds
 * only where `JSON.stringify` gives up, which on Node.js 24 and later it does not, however deep a value is.
 */
export function boundedValue(value: unknown, depthLeft: number = depthMax): unknown {
  if (typeof value !== 'object' || value === null || saysItself(value)) return value;
  if (depthLeft === 0) return Array.isArray(value) ? '[Array]' : '[Object]';
  if (Array.isArray(value)) {
    const items = value.slice(0, entriesMax).map((item: unknown) => boundedValue(item, depthLeft - 1));
    return value.length > entriesMax ? [...items, leftOut(value.length)] : items;
  }
  const entries = Object.entries(value);
  const shown = entries
    .slice(0, entriesMax)
    .map(([name, each]): [string, unknown] => [name, boundedValue(each, depthLeft - 1)]);
  return Object.fromEntries(
    entries.length > entriesMax ? [...shown, ['...', leftOut(entries.length)]] : shown,
  );
}

/** An error has its serializer, and what has a form of its own in JSON keeps it. */
function saysItself(value: object): boolean {
  return value instanceof Error || ('toJSON' in value && typeof value.toJSON === 'function');
}

function leftOut(count: number): string {
  return `${count - entriesMax} more are not shown`;
}
