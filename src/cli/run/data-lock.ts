import { randomUUID } from 'node:crypto';
import { link, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import * as v from 'valibot';
import { UsageError } from '../usage-error.ts';
import { isRunning, processIdentity, processIdentitySchema } from './process-identity.ts';

/** What the holder of the lock writes into it. */
const holderSchema = v.object({
  holder: processIdentitySchema,
  /** The Temporal server on the data file, which may outlive a killed holder by a moment. */
  server: v.optional(processIdentitySchema),
  /** Where that server answers. */
  address: v.optional(v.string()),
  released: v.optional(v.boolean()),
});

type Holder = v.InferOutput<typeof holderSchema>;

export interface DataLock {
  /** Tells others about the server that now runs on the data. */
  announce(server: { pid: number; address: string }): Promise<void>;
  release(): Promise<void>;
}

const lockPattern = /^run\.(\d{1,12})\.lock$/;
const serverGoneTimeoutMs = 10_000;

/**
 * Makes sure that one process at a time works on the folder's data: two Temporal servers on one file would ruin it.
 *
 * The lock is the file with the highest number, `run.7.lock`. Whoever finds its holder dead makes `run.8.lock`,
 * which succeeds for one process only; a lock that is deleted and made anew under the same name could be deleted
 * by somebody who was a moment late. The system keeps no lock for a killed process, so the holder is known by its
 * process number and start time.
 *
 * @throws {UsageError} where another process holds it
 */
export async function lockData(folder: string): Promise<DataLock> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (;;) {
    const number = await latestNumber(folder);
    const latest = number === 0 ? undefined : await readHolder(join(folder, fileName(number)));
    if (latest !== undefined) await refuseWhileHeld(latest, join(folder, fileName(number)));
    const path = join(folder, fileName(number + 1));
    if (!(await createWhole(path, { holder: processIdentity(process.pid) }))) continue;
    if ((await latestNumber(folder)) !== number + 1) {
      // Others have come and gone since the folder was read, and deleted the file that this one took the name of.
      await rm(path, { force: true });
      continue;
    }
    await removeOlder(folder, number + 1);
    return lockOf(path);
  }
}

function lockOf(path: string): DataLock {
  let content: Holder = { holder: processIdentity(process.pid) };
  const write = async (next: Holder): Promise<void> => {
    content = next;
    const temporary = `${path}.${randomUUID()}.tmp`;
    await writeFile(temporary, JSON.stringify(content));
    await rename(temporary, path);
  };
  return {
    announce: ({ pid, address }) => write({ ...content, server: processIdentity(pid), address }),
    // The file stays: its number is what the next one counts from.
    release: () => write({ ...content, released: true }),
  };
}

async function refuseWhileHeld({ holder, server, address, released }: Holder, path: string): Promise<void> {
  if (released === true) return;
  if (isRunning(holder)) {
    const join_ =
      address === undefined
        ? ''
        : `\nTo export with its server too: TEMPORAL_ADDRESS=${address} atlas-export run …`;
    throw new UsageError(
      `Another atlas-export run (process ${holder.pid} on ${holder.host}) is using the data; wait for it. If that is no atlas-export, delete ${path}.${join_}`,
      'DATA_IN_USE',
    );
  }
  if (server === undefined) return;
  for (const end = Date.now() + serverGoneTimeoutMs; isRunning(server); await delay(50)) {
    if (Date.now() < end) continue;
    throw new UsageError(
      `The Temporal server of an earlier run (process ${server.pid}) still runs; end it first.`,
      'DATA_IN_USE',
    );
  }
}

async function latestNumber(folder: string): Promise<number> {
  const numbers = (await readdir(folder)).map((name) => Number(lockPattern.exec(name)?.[1] ?? 0));
  return Math.max(0, ...numbers);
}

/** Undefined for a file that is gone or that nobody wrote whole: there is no holder to respect. */
async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    const parsed: unknown = JSON.parse(await readFile(path, 'utf8'));
    return v.is(holderSchema, parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** Makes the file with all its content at one stroke; false where it is there already. */
async function createWhole(path: string, content: Holder): Promise<boolean> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  await writeFile(temporary, JSON.stringify(content));
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

async function removeOlder(folder: string, number: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const found = Number(lockPattern.exec(name)?.[1] ?? number);
    if (found < number) await rm(join(folder, name), { force: true });
  }
}

function fileName(number: number): string {
  return `run.${number}.lock`;
}
