import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { checkExportRequest, durationMsMax } from '../../src/contract/index.ts';

const path = 'docs/schema/export-request.schema.json';
const document: unknown = JSON.parse(readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8'));
assert.ok(typeof document === 'object' && document !== null, `${path} is no object`);
const matches = new Ajv2020({ allErrors: true, strict: true, strictRequired: false }).compile(document);

const id = 'a'.repeat(24);
const base = { groupId: id, clusterName: 'orders', snapshotId: id };
const request = { ...base, exportBucketId: id };
const entry = { key: 'owner', value: 'billing' };

const right: Record<string, unknown> = {
  'the least': request,
  'a bucket by name': { ...base, exportBucketName: 'exports' },
  'the latest snapshot': { ...request, snapshotId: 'latest' },
  'a cluster name of 64 characters': { ...request, clusterName: 'c'.repeat(64) },
  'a bucket name of 3 characters': { ...base, exportBucketName: 'abc' },
  'a bucket name of 63 characters': { ...base, exportBucketName: 'a'.repeat(63) },
  'no custom data': { ...request, customData: [] },
  '100 entries of custom data': { ...request, customData: Array.from({ length: 100 }, () => entry) },
  'an empty custom value': { ...request, customData: [{ key: 'k', value: '' }] },
  'empty polling': { ...request, polling: {} },
  'all of polling': {
    ...request,
    polling: { preset: 'thrifty', minInterval: '10s', maxInterval: '1 hour' },
  },
  'all after which it is stalled': {
    ...request,
    stalledAfter: { queued: '2 hours', noProgress: 90_000, total: '1 day' },
  },
  'a deadline in capitals': { ...request, deadline: '7 DAYS' },
  'a deadline with a fraction': { ...request, deadline: '.5h' },
  'a deadline of one millisecond': { ...request, deadline: 1 },
  'the longest deadline in milliseconds': { ...request, deadline: durationMsMax },
  'the least attempts': { ...request, maxAttempts: 1 },
  'the most attempts': { ...request, maxAttempts: 20 },
  'every answer to an active export': { ...request, onActiveExport: 'wait', skipIfExported: false },
  'no look into the bucket': { ...request, verify: 'off' },
  'a full look into the bucket': { ...request, verify: 'full', verifyWait: '1 hour' },
  'credentials by name': { ...request, credentials: 'team-a' },
  'the default credentials by name': { ...request, credentials: 'default' },
  'a webhook by name': { ...request, webhook: 'audit' },
  'a name of 40 characters': { ...request, credentials: 'a'.repeat(40) },
};

const wrong: Record<string, unknown> = {
  'no object': 'request',
  'a list': [],
  nothing: null,
  'no bucket': base,
  'both bucket forms': { ...request, exportBucketName: 'exports' },
  'no project': { clusterName: 'orders', snapshotId: id, exportBucketId: id },
  'an id in capitals': { ...request, groupId: 'A'.repeat(24) },
  'an id that is too short': { ...request, snapshotId: 'a'.repeat(23) },
  'a cluster that starts with a hyphen': { ...request, clusterName: '-orders' },
  'a cluster with a slash': { ...request, clusterName: 'orders/x' },
  'an empty cluster': { ...request, clusterName: '' },
  'a cluster name of 65 characters': { ...request, clusterName: 'c'.repeat(65) },
  'a bucket name of 2 characters': { ...base, exportBucketName: 'ab' },
  'a bucket name of 64 characters': { ...base, exportBucketName: 'a'.repeat(64) },
  'an unknown field': { ...request, snapshot: id },
  'an unknown field in stalledAfter': { ...request, stalledAfter: { running: '1 hour' } },
  'a time without a unit after which it is stalled': { ...request, stalledAfter: { queued: '30' } },
  'an unknown field in polling': { ...request, polling: { interval: '30s' } },
  'an unknown field in custom data': { ...request, customData: [{ ...entry, note: '' }] },
  'an empty custom key': { ...request, customData: [{ key: '', value: '' }] },
  'the custom key that is taken': { ...request, customData: [{ key: 'exportRequestId', value: 'x' }] },
  'a custom key of 257 characters': { ...request, customData: [{ key: 'k'.repeat(257), value: '' }] },
  'a custom value of 4097 characters': { ...request, customData: [{ key: 'k', value: 'v'.repeat(4097) }] },
  'a custom entry without a value': { ...request, customData: [{ key: 'k' }] },
  '101 entries of custom data': { ...request, customData: Array.from({ length: 101 }, () => entry) },
  'a level that there is not': { ...request, verify: 'everything' },
  'a look into the bucket without a level': { ...request, verify: true },
  'a wait without a unit': { ...request, verifyWait: '15' },
  'a duration without a unit': { ...request, deadline: '30' },
  'a duration in other words': { ...request, deadline: 'soon' },
  'a negative duration': { ...request, deadline: '-5m' },
  'a duration of 0 milliseconds': { ...request, deadline: 0 },
  'more milliseconds than 366 days have': { ...request, deadline: durationMsMax + 1 },
  'a wrong duration in polling': { ...request, polling: { minInterval: 'often' } },
  'an unknown preset': { ...request, polling: { preset: 'fast' } },
  'no attempts': { ...request, maxAttempts: 0 },
  '21 attempts': { ...request, maxAttempts: 21 },
  'half an attempt': { ...request, maxAttempts: 1.5 },
  'an unknown answer to an active export': { ...request, onActiveExport: 'replace' },
  'a word for a boolean': { ...request, skipIfExported: 'yes' },
  'a name in capitals': { ...request, credentials: 'Team-A' },
  'an empty name': { ...request, credentials: '' },
  'a name with two hyphens in a row': { ...request, credentials: 'team--a' },
  'a name of 41 characters': { ...request, credentials: 'a'.repeat(41) },
  'a webhook by its address': { ...request, webhook: 'https://hooks.example.com/exports' },
  'a name that is none': { ...request, credentials: null },
};

/** What JSON Schema cannot say and only the check knows. */
const beyondTheSchema: Record<string, unknown> = {
  'a duration in words under a millisecond': { ...request, deadline: '0s' },
  'a duration in words over 366 days': { ...request, deadline: '2 years' },
  'a shortest interval above the longest': {
    ...request,
    polling: { minInterval: '1h', maxInterval: '1m' },
  },
};

describe('the JSON Schema of a request', () => {
  for (const [name, input] of Object.entries(right)) {
    test(`takes what the check takes: ${name}`, () => {
      assert.deepEqual(checkExportRequest(input).problems ?? [], [], 'the check refuses it');
      assert.ok(matches(input), `${path} refuses it: ${JSON.stringify(matches.errors)}`);
    });
  }

  for (const [name, input] of Object.entries(wrong)) {
    test(`refuses what the check refuses: ${name}`, () => {
      assert.notEqual(checkExportRequest(input).problems, undefined, 'the check takes it');
      assert.equal(matches(input), false, `${path} takes it`);
    });
  }

  for (const [name, input] of Object.entries(beyondTheSchema)) {
    test(`leaves to the check: ${name}`, () => {
      assert.notEqual(checkExportRequest(input).problems, undefined, 'the check takes it');
      assert.ok(matches(input), `${path} refuses it by now: move it to what both refuse`);
    });
  }
});
