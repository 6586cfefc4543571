import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** This product's version, from its package.json, which lies two folders above both dist/src/worker and package roots. */
export const version = versionIn(new URL('../../../package.json', import.meta.url));

/** Version of the Temporal SDK in use. A workflow bundle must have been built by the same one. */
export const sdkVersion = versionIn(
  createRequire(import.meta.url).resolve('@temporalio/worker/package.json'),
);

function versionIn(file: URL | string): string {
  const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (typeof parsed === 'object' && parsed !== null && 'version' in parsed) {
    if (typeof parsed.version === 'string') return parsed.version;
  }
  throw new Error(`no version in ${String(file)}`);
}
