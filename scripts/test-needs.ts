import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { reachableFrom } from './source-files.ts';

/** What has to be on the machine before these tests run. */
export interface TestNeeds {
  readonly devServer: boolean;
  readonly timeSkippingServer: boolean;
  /** What Temporal's images hold. */
  readonly temporalImages: boolean;
  readonly s3Server: boolean;
  readonly googleServer: boolean;
  readonly goExample: boolean;
  readonly pythonExample: boolean;
  /** Programs that Debian's packages have. */
  readonly programs: readonly string[];
}

/** Programs that a test needs where it names them in quotes. */
const namedPrograms = [
  'busybox',
  'docker-compose',
  'fish',
  'jq',
  'nc',
  'pg_isready',
  'prometheus',
  'promtool',
  'tmux',
  'zsh',
];

/** Read off what the tests import and which program they name, so that no list can be forgotten. */
export function testNeeds(root: string, tests: readonly string[]): TestNeeds {
  const { files, packages } = reachableFrom(root, tests);
  const texts = [...files]
    .filter((file) => file.startsWith('test/'))
    .map((file) => readFileSync(join(root, file), 'utf8'));
  return {
    devServer:
      files.has('src/testing/dev-server.ts') ||
      files.has('demo/main.ts') ||
      files.has('test/compose-up/stack.ts'),
    temporalImages: files.has('scripts/temporal-images.ts'),
    timeSkippingServer: files.has('src/testing/time-skipping-server.ts'),
    s3Server: files.has('src/testing/s3-server.ts'),
    googleServer: files.has('test/bucket/support/google-server.ts'),
    goExample: files.has('test/examples/support/go-example.ts'),
    pythonExample: files.has('test/examples/support/python-example.ts'),
    programs: [
      ...(packages.has('playwright-core') ? ['chromium'] : []),
      ...namedPrograms.filter((program) => texts.some((text) => text.includes(`'${program}'`))),
    ],
  };
}
