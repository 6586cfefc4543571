/** Goal: the tab key knows every verb and option. Method: a real bash sources the script and completes with it. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { verbs } from '../../src/cli/commands/index.ts';
import { completionNodes } from '../../src/cli/completion/command-tree.ts';
import { runCommand } from './command.ts';

describe('bash', () => {
  let script = '';
  before(async () => {
    const { code, stdout } = await runCommand(['completion', 'bash']);
    assert.equal(code, 0);
    script = stdout;
  });

  /** What bash offers for the last of these words. */
  async function offered(...words: string[]): Promise<string[]> {
    const line = ['atlas-export', ...words];
    const program = `${script}
COMP_WORDS=(${line.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${line.length - 1}
_atlas_export; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout } = await promisify(execFile)('bash', ['--norc', '-c', program]);
    return stdout.split('\n').filter((word) => word !== '');
  }

  test('completes every verb, and the verbs below schedule', async () => {
    assert.deepEqual(await offered('st'), ['start', 'status']);
    assert.deepEqual(await offered('schedule', 'p'), ['pause']);
    const names = verbs.map(({ name }) => name);
    assert.deepEqual(
      (await offered('')).filter((word) => !word.startsWith('-')),
      names,
    );
  });

  test('completes the options of a verb, the choices of an option and of an argument', async () => {
    assert.deepEqual(await offered('list', '--s'), ['--state', '--since']);
    assert.deepEqual(await offered('list', '--state', 'ex'), ['exported']);
    assert.deepEqual(await offered('start', '--cluster', 'orders', '--preset', ''), [
      'eager',
      'balanced',
      'thrifty',
    ]);
    assert.deepEqual(await offered('completion', ''), [
      'bash',
      'zsh',
      'fish',
      '--json',
      '--verbose',
      '--help',
    ]);
    assert.deepEqual(await offered('schedule', 'create', 'nightly', '--cro'), ['--cron']);
  });

  test('offers nothing made up where a value is free, and files where it is one', async () => {
    assert.deepEqual(await offered('list', '--cluster', ''), []);
    assert.deepEqual(await offered('start', '--request', '/etc/host'), await offeredFiles('/etc/host'));
  });

  async function offeredFiles(start: string): Promise<string[]> {
    const { stdout } = await promisify(execFile)('bash', ['-c', `compgen -f -- ${start}`]);
    return stdout.split('\n').filter((word) => word !== '');
  }
});

test('the scripts for zsh and fish name every verb and option', async () => {
  const nodes = completionNodes(verbs);
  for (const shell of ['zsh', 'fish']) {
    const { stdout } = await runCommand(['completion', shell]);
    for (const { path, options } of nodes) {
      for (const word of path.split(' ')) assert.ok(stdout.includes(word), `${shell}: ${word}`);
      for (const { flag } of path === '' ? [] : options)
        assert.ok(stdout.includes(flag.slice(2)), `${shell}: ${flag}`);
    }
  }
});
