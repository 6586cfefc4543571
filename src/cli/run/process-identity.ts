import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import * as v from 'valibot';

/** A process, told apart from a later one that the system gave the same number. */
export const processIdentitySchema = v.object({
  pid: v.pipe(v.number(), v.integer(), v.minValue(1)),
  host: v.string(),
  /** The kernel's word for when it started; absent where the system does not tell. */
  startedAt: v.optional(v.string()),
});

export type ProcessIdentity = v.InferOutput<typeof processIdentitySchema>;

export function processIdentity(pid: number): ProcessIdentity {
  const startedAt = startOf(pid);
  return { pid, host: hostname(), ...(startedAt === undefined ? {} : { startedAt }) };
}

/** Whether it still runs. One of another machine cannot be asked, and counts as running. */
export function isRunning(identity: ProcessIdentity): boolean {
  if (identity.host !== hostname()) return true;
  try {
    process.kill(identity.pid, 0);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
  }
  const startedAt = startOf(identity.pid);
  return startedAt === undefined || identity.startedAt === undefined || startedAt === identity.startedAt;
}

/** The 22nd field of Linux's `/proc/<pid>/stat`; the second is a name in brackets, which may hold anything. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}
