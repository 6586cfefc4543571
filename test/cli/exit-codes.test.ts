/** Goal: a script can tell what happened by the exit code alone, and a person by one line. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { startDevServer } from '../../src/testing/dev-server.ts';
import { runCommand } from './command.ts';

const project = '5f0e1d2c3b4a59687766554c';
const nowhere = { TEMPORAL_ADDRESS: '127.0.0.1:1' };

describe('the exit code is', () => {
  const wrong: readonly (readonly [what: string, words: string[], says: RegExp])[] = [
    ['no verb', [], /Usage: atlas-export/],
    ['an unknown verb', ['wtch'], /Did you mean watch/],
    ['an unknown option', ['list', '--clutser', 'a'], /Did you mean --cluster/],
    ['a missing argument', ['status'], /missing required argument 'export'/],
    ['a value that is none of the choices', ['list', '--state', 'lost'], /Allowed choices are running/],
    ['a wrong moment', ['list', '--since', 'soon'], /--since: must be a date/],
    ['a wrong project', ['list', '--project', 'orders'], /--project: must be 24 hexadecimal digits/],
    [
      'a request with nothing in it',
      ['start'],
      /--project: is required\n(.*\n)*--bucket, --bucket-id: one of the two is required/,
    ],
    [
      'a wrong duration',
      ['start', '--project', project, '--cluster', 'a', '--bucket', 'abc', '--deadline', 'soon'],
      /--deadline: /,
    ],
    ['custom data without a value', ['start', '--custom-data', 'team'], /"team" is not key=value/],
    [
      'a request file that is not there',
      ['start', '--request', '/no/such/file'],
      /cannot be read \(ENOENT\)/,
    ],
  ];
  for (const [what, words, says] of wrong) {
    test(`2 for ${what}, before anything is connected`, async () => {
      const { code, stdout, stderr } = await runCommand(words, nowhere);
      assert.equal(code, 2, stderr);
      assert.match(stderr, says);
      assert.equal(stdout, '');
      assert.ok(!stderr.includes('    at '), `a stack trace at a person:\n${stderr}`);
    });
  }

  test('2 for a wrong setting, which is named', async () => {
    const { code, stderr } = await runCommand(['list'], { TEMPORAL_ADDRESS: 'https://temporal.example.com' });
    assert.equal(code, 2);
    assert.match(stderr, /TEMPORAL_ADDRESS is "https:\/\/temporal\.example\.com"; expected host:port/);
  });

  test('3 where nothing answers at the address of Temporal', async () => {
    const { code, stderr } = await runCommand(['list'], nowhere);
    assert.equal(code, 3, stderr);
    assert.match(stderr, /^atlas-export: Cannot reach Temporal: /);
    assert.ok(!stderr.includes('    at '), `a stack trace at a person:\n${stderr}`);
  });

  test('3 as a document for machines, with --json', async () => {
    const { code, stdout, stderr } = await runCommand(['list', '--json'], nowhere);
    assert.equal(code, 3);
    assert.equal(stdout, '');
    const { error } = JSON.parse(stderr);
    assert.deepEqual([error.code, error.exitCode], ['TEMPORAL_UNREACHABLE', 3]);
  });

  test('0 for the status of an export that no worker has, which is what Temporal knows', async (t) => {
    const server = await startDevServer();
    t.after(() => server.stop());
    const environment = { TEMPORAL_ADDRESS: server.address };
    const started = await runCommand(
      ['start', '--project', project, '--cluster', 'orders', '--bucket', 'snapshot-archive'],
      environment,
    );
    const id = started.stdout.split('\n')[0] ?? '';
    const { code, stdout, stderr } = await runCommand(['status', id], environment);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /run +running\n +cluster +orders\n/);
    assert.match(stderr, /No worker answers/);
    const unknown = await runCommand(['status', 'no-such-export'], environment);
    assert.equal(unknown.code, 2, unknown.stderr);
    assert.match(unknown.stderr, /^atlas-export: .*not found/i);
  });

  test('0 for --help and --version', async () => {
    for (const words of [['--help'], ['start', '--help'], ['--version']]) {
      const { code, stderr } = await runCommand(words, nowhere);
      assert.equal(code, 0, stderr);
    }
  });
});
