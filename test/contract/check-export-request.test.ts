import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import {
  checkExportRequest,
  exportRequestSchema,
  exportWorkflowId,
  invalidRequestText,
} from '../../src/contract/index.ts';

const request = {
  groupId: '5'.repeat(24),
  clusterName: 'orders',
  snapshotId: 'a'.repeat(24),
  exportBucketId: 'b'.repeat(24),
};

describe('checking a request', () => {
  test('fills in the documented defaults', () => {
    const { request: checked } = checkExportRequest(request);
    assert.deepEqual(checked, {
      groupId: request.groupId,
      clusterName: 'orders',
      snapshotId: request.snapshotId,
      bucket: { exportBucketId: request.exportBucketId },
      customData: [],
      polling: { preset: 'balanced', intervalMsMin: undefined, intervalMsMax: undefined },
      stalledAfter: { queuedMs: undefined, noProgressMs: undefined, totalMs: undefined },
      deadlineMs: 7 * 24 * 3_600_000,
      attemptsMax: 3,
      onActiveExport: 'adopt',
      skipIfExported: true,
      verify: undefined,
      verifyWaitMs: 15 * 60_000,
      credentials: undefined,
      webhook: undefined,
    });
  });

  test('takes each time after which an export is stalled in milliseconds, and refuses what is none', () => {
    const stalledAfter = { queued: '2 hours', noProgress: 90_000 };
    assert.deepEqual(checkExportRequest({ ...request, stalledAfter }).request?.stalledAfter, {
      queuedMs: 2 * 3_600_000,
      noProgressMs: 90_000,
      totalMs: undefined,
    });
    const { problems } = checkExportRequest({ ...request, stalledAfter: { total: 'never', progress: '1h' } });
    assert.deepEqual(
      problems?.map(({ path, message }) => [path, message.slice(0, 28)]),
      [
        ['stalledAfter.total', 'must be a duration such as "'],
        ['stalledAfter.progress', 'is not a field of stalledAft'],
      ],
    );
    assert.match(problems[1]?.message ?? '', /did you mean stalledAfter\.noProgress\?/);
  });

  test('takes the name of the default credentials for none', () => {
    assert.equal(checkExportRequest({ ...request, credentials: 'default' }).request?.credentials, undefined);
    assert.equal(checkExportRequest({ ...request, credentials: 'team-a' }).request?.credentials, 'team-a');
  });

  test('never throws and always names at least one problem or gives a request, whatever comes in', () => {
    const field = fc.constantFrom(
      'groupId',
      'clusterName',
      'snapshotId',
      'exportBucketId',
      'polling',
      'deadline',
      'x',
    );
    const almost = fc.tuple(field, fc.anything()).map(([name, value]) => ({ ...request, [name]: value }));
    fc.assert(
      fc.property(fc.oneof(fc.anything(), almost), (input) => {
        const { request: checked, problems } = checkExportRequest(input);
        assert.ok(checked !== undefined || (problems?.length ?? 0) > 0);
      }),
      { numRuns: 2_000 },
    );
  });

  test('names every unknown field, nested ones too, and the one that was probably meant', () => {
    const { problems } = checkExportRequest({
      groupID: request.groupId,
      ...request,
      polling: { minimumInterval: '5s', interval: '5s' },
      customData: [
        { key: 'a', value: 'b' },
        { key: 'c', value: 'd', note: 'e' },
      ],
      region: 'eu-west-1',
    });
    const known = Object.keys(exportRequestSchema.entries).join(', ');
    assert.deepEqual(
      problems?.map(({ path, message }) => `${path}: ${message}`),
      [
        'customData[1].note: is not a field of customData[1] (known are: key, value)',
        'polling.minimumInterval: is not a field of polling (did you mean polling.minInterval?)',
        'polling.interval: is not a field of polling (did you mean polling.minInterval?)',
        'groupID: is not a field of an export request (did you mean groupId?)',
        `region: is not a field of an export request (known are: ${known})`,
      ],
    );
  });

  test('takes the names that every object inherits for unknown ones, as any other', () => {
    for (const name of ['constructor', 'toString']) {
      const { problems } = checkExportRequest({ ...request, [name]: 1 });
      assert.deepEqual(
        problems?.map(({ path }) => path),
        [name],
      );
    }
  });

  test('names at most some 50 problems of a thousand unknown fields', () => {
    const fields = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`field${index}`, 1]));
    assert.equal(checkExportRequest({ ...request, ...fields }).problems?.length, 50);
  });

  test('says one problem in the same line, several in one line each', () => {
    const problem = { path: 'groupId', message: 'is required' };
    const whole = { path: '', message: 'must be one JSON object' };
    assert.equal(invalidRequestText([problem]), 'Invalid export request: groupId: is required');
    assert.equal(
      invalidRequestText([problem, whole]),
      'Invalid export request:\n- groupId: is required\n- must be one JSON object',
    );
  });

  test('names at most some 50 problems of a list of ten thousand wrong entries', () => {
    const customData = Array.from({ length: 10_000 }, () => ({ key: '' }));
    const { problems } = checkExportRequest({ ...request, customData });
    assert.ok(problems !== undefined && problems.length > 0 && problems.length <= 52);
  });
});

describe('the workflow id of a request', () => {
  test('is the same for the same snapshot and bucket, whatever else is asked', () => {
    assert.equal(exportWorkflowId(request), exportWorkflowId({ ...request, deadline: '1 day' }));
    assert.equal(
      exportWorkflowId(request),
      exportWorkflowId({ ...request, credentials: 'team-a', webhook: 'audit' }),
    );
    assert.equal(
      exportWorkflowId(request),
      `snapshot-export/${request.groupId}/orders/${request.snapshotId}/${request.exportBucketId}`,
    );
  });
});
