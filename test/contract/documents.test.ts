import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { assertDocument, assertDocumentsOf } from './documents.ts';

const histories = fileURLToPath(new URL('../../../test/replay/histories', import.meta.url));

describe('the JSON Schemas of what the workflows answer', () => {
  for (const name of readdirSync(histories, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.json')) continue;
    test(`describe what the run recorded in ${name} answered`, () => {
      const history = historyFromJSON(JSON.parse(readFileSync(join(histories, name), 'utf8')));
      const answers = assertDocumentsOf(history);
      // A component of an export that is no longer tracked is terminated before it can answer.
      const last = history.events?.at(-1);
      if (last?.workflowExecutionTerminatedEventAttributes) assert.equal(answers, 0);
      // One that was cancelled has no result; what it may hold is what its components answered.
      else if (!last?.workflowExecutionCanceledEventAttributes)
        assert.ok(answers > 0, 'the history has no answer in it');
    });
  }

  test('find a field that is missing, and in tests one that is not documented', () => {
    const component = { exportId: 'a'.repeat(24), state: 'Queued', polls: 1 };
    assertDocument('component-status', component);
    assertDocument('component-status', { ...component, prefix: undefined });
    assert.throws(() => assertDocument('component-status', { ...component, polls: undefined }), /polls/);
    assert.throws(() => assertDocument('component-status', { ...component, shard: 1 }), /additional/);
    const nested = { ...component, stateReason: { why: 'because' } };
    assert.throws(() => assertDocument('component-status', nested), /additional/);
    assertDocument('export-failure-type', 'ExportLost');
    assert.throws(() => assertDocument('export-failure-type', 'SomethingElse'), /allowed values/);
  });
});
