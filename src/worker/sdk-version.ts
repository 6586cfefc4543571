import { createRequire } from 'node:module';
import { versionIn } from './version.ts';

/** Version of the Temporal SDK in use. A workflow bundle must have been built by the same one. */
export const sdkVersion = versionIn(
  createRequire(import.meta.url).resolve('@temporalio/worker/package.json'),
);
