interface ExampleFile {
  readonly path: string;
  readonly source: string;
}

interface AcceptedFile extends ExampleFile {
  readonly why: string;
}

interface RejectedFile extends AcceptedFile {
  /** The one rule that speaks up. */
  readonly rule: string;
}

const restrictedImport = 'eslint(no-restricted-imports)';

/** What the examples import: without it, some rules have nothing to look into. */
export const surroundings: readonly ExampleFile[] = [
  'src/contract/index.ts',
  'src/workflows/index.ts',
  'src/atlas/index.ts',
  'src/bucket/index.ts',
  'src/bucket/s3-bucket.ts',
  'src/proof/index.ts',
  'src/activities/index.ts',
  'src/telemetry/logger.ts',
  'src/config.ts',
  'src/worker.ts',
  'src/client.ts',
  'src/cli/main.ts',
  'src/testing/dev-server.ts',
  'simulator/index.ts',
].map((path) => ({ path, source: 'export const thing = 1;\nexport type Thing = number;\n' }));

/** Files that import one thing that their room must not know, as `[file's path, import]`. */
const forbiddenImports: readonly (readonly [path: string, imported: string])[] = [
  ['src/contract/up-workflows.ts', '../workflows/index.ts'],
  ['src/contract/up-activities.ts', '../activities/index.ts'],
  ['src/contract/node.ts', 'node:crypto'],
  ['src/contract/undici.ts', 'undici'],
  ['src/contract/workflow-package.ts', '@temporalio/workflow'],
  ['src/contract/deep.ts', '@temporalio/common/lib/time'],
  ['src/workflows/node-scheme.ts', 'node:fs'],
  ['src/workflows/node-subpath.ts', 'node:timers/promises'],
  ['src/workflows/node-bare.ts', 'fs'],
  ['src/workflows/client-package.ts', '@temporalio/client'],
  ['src/workflows/worker-package.ts', '@temporalio/worker'],
  ['src/workflows/activity-package.ts', '@temporalio/activity'],
  ['src/workflows/undici.ts', 'undici'],
  ['src/workflows/atlas.ts', '../atlas/index.ts'],
  ['src/workflows/activity-code.ts', '../activities/index.ts'],
  ['src/workflows/config.ts', '../config.ts'],
  ['src/workflows/telemetry.ts', '../telemetry/logger.ts'],
  ['src/atlas/temporal.ts', '@temporalio/common'],
  ['src/atlas/contract.ts', '../contract/index.ts'],
  ['src/atlas/activities.ts', '../activities/index.ts'],
  ['src/webhook/temporal.ts', '@temporalio/common'],
  ['src/webhook/contract.ts', '../contract/index.ts'],
  ['src/webhook/atlas.ts', '../atlas/index.ts'],
  ['src/bucket/atlas.ts', '../atlas/index.ts'],
  ['src/bucket/proof.ts', '../proof/index.ts'],
  ['src/bucket/temporal.ts', '@temporalio/common'],
  ['src/bucket/errors.ts', '@aws-sdk/client-s3'],
  ['src/bucket/location.ts', './s3-bucket.ts'],
  ['src/proof/atlas.ts', '../atlas/index.ts'],
  ['src/proof/contract.ts', '../contract/index.ts'],
  ['src/proof/temporal.ts', '@temporalio/common'],
  ['src/proof/vendor.ts', '@aws-sdk/client-s3'],
  ['src/proof/vendor-by-way.ts', '../bucket/s3-bucket.ts'],
  ['src/manifest-store/atlas.ts', '../atlas/index.ts'],
  ['src/manifest-store/proof.ts', '../proof/index.ts'],
  ['src/activities/workflows.ts', '../workflows/index.ts'],
  ['src/activities/telemetry.ts', '../telemetry/logger.ts'],
  ['src/activities/config.ts', '../config.ts'],
  ['src/activities/s3.ts', '../bucket/s3-bucket.ts'],
  ['src/activities/manifest-store.ts', '../manifest-store/index.ts'],
  ['src/activities/worker-package.ts', '@temporalio/worker'],
  ['src/telemetry/atlas.ts', '../atlas/index.ts'],
  ['src/telemetry/config.ts', '../config.ts'],
  ['src/config/workflows.ts', '../workflows/index.ts'],
  ['src/verification/activities.ts', '../activities/index.ts'],
  ['src/verification/worker.ts', '../worker.ts'],
  ['src/config/activities.ts', '../activities/index.ts'],
  ['src/config/worker.ts', '../worker.ts'],
  ['src/client/atlas.ts', '../atlas/index.ts'],
  ['src/client/workflows.ts', '../workflows/index.ts'],
  ['src/client/worker-package.ts', '@temporalio/worker'],
  ['src/client/node.ts', 'node:fs'],
  ['src/worker/testing.ts', '../testing/dev-server.ts'],
  ['src/worker/client.ts', '../client.ts'],
  ['src/worker/cli.ts', '../cli/main.ts'],
  ['src/testing/contract.ts', '../contract/index.ts'],
  ['src/testing/testing-package.ts', '@temporalio/testing'],
  ['src/cli/testing-package.ts', '@temporalio/testing'],
  ['src/cli/simulator.ts', '../../simulator/index.ts'],
  ['src/cli/test.ts', '../../test/cli/thing.ts'],
  ['src/other/testing.ts', '../testing/dev-server.ts'],
  ['src/other/cli.ts', '../cli/main.ts'],
  ['src/other/simulator.ts', '../../simulator/index.ts'],
  ['src/other/bench.ts', '../../bench/thing.ts'],
  ['src/other/demo.ts', '../../demo/thing.ts'],
  ['src/other/faults.ts', '../../faults/thing.ts'],
  ['simulator/faults.ts', '../faults/thing.ts'],
  ['src/other/fast-check.ts', 'fast-check'],
  ['simulator/atlas.ts', '../src/atlas/index.ts'],
  ['simulator/contract.ts', '../src/contract/index.ts'],
  ['simulator/temporal.ts', '@temporalio/common'],
];

