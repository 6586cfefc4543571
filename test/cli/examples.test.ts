/** Goal: what help and documentation show can be typed as it stands. Method: it is parsed, and nothing is run. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createProgram } from '../../src/cli/program.ts';
import { programName } from '../../src/cli/program-options.ts';
import { exportFilterStates } from '../../src/client/list-exports.ts';
import { isGroup, type VerbSpec } from '../../src/cli/verb.ts';
import { verbs } from '../../src/cli/commands/index.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

const everyVerb: readonly VerbSpec[] = verbs.flatMap((spec) => (isGroup(spec) ? spec.verbs : [spec]));

/** The words after the program's name, up to what the shell does with its output. */
function wordsOf(line: string): string[] {
  const [, ours = ''] = /^\s*atlas-export\s+(.*)$/.exec(line) ?? [];
  const words = ours.match(/'[^']*'|"[^"]*"|[^\s'"]+/g) ?? [];
  const end = words.findIndex((word) => ['|', '>', '>>', '&&', ';', '#'].includes(word));
  return words.slice(0, end === -1 ? undefined : end).map((word) => word.replace(/^(['"])(.*)\1$/, '$2'));
}

function verbOf(line: string): string | undefined {
  let called: string | undefined;
  const onVerb = ({ name }: VerbSpec): void => void (called = name);
  const program = createProgram({ version: '0.0.0', onVerb });
  program.configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
  program.parse(wordsOf(line), { from: 'user' });
  return called;
}

describe('an example of the command can be typed as it stands:', () => {
  for (const { name, examples } of everyVerb) {
    for (const example of examples.filter((line) => line.startsWith(programName))) {
      test(example, () => assert.equal(verbOf(example), name));
    }
  }

  const pages = ['README.md', ...readdirSync(`${root}docs`).map((name) => `docs/${name}`)];
  for (const page of pages.filter((name) => name.endsWith('.md'))) {
    const text = readFileSync(`${root}${page}`, 'utf8').replaceAll(/\\\n\s*/g, '');
    const blocks = [...text.matchAll(/^```sh\n(.*?)^```/gms)].flatMap(([, block = '']) => block.split('\n'));
    const lines = blocks.filter((line) => line.startsWith(`${programName} `) && !/[<[…]/.test(line));
    if (lines.length > 0)
      test(`those of ${page}`, () => lines.forEach((line) => assert.ok(verbOf(line), line)));
  }
});

test('list takes every state that exports can be listed by: "stalled" was refused', () => {
  for (const state of exportFilterStates) assert.equal(verbOf(`atlas-export list --state ${state}`), 'list');
});
