/** Goal: one process at a time on one data folder, also when many want it at the moment its holder has died. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { lockData } from '../../src/cli/run/data-lock.ts';
import { processIdentity } from '../../src/cli/run/process-identity.ts';

async function folderOf(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'atlas-export-lock-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A process that lived, as a lock would name it. */
async function deadProcess(): Promise<ReturnType<typeof processIdentity>> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  const identity = processIdentity(child.pid ?? 0);
  child.kill('SIGKILL');
  await once(child, 'exit');
  return identity;
}

test('is given to one of many that find its holder dead', async (t) => {
  const folder = await folderOf(t);
  await writeFile(join(folder, 'run.7.lock'), JSON.stringify({ holder: await deadProcess() }));
  const tries = await Promise.allSettled(Array.from({ length: 20 }, () => lockData(folder)));
  assert.equal(tries.filter(({ status }) => status === 'fulfilled').length, 1);
  assert.deepEqual(await readdir(folder), ['run.8.lock']);
});

test('is given again after it was released', async (t) => {
  const folder = await folderOf(t);
  const first = await lockData(folder);
  await assert.rejects(lockData(folder), /Another atlas-export run/);
  await first.release();
  await lockData(folder);
});

test('takes a process of the same number that started at another time for another one', async (t) => {
  const folder = await folderOf(t);
  const { pid, host } = processIdentity(process.pid);
  await writeFile(join(folder, 'run.1.lock'), JSON.stringify({ holder: { pid, host, startedAt: '1' } }));
  await lockData(folder);
});

test('is held by a process of another machine, which cannot be asked', async (t) => {
  const folder = await folderOf(t);
  await writeFile(join(folder, 'run.1.lock'), JSON.stringify({ holder: { pid: 1, host: 'elsewhere' } }));
  await assert.rejects(lockData(folder), /process 1 on elsewhere/);
});
