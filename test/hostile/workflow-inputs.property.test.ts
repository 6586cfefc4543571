/** Anybody can start a workflow with anything, and a client reads failures that any worker wrote. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ActivityFailure, ApplicationFailure, WorkflowFailedError } from '@temporalio/client';
import * as fc from 'fast-check';
import { exportErrorOf, ExportError } from '../../src/client/export-error.ts';
import { checkExportRequest, exportFailureTypes } from '../../src/contract/index.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { createRedactor } from '../../src/telemetry/redact.ts';
import { atlasAnswer } from '../../src/workflows/atlas-answer.ts';
import { LookLog } from '../../src/workflows/look-log.ts';
import { PROPERTY_LIMITS } from '../atlas/support/property-limits.ts';
import { hostileDocument, hostileJson, hostileText, nested } from './hostile-values.ts';

/** Many properties of one kind: each gets its share of the time. */
const limits = { ...PROPERTY_LIMITS, interruptAfterTimeLimit: 2_000 };

const request = {
  groupId: '5'.repeat(24),
  clusterName: 'orders',
  snapshotId: 'a'.repeat(24),
  exportBucketId: 'b'.repeat(24),
  customData: [{ key: 'k', value: 'v' }],
  polling: { preset: 'eager', minInterval: '5s', maxInterval: 60_000 },
  stalledAfter: { queued: '2 hours', noProgress: 60_000, total: '1 day' },
  deadline: '7 days',
  maxAttempts: 3,
  onActiveExport: 'adopt',
  skipIfExported: true,
};

describe('whatever a workflow is started with', () => {
  test('is a request whose numbers are in their bounds, or a bounded list of problems', () => {
    const input = fc.oneof(
      { weight: 4, arbitrary: hostileDocument(request).map((text): unknown => JSON.parse(text)) },
      { weight: 1, arbitrary: hostileJson() },
      { weight: 1, arbitrary: hostileJson().map((polling) => ({ ...request, polling })) },
      { weight: 1, arbitrary: fc.array(hostileJson()).map((customData) => ({ ...request, customData })) },
    );
    fc.assert(
      fc.property(input, (drawn) => {
        const { request: checked, problems } = checkExportRequest(drawn);
        if (checked === undefined) {
          assert.ok(problems.length > 0 && problems.length <= 52, `${problems.length} problems`);
          assert.ok(JSON.stringify(problems).length < 50_000);
          return;
        }
        assert.ok(checked.deadlineMs >= 1 && Number.isFinite(checked.deadlineMs));
        for (const ms of Object.values(checked.stalledAfter))
          assert.ok(ms === undefined || (ms >= 1 && Number.isFinite(ms)), `${ms} ms`);
        assert.ok(checked.attemptsMax >= 1 && checked.attemptsMax <= 20);
        const { intervalMsMin = 1, intervalMsMax = intervalMsMin } = checked.polling;
        assert.ok(intervalMsMin >= 1 && intervalMsMin <= intervalMsMax && Number.isFinite(intervalMsMax));
      }),
      limits,
    );
  });

  test('with half a million entries is refused for their number, without reading each: a workflow task has no time for it', () => {
    let read = 0;
    const countRead = (): boolean => {
      read += 1;
      return false;
    };
    const entry = new Proxy({}, { has: countRead, get: countRead });
    const customData = Array.from({ length: 500_000 }, () => entry);
    const { problems } = checkExportRequest({ ...request, customData, deadline: nested(50_000) });
    assert.deepEqual(
      problems?.map(({ path, message }) => [path, message.slice(0, 32)]),
      [
        ['customData', 'must have at most 100 entries'],
        ['deadline', 'must be a duration such as "30s"'],
      ],
    );
    assert.equal(read, 0);
  });
});

describe('whatever an activity fails with or sees', () => {
  test('is an answer for the workflow, never an error of its own', () => {
    const details = fc.array(hostileJson(), { maxLength: 2 });
    fc.assert(
      fc.property(hostileText(), hostileText(), details, (message, type, drawn) => {
        const cause = ApplicationFailure.create({ message, type, details: drawn });
        const failure = new ActivityFailure('failed', 'pollExportJob', '1', 'TIMEOUT', 'worker', cause);
        for (const error of [failure, cause, message, drawn[0]]) {
          const answer = atlasAnswer(error);
          assert.ok(typeof answer === 'object' && 'code' in answer);
        }
      }),
      limits,
    );
  });

  test('is an answer too where it is an object whose toString is no function', () => {
    assert.equal(atlasAnswer({ toString: 0, valueOf: null }).code, 'UNEXPECTED');
  });

  test('gives a delay that can be slept, within the deadline', () => {
    const nowMs = Date.UTC(2026, 10, 24);
    const deadlineAtMs = nowMs + 7 * 24 * 60 * 60_000;
    fc.assert(
      fc.property(
        hostileText(),
        hostileText(),
        fc.double(),
        fc.double(),
        (createdAt, state, exported, total) => {
          const looks = new LookLog({
            polling: { preset: 'balanced' },
            createdAt,
            nowMs,
            earlierDurationsMs: [exported, total],
            trackers: 1,
          });
          looks.succeeded(nowMs, {
            state,
            exportStatus: { exportedCollections: exported, totalCollections: total },
          });
          const delayMs = looks.nextDelayMs({
            nowMs,
            deadlineAtMs,
            historyLength: 10,
            historySizeBytes: 1_000,
          });
          assert.ok(delayMs >= 0 && delayMs <= deadlineAtMs - nowMs, `${delayMs} ms`);
        },
      ),
      limits,
    );
  });
});

test('whatever a failure holds, the client gives an error and its code', () => {
  const type = fc.oneof(fc.constantFrom<string>(...exportFailureTypes), hostileText());
  fc.assert(
    fc.property(
      hostileText(),
      type,
      fc.array(hostileJson(), { maxLength: 2 }),
      (message, drawnType, details) => {
        const cause = ApplicationFailure.create({ message, type: drawnType, details });
        const failed = new WorkflowFailedError('failed', cause, 'NON_RETRYABLE_FAILURE');
        const error = exportErrorOf(failed);
        assert.ok(error === failed || (error instanceof ExportError && error.code === drawnType));
      },
    ),
    limits,
  );
});

test('whatever is logged, a line is one JSON object of bounded depth, and no secret is in it', () => {
  const secret = 'a-secret-that-must-not-be-shown';
  const lines: string[] = [];
  const logger = createLogger({
    level: 'INFO',
    secrets: [secret],
    destination: { write: (line) => void lines.push(line) },
  });
  fc.assert(
    fc.property(hostileText(), hostileText(), hostileJson(), (message, name, value) => {
      lines.length = 0;
      logger.info(`${message}${secret}`, { [name]: value, said: secret });
      assert.equal(lines.length, 1);
      assert.equal(typeof JSON.parse(lines[0] ?? ''), 'object');
      assert.ok(!lines[0]?.includes(secret));
    }),
    limits,
  );
  assert.equal(createRedactor([secret])(`a ${secret}`), 'a [redacted]');
  logger.info('deep', { value: nested(20_000) });
  assert.ok((lines.at(-1) ?? '').length < 5_000);
});
