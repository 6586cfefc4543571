import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import {
  isExportFailureDetails,
  statusQuery,
  type ExportResult,
  type ExportStatus,
} from '../../src/contract/index.ts';
import type { Outcome } from './evidence.ts';

/** How a workflow that has ended did end, as its caller sees it. */
export async function outcomeOf(handle: WorkflowHandle): Promise<Outcome> {
  try {
    const result: unknown = await handle.result();
    if (isExportResult(result)) return { kind: 'succeeded', result };
    return { kind: 'otherwise', what: `a result that is none: ${JSON.stringify(result)}` };
  } catch (error) {
    const cause = error instanceof WorkflowFailedError ? error.cause : error;
    if (cause instanceof CancelledFailure)
      return { kind: 'cancelled', status: await handle.query<ExportStatus>(statusQuery) };
    if (!(cause instanceof ApplicationFailure)) return { kind: 'otherwise', what: String(cause) };
    const [details] = cause.details ?? [];
    return {
      kind: 'failed',
      type: cause.type ?? '',
      message: cause.message,
      details: isExportFailureDetails(details) ? details : undefined,
    };
  }
}

function isExportResult(value: unknown): value is ExportResult {
  return typeof value === 'object' && value !== null && 'outcome' in value && 'exportId' in value;
}
