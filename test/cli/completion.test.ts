/**
 * Goal: the tab key knows every verb and option. Method: the real 'bash', 'zsh' and 'fish' load the script and complete
 * with it, zsh in a terminal, since it completes nowhere else.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, test, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { verbs } from '../../src/cli/commands/index.ts';
import { completionNodes } from '../../src/cli/completion/command-tree.ts';
import { runCommand } from './command.ts';
import { openTerminal } from './terminal.ts';

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

describe('zsh', () => {
  const places = {
    'sourced after compinit': (folder: string) => `autoload -Uz compinit; compinit -D -u
source ${folder}/_atlas-export`,
    'in a folder of fpath': (folder: string) => `fpath=(${folder} $fpath)
autoload -Uz compinit; compinit -D -u`,
  };
  for (const [place, startup] of Object.entries(places)) {
    test(`completes verbs, options, choices and files, the script ${place}`, async (t) => {
      const folder = await scriptFolder(t, '_atlas-export', 'zsh');
      await writeFile(join(folder, '.zshrc'), `PS1='ready> '\n${startup(folder)}\n`);
      // The test's own start files and none of the system's.
      const terminal = await openTerminal(t, 'exec zsh --no-global-rcs --interactive', { ZDOTDIR: folder });
      for (const [typed, completed] of [
        ['sta', /^start +-- start an export.*\nstatus +-- show what is known/m],
        ['schedule pau', /ready> atlas-export schedule pause$/m],
        ['list --s', /^--since +-- started at or after.*\n--state +-- state of the request/m],
        ['list --state exp', /ready> atlas-export list --state exported$/m],
        [
          'start --cluster orders --preset thr',
          /ready> atlas-export start --cluster orders --preset thrifty$/m,
        ],
        ['schedule create nightly --cro', /^--cron +-- time as cron/m],
        [
          'status some-export --run',
          /ready> atlas-export status some-export --run-id$|^--run-id +-- one run/m,
        ],
        ['completion fi', /ready> atlas-export completion fish$/m],
        ['start --request /etc/hostn', /ready> atlas-export start --request \/etc\/hostname$/m],
      ] as const) {
        await terminal.sees(/^ready>$/);
        await terminal.type(`atlas-export ${typed}`);
        await terminal.press('Tab');
        await terminal.sees(completed);
        // The whole line, and whatever stands below it, go away.
        await terminal.press('C-u');
        await terminal.press('C-l');
      }
    });
  }
});

describe('fish', () => {
  test('completes verbs, options, choices and files', async (t) => {
    const folder = await scriptFolder(t, 'atlas-export.fish', 'fish');
    const offered = async (line: string): Promise<string[]> => {
      const program = `source ${folder}/atlas-export.fish; complete --do-complete 'atlas-export ${line}'`;
      const { stdout, stderr } = await promisify(execFile)('fish', ['--no-config', '--command', program]);
      assert.equal(stderr, '');
      return stdout.split('\n').flatMap((each) =>
        each
          .split('\t')
          .slice(0, 1)
          .filter((word) => word !== ''),
      );
    };
    assert.deepEqual(await offered('st'), ['start', 'status']);
    assert.deepEqual(await offered(''), verbs.map(({ name }) => name).toSorted());
    assert.deepEqual(await offered('schedule p'), ['pause']);
    assert.deepEqual(await offered('list --s'), ['--since', '--state']);
    assert.deepEqual(await offered('list --state ex'), ['exported']);
    assert.deepEqual(await offered('start --cluster orders --preset '), ['balanced', 'eager', 'thrifty']);
    assert.deepEqual(await offered('schedule create nightly --cro'), ['--cron']);
    assert.deepEqual(await offered('completion '), ['bash', 'fish', 'zsh']);
    assert.deepEqual(await offered('list --cluster '), []);
    assert.deepEqual(await offered('start --request /etc/hostn'), ['/etc/hostname']);
  });
});

/** A folder that holds the script for a shell, until the test ends. */
async function scriptFolder(t: TestContext, name: string, shell: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'completion-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const { stdout } = await runCommand(['completion', shell]);
  await writeFile(join(folder, name), stdout);
  return folder;
}

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
