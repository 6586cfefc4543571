import { DefaultFailureConverter, type PayloadConverter } from '@temporalio/common';

type Failure = ReturnType<DefaultFailureConverter['errorToFailure']>;

/**
 * Temporal's own, but for halves of characters, as words of Atlas or of a proxy may hold: the worker's core cannot
 * read a failure with one, and the worker ends.
 */
class WellFormedFailureConverter extends DefaultFailureConverter {
  /** Comes by here for each cause as well. */
  override errorToFailure(error: unknown, payloadConverter: PayloadConverter): Failure {
    const failure = super.errorToFailure(error, payloadConverter);
    const { message, stackTrace, applicationFailureInfo: info } = failure;
    if (message) failure.message = message.toWellFormed();
    if (stackTrace) failure.stackTrace = stackTrace.toWellFormed();
    if (info?.type) info.type = info.type.toWellFormed();
    return failure;
  }
}

/** Found by this name: see `dataConverter`. */
export const failureConverter = new WellFormedFailureConverter();
