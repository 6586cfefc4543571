import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { log } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';
import { exportLogIds } from '../../src/contract/log-ids.ts';
import { activityLogAttributes } from '../../src/telemetry/activity-log-attributes.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { interceptors, noteLogIds } from '../../src/workflows/log-attributes.ts';

const ids = { groupId: 'a'.repeat(24), clusterName: 'cluster0', snapshotId: 'b'.repeat(24) };

describe('the ids of an export on log lines', () => {
  test('are the four that Atlas knows an export by, and nothing else of the input', () => {
    const exportId = 'c'.repeat(24);
    assert.deepEqual(exportLogIds({ ...ids, exportId, customData: [{ key: 'k', value: 'v' }] }), {
      ...ids,
      exportId,
    });
  });

  test('are none in an input that is no object or holds no ids', () => {
    for (const input of [
      undefined,
      null,
      'text',
      7,
      [],
      [ids],
      { groupId: 7, clusterName: '', snapshotId: 'x'.repeat(65) },
    ]) {
      assert.deepEqual(exportLogIds(input), {});
    }
  });

  test('stand on what an activity logs, read from its input', async () => {
    const lines: string[] = [];
    const logger = createLogger({ level: 'INFO', destination: { write: (line) => void lines.push(line) } });
    const environment = new MockActivityEnvironment({}, { interceptors: [activityLogAttributes], logger });
    await environment.run((_input: unknown) => {
      log.info('looking');
      return Promise.resolve();
    }, ids);
    assert.equal(lines.length, 1);
    const { groupId, clusterName, snapshotId, activityType } = JSON.parse(lines[0] ?? '');
    assert.deepEqual({ groupId, clusterName, snapshotId }, ids);
    assert.equal(typeof activityType, 'string');
  });

  test('stand on what a workflow logs, from its input and from what it learns on the way', async () => {
    const { inbound, outbound } = interceptors();
    const attributes = (): Record<string, unknown> | undefined =>
      outbound?.[0]?.getLogAttributes?.({ workflowId: 'w' }, (all) => all);
    assert.deepEqual(attributes(), { workflowId: 'w' });
    const result = await inbound?.[0]?.execute?.(
      { args: [{ ...ids, snapshotId: 'latest' }], headers: {} },
      () => Promise.resolve('done'),
    );
    assert.equal(result, 'done');
    assert.deepEqual(attributes(), { workflowId: 'w', ...ids, snapshotId: 'latest' });
    noteLogIds({ snapshotId: ids.snapshotId, exportId: 'c'.repeat(24) });
    assert.deepEqual(attributes(), { workflowId: 'w', ...ids, exportId: 'c'.repeat(24) });
  });
});
