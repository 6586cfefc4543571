import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { setTimeout as delay } from 'node:timers/promises';
import { mainFile, type CommandEnvironment } from './command.ts';

const waitMsMax = 60_000;

/** A real terminal, which tmux draws and keeps. */
export interface Terminal {
  /** What can be seen. */
  screen(): Promise<string>;
  /** Waits until what can be seen holds this; throws with the last screen. */
  sees(what: RegExp): Promise<string>;
  press(key: string): Promise<void>;
  /** As typed, with no word of it read as a key's name. */
  type(text: string): Promise<void>;
}

interface TestWithEnd {
  after(close: () => Promise<unknown>): void;
}

/** Runs the command in a terminal of its own, and then writes its exit code. */
export function inTerminal(
  t: TestWithEnd,
  words: readonly string[],
  environment: CommandEnvironment,
): Promise<Terminal> {
  const quoted = [process.execPath, mainFile, ...words].map((word) => `'${word}'`).join(' ');
  return openTerminal(t, `sh -c "trap : INT; ${quoted}; echo ended with \\$?; sleep 600"`, environment);
}

/** Runs a line of shell in a terminal that ends with the test. */
export async function openTerminal(
  t: TestWithEnd,
  line: string,
  environment: CommandEnvironment,
): Promise<Terminal> {
  const socket = `atlas-export-${randomBytes(4).toString('hex')}`;
  const { PATH = '', HOME = '' } = process.env;
  const tmux = async (...parameters: string[]): Promise<string> => {
    const options = { env: { PATH, HOME, LANG: 'C.UTF-8', TERM: 'xterm-256color', ...environment } };
    return (await promisify(execFile)('tmux', ['-L', socket, '-u', ...parameters], options)).stdout;
  };
  await tmux('new-session', '-d', '-x', '150', '-y', '24', line);
  t.after(() => tmux('kill-server'));
  const screen = async (): Promise<string> => (await tmux('capture-pane', '-p')).trimEnd();
  return {
    screen,
    sees: async (what) => {
      for (const end = Date.now() + waitMsMax; ; await delay(100)) {
        const seen = await screen();
        if (what.test(seen)) return seen;
        if (Date.now() > end) throw new Error(`never ${String(what)} on the screen:\n${seen}`);
      }
    },
    press: async (key) => {
      await tmux('send-keys', key);
    },
    type: async (text) => {
      await tmux('send-keys', '-l', text);
    },
  };
}
