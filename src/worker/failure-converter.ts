import { DefaultFailureConverter, type PayloadConverter } from '@temporalio/common';

type Failure = ReturnType<DefaultFailureConverter['errorToFailure']>;

const replacement = '\u{fffd}';

/**
 * Temporal's own, but for halves of characters, as words of Atlas or of a proxy may hold: the worker's core cannot
 * read a failure with one, and the worker ends.
 */
class WellFormedFailureConverter extends DefaultFailureConverter {
  /** Comes by here for each cause as well. */
  override errorToFailure(error: unknown, payloadConverter: PayloadConverter): Failure {
    const failure = super.errorToFailure(error, payloadConverter);
    const { message, stackTrace, applicationFailureInfo: info } = failure;
    if (message) failure.message = wellFormed(message);
    if (stackTrace) failure.stackTrace = wellFormed(stackTrace);
    if (info?.type) info.type = wellFormed(info.type);
    return failure;
  }
}

function wellFormed(text: string): string {
  return text.replaceAll(/\p{Surrogate}/gu, replacement);
}

/** Found by this name: see `dataConverter`. */
export const failureConverter = new WellFormedFailureConverter();
