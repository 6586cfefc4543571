import {
  isGrpcServiceError,
  NamespaceNotFoundError,
  QueryNotRegisteredError,
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  WorkflowNotFoundError,
} from '@temporalio/client';

/** What a call to Temporal can fail with, by what to do about it. Stable: match on these. */
export type TemporalErrorCode =
  /** Nothing answers at the address, or not in time. */
  | 'TEMPORAL_UNREACHABLE'
  /** It answers, and refuses the credential or the namespace's use. */
  | 'TEMPORAL_REFUSED'
  | 'NAMESPACE_NOT_FOUND'
  /** There is no workflow of this id. */
  | 'EXPORT_NOT_FOUND'
  | 'SCHEDULE_NOT_FOUND'
  | 'SCHEDULE_EXISTS'
  /** The question needs a worker, and none answers on the task queue. */
  | 'NO_WORKER'
  /** The server finds the request itself wrong: a cron expression, a time zone, an id. */
  | 'TEMPORAL_REJECTED';

/** A failed call to Temporal, told by the SDK in a dozen shapes, as one. */
export interface TemporalProblem {
  readonly code: TemporalErrorCode;
  /** One line, in the server's own words where it gave any. */
  readonly message: string;
}

/** gRPC's status codes. */
const codeOfStatus: ReadonlyMap<number, TemporalErrorCode> = new Map([
  [3, 'TEMPORAL_REJECTED'],
  [4, 'TEMPORAL_UNREACHABLE'],
  [5, 'EXPORT_NOT_FOUND'],
  [6, 'SCHEDULE_EXISTS'],
  [7, 'TEMPORAL_REFUSED'],
  [9, 'NO_WORKER'],
  [14, 'TEMPORAL_UNREACHABLE'],
  [16, 'TEMPORAL_REFUSED'],
]);

/** What went wrong between a client and Temporal; undefined for an error that is not about that. */
export function temporalProblem(error: unknown): TemporalProblem | undefined {
  for (let each = error; each instanceof Error; each = each.cause) {
    const code = codeOf(each);
    if (code !== undefined) return { code, message: oneLine(each) };
  }
  return undefined;
}

function codeOf(error: Error): TemporalErrorCode | undefined {
  if (error instanceof NamespaceNotFoundError) return 'NAMESPACE_NOT_FOUND';
  if (error instanceof WorkflowNotFoundError) return 'EXPORT_NOT_FOUND';
  if (error instanceof ScheduleNotFoundError) return 'SCHEDULE_NOT_FOUND';
  if (error instanceof ScheduleAlreadyRunning) return 'SCHEDULE_EXISTS';
  if (error instanceof QueryNotRegisteredError) return 'TEMPORAL_REJECTED';
  if (isGrpcServiceError(error)) return codeOfStatus.get(error.code);
  // The SDK's client says so in a plain error when there is nothing at the address.
  return error.message.startsWith('Failed to connect before the deadline')
    ? 'TEMPORAL_UNREACHABLE'
    : undefined;
}

function oneLine(error: Error): string {
  const text = isGrpcServiceError(error) ? error.details : error.message;
  return text.replaceAll(/\s+/g, ' ').slice(0, 300);
}
