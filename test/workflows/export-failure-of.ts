import assert from 'node:assert/strict';
import { ApplicationFailure, WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import {
  exportFailureTypes,
  isExportFailureDetails,
  type ExportFailureDetails,
  type ExportFailureType,
} from '../../src/contract/index.ts';

export interface EndedExport {
  readonly type: ExportFailureType;
  readonly message: string;
  readonly details: ExportFailureDetails;
}

/** Waits for the export to fail, as it must, with one of the documented failures and its details. */
export async function exportFailureOf(handle: WorkflowHandle): Promise<EndedExport> {
  const error: unknown = await handle.result().then(
    (result: unknown) => assert.fail(`the export did not fail: ${JSON.stringify(result)}`),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof WorkflowFailedError, `expected a failed workflow, got ${String(error)}`);
  const { cause } = error;
  assert.ok(cause instanceof ApplicationFailure, `expected an ApplicationFailure, got ${String(cause)}`);
  const type = exportFailureTypes.find((known) => known === cause.type);
  assert.ok(type !== undefined, `"${cause.type}" is no documented failure type: ${cause.message}`);
  const [details] = cause.details ?? [];
  assert.ok(isExportFailureDetails(details), 'the failure carries its documented details');
  assert.ok(details.nextStep.length > 20, 'a failure says what to do next');
  return { type, message: cause.message, details };
}
