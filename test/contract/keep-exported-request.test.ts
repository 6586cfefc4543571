import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import * as fc from 'fast-check';
import { checkKeepExportedRequest, dueSinceMs, problemsText } from '../../src/contract/index.ts';
import { PROPERTY_LIMITS } from '../atlas/support/property-limits.ts';
import { hostileDocument, hostileJson } from '../hostile/hostile-values.ts';

const path = 'docs/schema/keep-exported-request.schema.json';
const document: unknown = JSON.parse(readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8'));
assert.ok(typeof document === 'object' && document !== null, `${path} is no object`);
const matches = new Ajv2020({ allErrors: true, strict: true, strictRequired: false }).compile(document);

const id = 'a'.repeat(24);
const other = 'b'.repeat(24);
const least = {
  projects: [{ groupId: id }],
  exportBucketName: 'snapshot-archive',
  frequencyTypes: ['weekly'],
};
const ownBuckets = {
  projects: [
    { groupId: id, exportBucketId: id },
    { groupId: other, exportBucketName: 'exports' },
  ],
  frequencyTypes: ['weekly'],
};

const right: Record<string, unknown> = {
  'the least': least,
  'buckets of the projects': ownBuckets,
  'a bucket of a project over that of all': { ...ownBuckets, exportBucketName: 'snapshot-archive' },
  'clusters by name': { ...least, projects: [{ groupId: id, clusterNames: ['orders', 'events'] }] },
  'named credentials': { ...least, projects: [{ groupId: id, credentials: 'team-a' }] },
  'since a day': { ...least, since: '2026-01-01' },
  'since a time': { ...least, since: '2026-01-01T03:30:00+02:00' },
  'since so long ago': { ...least, since: '90 days' },
  everything: {
    ...least,
    order: 'newestFirst',
    atOnce: { total: 300, perProject: 1, perCluster: 1 },
    giveUpAfter: 20,
    runLimit: '2 days',
    dryRun: true,
    pricePerGigabyte: 0,
    exports: {
      customData: [{ key: 'owner', value: 'billing' }],
      polling: { preset: 'thrifty' },
      deadline: '3 days',
      maxAttempts: 1,
    },
  },
};

const wrong: Record<string, unknown> = {
  'a list': [],
  'no project': { ...least, projects: [] },
  'no bucket': { ...least, exportBucketName: undefined },
  'a project with both bucket forms': {
    ...least,
    projects: [{ groupId: id, exportBucketId: id, exportBucketName: 'exports' }],
  },
  'no kinds of snapshots': { ...least, frequencyTypes: [] },
  'an unknown kind': { ...least, frequencyTypes: ['fortnightly'] },
  'no clusters, where all are meant': { ...least, projects: [{ groupId: id, clusterNames: [] }] },
  'more clusters than a project may name': {
    ...least,
    projects: [{ groupId: id, clusterNames: Array.from({ length: 1_001 }, (_, index) => `c-${index}`) }],
  },
  'since some time': { ...least, since: 'soon' },
  'more at once than there may be children': { ...least, atOnce: { total: 301 } },
  'an unknown limit': { ...least, atOnce: { perShard: 1 } },
  'a negative price': { ...least, pricePerGigabyte: -1 },
  'what only the request of one export has': { ...least, exports: { snapshotId: id } },
};

const beyondTheSchema: Record<string, unknown> = {
  'a project that stands in the list twice': { ...least, projects: [{ groupId: id }, { groupId: id }] },
  'a cluster that is named twice': {
    ...least,
    projects: [{ groupId: id, clusterNames: ['orders', 'orders'] }],
  },
  'a day that there is not': { ...least, since: '2026-13-45' },
  'a shortest interval above the longest': {
    ...least,
    exports: { polling: { minInterval: '1h', maxInterval: '1m' } },
  },
};

describe('the request to keep a fleet exported', () => {
  for (const [name, input] of Object.entries(right)) {
    test(`takes, and its JSON Schema too: ${name}`, () => {
      assert.equal(problemsText(checkKeepExportedRequest(input).problems ?? []), '');
      assert.ok(matches(input), `${path} refuses it: ${JSON.stringify(matches.errors)}`);
    });
  }

  for (const [name, input] of Object.entries(wrong)) {
    test(`refuses, and its JSON Schema too: ${name}`, () => {
      assert.notEqual(checkKeepExportedRequest(input).problems, undefined, 'the check takes it');
      assert.equal(matches(JSON.parse(JSON.stringify(input))), false, `${path} takes it`);
    });
  }

  for (const [name, input] of Object.entries(beyondTheSchema)) {
    test(`refuses what its JSON Schema cannot say: ${name}`, () => {
      assert.notEqual(checkKeepExportedRequest(input).problems, undefined, 'the check takes it');
      assert.ok(matches(input), `${path} refuses it by now: move it to what both refuse`);
    });
  }

  test('names every problem, and the field that was probably meant', () => {
    const input = { projects: [{ groupID: id }], frequencyTypes: ['weekly'], sinse: '90 days' };
    const { problems = [] } = checkKeepExportedRequest(input);
    assert.deepEqual(problems.map(({ path: at }) => at).sort(), [
      'projects[0].groupID',
      'projects[0].groupId',
      'sinse',
    ]);
    assert.match(problemsText(problems), /did you mean projects\[0\]\.groupId\?.*did you mean since\?/);
  });

  test('is a request within its bounds or a bounded list of problems, whatever it is', () => {
    const drawn = fc.oneof(
      hostileDocument({ ...least, since: '90 days', atOnce: { total: 5 } }).map((text): unknown =>
        JSON.parse(text),
      ),
      hostileJson(),
    );
    fc.assert(
      fc.property(drawn, (input) => {
        const { request, problems } = checkKeepExportedRequest(input);
        if (request === undefined) {
          assert.ok(problems.length > 0 && problems.length <= 60 && JSON.stringify(problems).length < 60_000);
          return;
        }
        assert.ok(request.atOnce.total >= 1 && request.atOnce.total <= 300);
        assert.ok(Number.isFinite(dueSinceMs(request.since, Date.UTC(2026, 10, 1))));
      }),
      PROPERTY_LIMITS,
    );
  });

  test('with half a million entries is refused for their number, without reading each', () => {
    let read = 0;
    const entry = new Proxy({}, { get: () => (read += 1), has: () => (read += 1) > 0 });
    const { problems } = checkKeepExportedRequest({
      ...least,
      projects: Array.from({ length: 500_000 }, () => entry),
    });
    assert.deepEqual(problems, [{ path: 'projects', message: 'must have at most 500 entries' }]);
    assert.equal(read, 0);
  });

  test('counts "since" back from the start of the run, and a date from the beginning of its day in UTC', () => {
    const startedAtMs = Date.UTC(2026, 10, 1);
    assert.equal(dueSinceMs('90 days', startedAtMs), startedAtMs - 90 * 24 * 60 * 60_000);
    assert.equal(dueSinceMs('2026-01-01', startedAtMs), Date.UTC(2026, 0, 1));
    assert.equal(dueSinceMs(undefined, startedAtMs), 0);
  });
});
