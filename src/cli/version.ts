import { readFileSync } from 'node:fs';

/** This product's version. Not the worker's own reader, which would load the SDK for it. */
export const version = readVersion();

function readVersion(): string {
  const file = new URL('../../../package.json', import.meta.url);
  const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (typeof parsed === 'object' && parsed !== null && 'version' in parsed) return String(parsed.version);
  throw new Error(`no version in ${String(file)}`);
}
