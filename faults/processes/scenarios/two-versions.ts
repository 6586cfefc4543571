import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { play, type Scenario } from '../scenario.ts';
import { startWorker } from '../world.ts';

const root = fileURLToPath(new URL('../../../..', import.meta.url));

/** Where every attempt begins: the next version takes one step more there, as `patched` allows. */
const before = '    const exportRequestId = run.exportRequestId(attempt);\n    const tries';
const after = `    if (patched('a-step-of-the-next-version')) await sleep(1);\n${before}`;

export const twoVersions: Scenario = {
  name: 'two versions of the worker serve the same task queue, then the older one is killed',
  run: async (options) => {
    const next = await nextVersion();
    try {
      return await play(options, async ({ world, taskQueue, startExports, jobsMade }) => {
        const place = { temporalAddress: world.server.address, atlasUrl: world.simulator.baseUrl, taskQueue };
        const older = await startWorker(world, place);
        await startExports(8);
        await jobsMade(4);
        await startWorker(world, { ...place, workerFile: join(next, 'dist/src/worker.js') });
        await startExports(8);
        await jobsMade(12);
        await older.kill();
      });
    } finally {
      await rm(next, { recursive: true });
    }
  },
};

/** This build with one changed workflow, bundled anew, in a folder of its own. */
async function nextVersion(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'atlas-export-next-'));
  await cp(join(root, 'dist'), join(folder, 'dist'), { recursive: true });
  await cp(join(root, 'package.json'), join(folder, 'package.json'));
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  const path = join(folder, 'dist/src/workflows/create-once.js');
  const code = await readFile(path, 'utf8');
  const changed = code
    .replace('import { CancellationScope, log, sleep }', 'import { CancellationScope, log, patched, sleep }')
    .replace(before, after);
  if (!changed.includes(after) || !changed.includes('patched, sleep')) {
    throw new Error('create-once.js no longer begins as this scenario expects');
  }
  await writeFile(path, changed);
  await promisify(execFile)(process.execPath, [join(folder, 'dist/scripts/build-workflow-bundle.js')]);
  return folder;
}
