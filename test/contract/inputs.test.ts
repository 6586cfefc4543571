import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import * as v from 'valibot';
import { checkExportRequest, trackComponentInputSchema } from '../../src/contract/index.ts';

/*
 * The forms of input that each release took, as they were then. Schedules and other services go on sending them,
 * and runs that were started with them go on: a file here is never changed, only added.
 */
const folder = new URL('../../../test/contract/inputs/', import.meta.url);
const releases = readdirSync(folder);
const recordedSchema = v.object({
  exportSnapshot: v.array(
    v.object({ name: v.string(), input: v.unknown(), means: v.record(v.string(), v.unknown()) }),
  ),
  trackComponent: v.array(v.object({ name: v.string(), input: v.unknown() })),
});

test('the inputs of the first release are recorded', () => {
  assert.ok(releases.includes('0.1.0.json'), 'test/contract/inputs/0.1.0.json is gone');
});

for (const release of releases) {
  describe(`what release ${release.replace(/\.json$/, '')} took`, () => {
    const recorded = v.parse(recordedSchema, JSON.parse(readFileSync(new URL(release, folder), 'utf8')));

    for (const { name, input, means } of recorded.exportSnapshot) {
      test(`is still taken by exportSnapshot and means the same: ${name}`, () => {
        const { request, problems } = checkExportRequest(input);
        assert.deepEqual(problems ?? [], []);
        const now = v.parse(v.record(v.string(), v.unknown()), JSON.parse(JSON.stringify(request)));
        const known = Object.keys(means).map((field) => [field, now[field]]);
        assert.deepEqual(Object.fromEntries(known), means);
      });
    }

    for (const { name, input } of recorded.trackComponent) {
      test(`is still taken by trackComponent: ${name}`, () => {
        const { issues = [] } = v.safeParse(trackComponentInputSchema, input);
        assert.deepEqual(
          issues.map(({ message }) => message),
          [],
        );
      });
    }
  });
}
