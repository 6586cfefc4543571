/** Commands of images and of the compose file, run as processes of this machine. */
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { spawnGuarded } from '../../src/testing/guarded-process.ts';

export interface CommandOptions {
  /** All that the command finds in its environment, but for PATH where this has none. */
  readonly environment: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** `user:group` as numbers or names. Only root can be another user; anybody else stays who they are. @default this user */
  readonly user?: string;
}

export interface CommandEnd {
  readonly code: number | null;
  readonly output: string;
}

export interface RunningCommand {
  /** All that it has written so far, standard output and standard error as they came. */
  readonly output: () => string;
  /** The exit code, or null where a signal ended it or it could not be started. */
  readonly ended: Promise<number | null>;
  /** Waits, for a minute at most, until this finds something. Throws with the output when the command ends before. */
  until<Found>(what: string, find: () => Found | Promise<Found>): Promise<NonNullable<Found>>;
  /** SIGTERM, or another signal, and the exit code that follows. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

const waitMsMax = 60_000;

/** Starts a command, with this Node where it says `node`. It is gone at the latest when this process is. */
export function startCommand(command: readonly string[], options: CommandOptions): RunningCommand {
  const [program = '', ...rest] = asUser(
    options.user,
    command.map((part, index) => (index === 0 && part === 'node' ? process.execPath : part)),
  );
  const child = spawnGuarded(program, rest, {
    folder: options.cwd,
    environment: { PATH: process.env['PATH'], ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const end = new AbortController();
  const closed = once(child, 'close')
    .then(
      () => child.exitCode,
      (error: unknown) => {
        output += `cannot be started: ${String(error)}\n`;
        return null;
      },
    )
    .finally(() => end.abort());
  return {
    output: () => output,
    ended: closed,
    until: async (what, find) => {
      for (
        const deadline = Date.now() + waitMsMax;
        Date.now() < deadline && !end.signal.aborted;
        await delay(50)
      ) {
        const found = await find();
        if (found !== undefined && found !== null && found !== false) return found;
      }
      const trouble = end.signal.aborted ? 'ended before' : `ran ${waitMsMax} ms without`;
      throw new Error(`${command.join(' ')} ${trouble} ${what}:\n${output}`);
    },
    stop: async (signal = 'SIGTERM') => {
      child.kill(signal);
      return await closed;
    },
  };
}

/** Runs a command to its end, which has to come within the time. */
export async function runCommand(
  command: readonly string[],
  options: CommandOptions & { readonly timeoutMs?: number },
): Promise<CommandEnd> {
  const running = startCommand(command, options);
  const killer = setTimeout(() => void running.stop('SIGKILL'), options.timeoutMs ?? 60_000);
  const code = await running.ended;
  clearTimeout(killer);
  return { code, output: running.output() };
}

function asUser(user: string | undefined, command: readonly string[]): readonly string[] {
  if (user === undefined || process.getuid?.() !== 0) return command;
  const [name = '', group = ''] = user.split(':');
  return ['setpriv', `--reuid=${name}`, `--regid=${group}`, '--clear-groups', ...command];
}
