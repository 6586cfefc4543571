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
  switch (retryAfter.form) {
    case 'seconds':
      return { 'Retry-After': String(retryAfter.seconds) };
    case 'date':
      return { 'Retry-After': new Date(now + retryAfter.seconds * 1000).toUTCString() };
    case 'text':
      return { 'Retry-After': retryAfter.text };
    case 'none':
      return {};
  }
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
  switch (fault.kind) {
    case 'connectionReset':
      return HTML_UNAVAILABLE;
    case 'rateLimited':
      return rateLimitedReply(fault, request);
    case 'unauthorized':
      return challengeReply(request.challenge(false));
    case 'staleNonce':
      return challengeReply(request.challenge(true));
    case 'notFound':
      return problemReply(exportNotFound(request.path.split('/').at(-1) ?? '').document);
    case 'apiError':
      return problemReply({
        status: fault.status,
        errorCode: fault.errorCode,
        detail: fault.detail ?? fault.errorCode,
        parameters: null,
      });
    case 'htmlUnavailable':
      return fault.committed === true ? undefined : HTML_UNAVAILABLE;
    case 'serverError':
      return fault.committed === true ? undefined : serverError(fault);
    default:
      return undefined;
  }
}

/** The answer of a fault that hides what the operation said after it took effect. */
export function replyAfterCommit(fault: Fault, reply: Reply): Reply {
  switch (fault.kind) {
    case 'htmlUnavailable':
      return HTML_UNAVAILABLE;
    case 'serverError':
      return serverError(fault);
    case 'unreadableBody':
      return {
        ...reply,
        headers: {
          ...reply.headers,
          'Content-Type': fault.contentType ?? reply.headers['Content-Type'] ?? '',
        },
        body: fault.text,
      };
    default:
      return reply;
  }
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

const NULLED = { components: null, exportStatus: null, finishedAt: null, stateReason: null, links: null };

/** The document with the fault's changes in it. */
export function changedDocument(fault: Fault | undefined, document: Document): Document {
  switch (fault?.kind) {
    case 'unknownState':
      return withEachJob(document, (job) => ({ ...job, state: fault.state }));
    case 'nullFields':
      return withEachJob(document, (job) => ({ ...NULLED, ...job }));
    case 'unknownFields': {
      const added = { addedLater: { list: [1, { deep: true }] }, exportStatusV2: 'new' };
      return { ...withEachJob(document, (job) => ({ ...job, ...added })), ...added };
    }
    case 'oversizedBody':
      return { ...document, padding: 'x'.repeat(fault.bytes) };
    default:
      return document;
  }
}
