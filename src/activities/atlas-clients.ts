import { ApplicationFailure } from '@temporalio/common';
import type { AtlasClient } from '../atlas/index.ts';
import {
  credentialsDefault,
  credentialsUnknownCode,
  knownNamesText,
  type AtlasAnswer,
} from '../contract/index.ts';

/** The Atlas clients of a worker, one for each of its credentials. */
export interface AtlasClients {
  /** The names of the credentials, `default` among them where the worker has those. */
  readonly names: readonly string[];
  /** Undefined where the worker has no credentials of that name. */
  get(name: string): AtlasClient | undefined;
}

/**
 * The client that an activity's input asks for.
 *
 * @throws {ApplicationFailure} with an {@link AtlasAnswer} where this worker has no such credentials. It is not
 * repeated by Temporal: before there is a job it ends the export, and a look that gets it is followed by the next.
 */
export function clientFor(
  clients: AtlasClients,
  { credentials = credentialsDefault }: { readonly credentials?: string | undefined },
): AtlasClient {
  const client = clients.get(credentials);
  if (client !== undefined) return client;
  const which =
    credentials === credentialsDefault ? 'no default credentials' : `no credentials "${credentials}"`;
  const answer: AtlasAnswer = {
    code: credentialsUnknownCode,
    message: `The worker has ${which} for Atlas; it has: ${knownNamesText(clients.names)}.`,
    effect: 'none',
  };
  throw ApplicationFailure.nonRetryable(answer.message, answer.code, answer);
}
