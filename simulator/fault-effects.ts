import type { Document } from './documents.ts';
import type { Reply } from './exchange.ts';
import { challengeReply, HTML_UNAVAILABLE, problemReply } from './exchange.ts';
import type { Fault, RetryAfter } from './faults.ts';
import { exportNotFound, reasonPhrase } from './problems.ts';
import { isRecord } from './request.ts';

/** What a fault needs to know of the request it strikes. */
export interface StruckRequest {
  readonly path: string;
  readonly now: number;
  challenge(stale: boolean): string;
}

function retryAfterHeader(retryAfter: RetryAfter, now: number): Record<string, string> {
  if (retryAfter.form === 'none') return {};
  if (retryAfter.form === 'text') return { 'Retry-After': retryAfter.text };
  if (retryAfter.form === 'seconds') return { 'Retry-After': String(retryAfter.seconds) };
  return { 'Retry-After': new Date(now + retryAfter.seconds * 1000).toUTCString() };
}

function serverError(fault: Extract<Fault, { kind: 'serverError' }>): Reply {
  const status = fault.status ?? 500;
  const errorCode = status === 503 ? 'SERVICE_UNAVAILABLE' : 'UNEXPECTED_ERROR';
  const headers = fault.retryAfter === undefined ? {} : { 'Retry-After': fault.retryAfter };
  return problemReply({ status, errorCode, detail: reasonPhrase(status), parameters: null, headers });
}

function rateLimitedReply(fault: Extract<Fault, { kind: 'rateLimited' }>, request: StruckRequest): Reply {
  const { retryAfter } = fault;
  const seconds = 'seconds' in retryAfter ? retryAfter.seconds : 55;
  return problemReply({
    status: 429,
    errorCode: 'RATE_LIMITED_TOKEN_BUCKET',
    detail: `Rate limit exceeded for ${request.path}. Please retry after ${seconds} seconds. Request capacity: 10. Refill rate: 5 per 60 seconds.`,
    parameters: [request.path, seconds, 10, 5, 60],
    headers: {
      'RateLimit-Limit': '10',
      'RateLimit-Remaining': '0',
      ...retryAfterHeader(retryAfter, request.now),
    },
  });
}

/** The answer of a fault that keeps the operation from being run at all. */
export function replyBeforeCommit(fault: Fault, request: StruckRequest): Reply | undefined {
  const { kind } = fault;
  // Nothing of it is sent: the connection is reset instead.
  if (kind === 'connectionReset') return HTML_UNAVAILABLE;
  if (kind === 'rateLimited') return rateLimitedReply(fault, request);
  if (kind === 'unauthorized') return challengeReply(request.challenge(false));
  if (kind === 'staleNonce') return challengeReply(request.challenge(true));
  if (kind === 'notFound') return problemReply(exportNotFound(request.path.split('/').at(-1) ?? '').document);
  if (kind === 'htmlUnavailable' && fault.committed !== true) return HTML_UNAVAILABLE;
  if (kind === 'serverError' && fault.committed !== true) return serverError(fault);
  if (kind !== 'apiError') return undefined;
  const { status, errorCode, detail = errorCode } = fault;
  return problemReply({ status, errorCode, detail, parameters: null });
}

/** The answer of a fault that hides what the operation said after it took effect. */
export function replyAfterCommit(fault: Fault, reply: Reply): Reply {
  if (fault.kind === 'htmlUnavailable') return HTML_UNAVAILABLE;
  if (fault.kind === 'serverError') return serverError(fault);
  if (fault.kind !== 'unreadableBody') return reply;
  const contentType = fault.contentType ?? reply.headers['Content-Type'] ?? '';
  return { ...reply, headers: { ...reply.headers, 'Content-Type': contentType }, body: fault.text };
}

function withEachJob(document: Document, change: (job: Document) => Document): Document {
  const { results } = document;
  if (Array.isArray(results)) {
    return {
      ...document,
      results: results.map((item) => (isRecord(item) ? withEachJob(item, change) : item)),
    };
  }
  return 'exportBucketId' in document ? change(document) : document;
}

const UNKNOWN_FIELDS = { addedLater: { list: [1, { deep: true }] }, exportStatusV2: 'new' };
const NULLED = { components: null, exportStatus: null, finishedAt: null, stateReason: null, links: null };

/** The document with the fault's changes in it. */
export function changedDocument(fault: Fault | undefined, document: Document): Document {
  if (fault?.kind === 'unknownState') return withEachJob(document, (job) => ({ ...job, state: fault.state }));
  if (fault?.kind === 'nullFields') return withEachJob(document, (job) => ({ ...NULLED, ...job }));
  if (fault?.kind === 'unknownFields') {
    return { ...withEachJob(document, (job) => ({ ...job, ...UNKNOWN_FIELDS })), ...UNKNOWN_FIELDS };
  }
  if (fault?.kind === 'oversizedBody') return { ...document, padding: 'x'.repeat(fault.bytes) };
  return document;
}
