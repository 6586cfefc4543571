import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** What a process holds and has used, all its threads included. */
export interface ProcessUsage {
  readonly residentBytes: number;
  readonly cpuSeconds: number;
}

/** Asks `ps`, which says the same on Linux and macOS. */
export async function processUsage(pid: number): Promise<ProcessUsage> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=,time=', '-p', String(pid)]);
  const [kilobytes = '', time = ''] = stdout.trim().split(/\s+/);
  return { residentBytes: Number(kilobytes) * 1_024, cpuSeconds: secondsOf(time) };
}

/** `[[days-]hours:]minutes:seconds`, the seconds with or without a fraction. */
function secondsOf(time: string): number {
  const [days = '0', clock = time] = time.includes('-') ? time.split('-') : ['0', time];
  return clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0) + Number(days) * 86_400;
}
