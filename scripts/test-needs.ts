import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { reachableFrom } from './source-files.ts';

/** What has to be on the machine before these tests run. */
export interface TestNeeds {
  readonly devServer: boolean;
  readonly timeSkippingServer: boolean;
  /** Programs that Debian's packages have. */
  readonly programs: readonly ('chromium' | 'docker-compose' | 'tmux')[];
}

/** Read off what the tests import and which program they name, so that no list can be forgotten. */
export function testNeeds(root: string, tests: readonly string[]): TestNeeds {
  const { files, packages } = reachableFrom(root, tests);
  const inTests = [...files]
    .filter((file) => file.startsWith('test/'))
    .map((file) => readFileSync(join(root, file), 'utf8'));
  const named = (['docker-compose', 'tmux'] as const).filter((program) =>
    inTests.some((text) => text.includes(`'${program}'`)),
  );
  return {
    devServer: files.has('src/testing/dev-server.ts') || files.has('demo/main.ts'),
    timeSkippingServer: files.has('src/testing/time-skipping-server.ts'),
    programs: [...(packages.has('playwright-core') ? (['chromium'] as const) : []), ...named],
  };
}
