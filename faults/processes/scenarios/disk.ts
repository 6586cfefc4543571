import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { play, type Scenario } from '../scenario.ts';
import { startWorker } from '../world.ts';

const run = promisify(execFile);

/** The dev server's database takes about 1 MB when it is new; this leaves room for a dozen exports. */
const diskMegabytes = 24;
const fullMs = 20_000;

/** A small file system of its own: only root may mount one, which the scenarios then say. */
async function withMount(options: string, work: (folder: string) => Promise<string[]>): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'atlas-export-disk-'));
  try {
    await run('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]);
  } catch (error) {
    await rm(folder, { recursive: true });
    throw new Error('this scenario mounts a small file system, which takes root', { cause: error });
  }
  try {
    return await work(folder);
  } finally {
    await run('umount', ['--lazy', folder]);
    await rm(folder, { recursive: true });
  }
}

export const fullDisk: Scenario = {
  name: 'the disk of the Temporal server’s database is full for 20 s',
  run: (options) =>
    withMount(`size=${diskMegabytes}m`, (folder) =>
      play(
        options,
        async ({ world, taskQueue, report, startExports, jobsMade }) => {
          const atlasUrl = world.simulator.baseUrl;
          await startWorker(world, { temporalAddress: world.server.address, atlasUrl, taskQueue });
          await startExports(8);
          await jobsMade(4);
          const ballast = join(folder, 'ballast');
          report(`full after ${await fill(ballast)} more megabytes`);
          await delay(fullMs);
          await rm(ballast);
          // A server that has given up on its database is started again, as its operator would.
          if (world.server.pid === undefined) report('the server had ended, and was started again');
          if (world.server.pid === undefined) await world.server.restart();
        },
        { dbFilename: join(folder, 'temporal.db') },
      ),
    ),
};

/** Writes until nothing more goes in; returns the megabytes. */
async function fill(path: string): Promise<number> {
  for (let megabytes = 0; ; megabytes += 1) {
    try {
      await writeFile(path, Buffer.alloc(1_000_000), { flag: 'a' });
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return megabytes;
      throw error;
    }
  }
}

export const readOnlyFolders: Scenario = {
  name: 'the worker’s home, cache and temporary folders cannot be written',
  run: (options) =>
    withMount('size=1m', async (folder) => {
      await mkdir(join(folder, 'cache'));
      await run('mount', ['-o', 'remount,ro', folder]);
      return play(options, async ({ world, taskQueue, startExports }) => {
        const settings = { HOME: folder, XDG_CACHE_HOME: join(folder, 'cache'), TMPDIR: folder };
        const place = { temporalAddress: world.server.address, atlasUrl: world.simulator.baseUrl, taskQueue };
        const worker = await startWorker(world, { ...place, settings });
        await startExports(4);
        await worker.kill();
        await startWorker(world, { ...place, settings });
      });
    }),
};
