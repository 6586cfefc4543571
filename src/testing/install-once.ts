import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import {
  access,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  unlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { formatElapsed } from './report.ts';
import type { Report } from './report.ts';

const heartbeatEveryMs = 2_000;
const lockStaleAfterMs = 20_000;
const waitEveryMs = 250;
const reportEveryMs = 5_000;
const scratchKeptMs = 60 * 60 * 1000;

export interface Installation {
  /** The folder to make; it appears whole or not at all. */
  readonly folder: string;
  /** The program inside that folder, which says that it is there. */
  readonly executable: string;
  readonly report: Report;
  /** Puts everything into `scratchFolder`, which then becomes `folder`. */
  readonly install: (scratchFolder: string) => Promise<void>;
}

/**
 * Makes a folder in the cache once, however many processes ask for it at the same time, and returns the
 * program's path.
 *
 * What makes it right is that each one builds in a scratch folder of its own and renames it into place. The
 * lock only saves the others the work: where it is taken over wrongly, two processes build and both succeed.
 */
export async function installOnce(installation: Installation): Promise<string> {
  const executable = join(installation.folder, installation.executable);
  const lockFile = `${installation.folder}.lock`;
  await mkdir(dirname(installation.folder), { recursive: true });
  const waitingSince = Date.now();
  let reportedAt = 0;
  while (!(await isExecutable(executable))) {
    const release = await takeLock(lockFile);
    if (release !== undefined) {
      try {
        if (!(await isExecutable(executable))) await installInScratch(installation);
      } finally {
        await release();
      }
      continue;
    }
    if (Date.now() - reportedAt >= reportEveryMs) {
      reportedAt = Date.now();
      const waited = formatElapsed(reportedAt - waitingSince);
      installation.report(
        `Another process is making ${basename(installation.folder)}; waiting for it: ${waited}`,
      );
    }
    await delay(waitEveryMs);
  }
  return executable;
}

export async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

export async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

async function installInScratch({ folder, executable, install }: Installation): Promise<void> {
  await removeOldScratch(folder);
  const scratchFolder = `${folder}.making-${process.pid}-${randomUUID().slice(0, 8)}`;
  await mkdir(scratchFolder);
  try {
    await install(scratchFolder);
    if (!(await isExecutable(join(scratchFolder, executable)))) {
      throw new Error(`the installation ended well but left no ${executable}`);
    }
    await moveIntoPlace({ scratchFolder, folder, executable });
  } finally {
    await rm(scratchFolder, { recursive: true, force: true });
  }
}

async function moveIntoPlace(move: {
  scratchFolder: string;
  folder: string;
  executable: string;
}): Promise<void> {
  try {
    await rename(move.scratchFolder, move.folder);
  } catch (error) {
    if (errorCode(error) !== 'ENOTEMPTY' && errorCode(error) !== 'EEXIST') throw error;
    if (await isExecutable(join(move.folder, move.executable))) return;
    await rm(move.folder, { recursive: true, force: true });
    await rename(move.scratchFolder, move.folder);
  }
}

/** A process that was killed while it built leaves its scratch folder; a live one is younger than an hour. */
async function removeOldScratch(folder: string): Promise<void> {
  const scratchPrefix = `${basename(folder)}.making-`;
  for (const name of await readdir(dirname(folder))) {
    if (!name.startsWith(scratchPrefix)) continue;
    const path = join(dirname(folder), name);
    const modifiedMs = await modifiedAtMs(path);
    if (modifiedMs !== undefined && Date.now() - modifiedMs > scratchKeptMs) {
      await rm(path, { recursive: true, force: true });
    }
  }
}

/** Returns what gives the lock back, or undefined where a live process holds it. */
async function takeLock(lockFile: string): Promise<(() => Promise<void>) | undefined> {
  const content = JSON.stringify({ pid: process.pid, host: hostname(), token: randomUUID() });
  if (!(await createExclusively(lockFile, content))) {
    if (!(await isAbandoned(lockFile))) return undefined;
    await rm(lockFile, { force: true });
    if (!(await createExclusively(lockFile, content))) return undefined;
  }
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(lockFile, now, now).catch(() => {});
  }, heartbeatEveryMs);
  heartbeat.unref();
  return async () => {
    clearInterval(heartbeat);
    if ((await readIfThere(lockFile)) === content) await unlink(lockFile);
  };
}

async function createExclusively(path: string, content: string): Promise<boolean> {
  try {
    await writeFile(path, content, { flag: 'wx' });
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Its holder is known to be dead, or has not been heard of for a while (a holder on another host). */
async function isAbandoned(lockFile: string): Promise<boolean> {
  const modifiedMs = await modifiedAtMs(lockFile);
  if (modifiedMs === undefined) return true;
  if (Date.now() - modifiedMs > lockStaleAfterMs) return true;
  const holder = /"pid":(?<pid>\d+),"host":"(?<host>[^"]*)"/.exec(
    (await readIfThere(lockFile)) ?? '',
  )?.groups;
  if (holder?.['pid'] === undefined || holder['host'] !== hostname()) return false;
  try {
    process.kill(Number(holder['pid']), 0);
    return false;
  } catch (error) {
    return errorCode(error) === 'ESRCH';
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function modifiedAtMs(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function errorCode(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
