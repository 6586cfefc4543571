import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commandPage } from '../../scripts/docs/command-page.ts';
import { verbs } from '../../src/cli/commands/index.ts';
import { isGroup, type OptionSpec } from '../../src/cli/verb.ts';

/** Flags of every table row below a heading, with those of the section that it refers to. */
function flagsBelow(heading: string): string[] {
  const [, section = ''] = commandPage().split(new RegExp(`^## ${heading}$`, 'm'));
  const [own = ''] = section.split(/^## /m);
  const flags = [...own.matchAll(/^\| `(?<flags>--[^`]+)`/gm)].flatMap(
    ({ groups }) => groups?.['flags'] ?? [],
  );
  return own.includes('](#what-an-export-is-asked-for-with)')
    ? [...flagsBelow('What an export is asked for with'), ...flags]
    : flags;
}

test('the page of the command gives each verb the options that it takes, and no others', () => {
  const check = (path: string, options: readonly OptionSpec[] = []): void =>
    assert.deepEqual(flagsBelow(path).sort(), options.map(({ flags }) => flags).sort(), path);
  for (const spec of verbs) {
    if (isGroup(spec)) for (const each of spec.verbs) check(`${spec.name} ${each.name}`, each.options);
    else check(spec.name, spec.options);
  }
});