const forbiddenInWorkflows: readonly string[] = [
  'process',
  'fetch',
  'Buffer',
  'performance',
  'setTimeout',
  'setInterval',
  'setImmediate',
];

export const rejectedFiles: readonly RejectedFile[] = [
  ...forbiddenImports.map(([path, imported]) => ({
    path,
    source: `export { thing } from '${imported}';\n`,
    rule: restrictedImport,
    why: `an import of ${imported} in ${path.slice(0, path.lastIndexOf('/'))}/`,
  })),
  {
    path: 'src/workflows/atlas-type.ts',
    source: `export type { Thing } from '../atlas/index.ts';\n`,
    rule: restrictedImport,
    why: "even a type of src/atlas/'s in src/workflows/",
  },
  {
    path: 'src/workflows/dynamic.ts',
    source: `export const load = (): Promise<unknown> => import('undici');\n`,
    rule: restrictedImport,
    why: 'an import() in src/workflows/ of what a workflow must not import',
  },
  ...forbiddenInWorkflows.map((name) => ({
    path: `src/workflows/global-${name}.ts`,
    source: `export const used: unknown = ${name};\n`,
    rule: 'eslint(no-restricted-globals)',
    why: `${name} in a workflow`,
  })),
  {
    path: 'src/workflows/floating.ts',
    source: `import { sleep } from '@temporalio/workflow';\n\nexport function wait(): void {\n  sleep('1 minute');\n}\n`,
    rule: 'typescript(no-floating-promises)',
    why: 'a promise that nobody waits for',
  },
  {
    path: 'src/atlas/misused.ts',
    source: `export function call(ask: () => Promise<boolean>): string {\n  return ask() ? 'yes' : 'no';\n}\n`,
    rule: 'typescript(no-misused-promises)',
    why: 'a promise taken for its value',
  },
  {
    path: 'src/atlas/cycle-one.ts',
    source: `import { two } from './cycle-two.ts';\n\nexport const one = (): number => two();\n`,
    rule: 'import(no-cycle)',
    why: 'modules that import each other',
  },
  {
    path: 'src/atlas/cycle-two.ts',
    source: `import { one } from './cycle-one.ts';\n\nexport const two = (): number => one();\n`,
    rule: 'import(no-cycle)',
    why: 'modules that import each other, seen from the other one',
  },
  {
    path: 'src/atlas/any.ts',
    source: `export function read(text: string): any {\n  return text;\n}\n`,
    rule: 'typescript(no-explicit-any)',
    why: 'any',
  },
  {
    path: 'src/atlas/non-null.ts',
    source: `export const first = (names: string[]): string => names[0]!;\n`,
    rule: 'typescript(no-non-null-assertion)',
    why: 'an exclamation mark that silences the compiler',
  },
  {
    path: 'src/atlas/switch.ts',
    source: `export function word(state: 'one' | 'two'): string {\n  switch (state) {\n    case 'one':\n      return '1';\n  }\n  return '';\n}\n`,
    rule: 'typescript(switch-exhaustiveness-check)',
    why: 'a switch that forgets a case',
  },
  {
    path: 'src/atlas/console.ts',
    source: `console.log('hello');\n`,
    rule: 'eslint(no-console)',
    why: 'console in a library',
  },
  {
    path: 'src/atlas/default-export.ts',
    source: `export default 1;\n`,
    rule: 'import(no-default-export)',
    why: 'a default export',
  },
  {
    path: 'src/atlas/long-file.ts',
    source: Array.from({ length: 501 }, (_, line) => `export const line${line} = ${line};\n`).join(''),
    rule: 'eslint(max-lines)',
    why: 'a file of more than 500 lines',
  },
  {
    path: 'src/atlas/long-function.ts',
    source: `export function long(): number {\n  let sum = 0;\n${'  sum += 1;\n'.repeat(70)}  return sum;\n}\n`,
    rule: 'eslint(max-lines-per-function)',
    why: 'a function of more than 70 lines',
  },
];

