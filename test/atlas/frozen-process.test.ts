/*
 * A worker that is frozen (SIGSTOP, a paused VM) between deciding to create and creating, and wakes after
 * Temporal has given the work to another: the create must not leave it any more.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { RAW_CHALLENGE, startRawServer } from './support/raw-server.ts';

const CREATOR = fileURLToPath(new URL('./support/frozen-creator.js', import.meta.url));

describe('a process frozen while it waited for a challenge', () => {
  it('sends no create when it wakes after its time', { timeout: 30_000 }, async (test) => {
    const authorized: string[] = [];
    let freeze: () => void = () => undefined;
    const server = await startRawServer(test, (request, socket) => {
      if (/^authorization:/im.test(request)) authorized.push(request);
      freeze();
      socket.write(RAW_CHALLENGE);
    });
    const creator = spawn(process.execPath, [CREATOR, server.baseUrl], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    test.after(() => creator.kill('SIGKILL'));
    const woken = new Promise<void>((resolve) => {
      freeze = (): void => {
        creator.kill('SIGSTOP');
        // Not to wait for anything: the time that passes for the frozen process is what is tested.
        setTimeout(() => resolve(void creator.kill('SIGCONT')), 700);
      };
    });
    let printed = '';
    creator.stdout.on('data', (chunk) => {
      printed += String(chunk);
    });
    const [exitCode] = await once(creator, 'exit');
    await woken;
    assert.equal(exitCode, 0, printed);
    assert.equal(printed, 'ATLAS_NOT_SENT none\n');
    assert.deepEqual(authorized, []);
  });
});
