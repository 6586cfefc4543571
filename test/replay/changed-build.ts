/** A second build of this product with other workflow code, as the next release would be. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { WorkflowBundle } from '@temporalio/worker';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** The id of the patch behind which the guarded change stands. */
const patchId = 'pause-before-look';

const sdkImport = "from '@temporalio/workflow';";
const pause = "await pauseForTest(1, { summary: 'a step that the release before does not take' });";

/** Places that an export and the follower of a component pass again and again while they run. */
const edits: readonly { readonly file: string; readonly before: string }[] = [
  { file: 'follow-job.js', before: 'await waitForNextLook(run, looks, job);' },
  { file: 'track-component.js', before: 'await this.waitForNextLook();' },
];

export interface ChangedBuild {
  readonly workerFile: string;
  readonly workflowBundle: WorkflowBundle;
  /** As the worker names itself in its deployment. */
  readonly buildId: string;
  readonly remove: () => Promise<void>;
}

/**
 * Copies what was compiled, adds one durable step before every look, and has the copy's own build script bundle it.
 * `guarded`: the step stands behind `patched`, as CONTRIBUTING asks for; `unguarded`: it does not.
 */
export async function buildChanged(how: 'guarded' | 'unguarded'): Promise<ChangedBuild> {
  const folder = await mkdtemp(join(tmpdir(), `atlas-export-build-${how}-`));
  const source = join(folder, 'dist/src');
  const script = join(folder, 'dist/scripts/build-workflow-bundle.js');
  await cp(join(root, 'dist/src'), source, {
    recursive: true,
    filter: (path) => !/workflow-bundle\.js(on)?$/.test(path) || path.includes('/worker/'),
  });
  await cp(join(root, 'dist/scripts/build-workflow-bundle.js'), script);
  await cp(join(root, 'package.json'), join(folder, 'package.json'));
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'), 'dir');
  for (const { file, before } of edits) {
    const path = join(source, 'workflows', file);
    await writeFile(path, changed(await readFile(path, 'utf8'), before, how));
  }
  await promisify(execFile)(process.execPath, [script]);
  const manifest: unknown = JSON.parse(await readFile(join(source, 'workflow-bundle.json'), 'utf8'));
  assert.ok(typeof manifest === 'object' && manifest !== null && 'sources' in manifest);
  const { version }: { version: unknown } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  return {
    workerFile: join(source, 'worker.js'),
    workflowBundle: { code: await readFile(join(source, 'workflow-bundle.js'), 'utf8') },
    buildId: `${String(version)}-${String(manifest.sources).slice(0, 12)}`,
    remove: () => rm(folder, { recursive: true }),
  };
}

function changed(code: string, before: string, how: 'guarded' | 'unguarded'): string {
  assert.equal(code.split(before).length, 2, `the place to change is not there once: ${before}`);
  assert.ok(code.includes(sdkImport));
  const step = how === 'guarded' ? `if (patchedForTest('${patchId}')) ${pause}` : pause;
  const names = 'import { patched as patchedForTest, sleep as pauseForTest }';
  return `${names} ${sdkImport}\n${code.replace(before, `${step}\n${before}`)}`;
}