export const acceptedFiles: readonly AcceptedFile[] = [
  {
    path: 'src/workflows/good.ts',
    source: `import { sleep } from '@temporalio/workflow';
import { ApplicationFailure } from '@temporalio/common';
import { thing } from '../contract/index.ts';
import type { Thing } from '../activities/index.ts';
import { thing as sibling } from './index.ts';

export async function good(input: Thing): Promise<number> {
  await sleep('1 minute');
  if (Date.now() < input) throw ApplicationFailure.nonRetryable('too early');
  return thing + sibling;
}
`,
    why: 'a workflow that keeps to its room, and Date.now(), which is safe there',
  },
  {
    path: 'src/atlas/good.ts',
    source: `import { request } from 'undici';
import { setTimeout as delay } from 'node:timers/promises';

export async function good(url: string): Promise<number> {
  await delay(1);
  return (await request(url)).statusCode;
}
`,
    why: "Node's own modules and undici in src/atlas/",
  },
  {
    path: 'src/bucket/good-bucket.ts',
    source: `import { S3Client } from '@aws-sdk/client-s3';\nimport { thing } from './index.ts';\n\nexport const used = [S3Client, thing];\n`,
    why: "a vendor's library in src/bucket/, but for the modules that everybody loads",
  },
  {
    path: 'src/proof/good.ts',
    source: `import { createHash } from 'node:crypto';\nimport { thing } from '../bucket/index.ts';\n\nexport const used = [createHash, thing];\n`,
    why: "Node's own modules and src/bucket/ in src/proof/",
  },
  {
    path: 'src/cli/good.ts',
    source: `import { thing } from '../testing/dev-server.ts';\n\nconsole.log(thing);\n`,
    why: 'src/testing/ and console in src/cli/',
  },
  {
    path: 'test/atlas/good.test.ts',
    source: `import { it } from 'node:test';
import { thing } from '../../src/atlas/index.ts';
import { thing as simulated } from '../../simulator/index.ts';

it('is fine', () => thing + simulated);
`,
    why: 'everything in a test, whose it() needs no await',
  },
];
