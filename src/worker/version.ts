import { readFileSync } from 'node:fs';

/** This product's version, from its package.json, which lies two folders above both dist/src/worker and package roots. */
export const version = versionIn(new URL('../../../package.json', import.meta.url));

/** What the worker calls itself to Atlas and to webhooks. */
export const userAgent = `atlas-export-worker/${version} node/${process.versions.node}`;

/** The version that a package.json gives. */
export function versionIn(file: URL | string): string {
  const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (typeof parsed === 'object' && parsed !== null && 'version' in parsed) {
    if (typeof parsed.version === 'string') return parsed.version;
  }
  throw new Error(`no version in ${String(file)}`);
}
