import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { reachableFrom } from './source-files.ts';

/** What has to be on the machine before these tests run. */
export interface TestNeeds {
  readonly devServer: boolean;
  readonly timeSkippingServer: boolean;
  readonly s3Server: boolean;
  readonly googleServer: boolean;
  /** Programs that Debian's packages have. */
  readonly programs: readonly ('chromium' | 'docker-compose')[];
}

/** Read off what the tests import and which program they name, so that no list can be forgotten. */
export function testNeeds(root: string, tests: readonly string[]): TestNeeds {
  const { files, packages } = reachableFrom(root, tests);
  const namesCompose = [...files].some(
    (file) => file.startsWith('test/') && readFileSync(join(root, file), 'utf8').includes("'docker-compose'"),
  );
  return {
    devServer: files.has('src/testing/dev-server.ts') || files.has('demo/main.ts'),
    timeSkippingServer: files.has('src/testing/time-skipping-server.ts'),
    s3Server: files.has('src/testing/s3-server.ts'),
    googleServer: files.has('test/bucket/support/google-server.ts'),
    programs: [
      ...(packages.has('playwright-core') ? (['chromium'] as const) : []),
      ...(namesCompose ? (['docker-compose'] as const) : []),
    ],
  };
}
