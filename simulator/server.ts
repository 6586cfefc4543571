import type { IncomingMessage, ServerResponse } from 'node:http';
import { authenticate } from './authentication.ts';
import type { Books, RecordedRequest } from './books.ts';
import { BUCKET_OPERATIONS } from './bucket-operations.ts';
import type { SimulatorClock } from './clock.ts';
import { CLUSTER_OPERATIONS } from './cluster-operations.ts';
import type { DigestAuthority } from './digest-authority.ts';
import type { Reply } from './exchange.ts';
import { challengeReply, deliver, HTML_UNAVAILABLE, problemReply } from './exchange.ts';
import { EXPORT_OPERATIONS } from './export-operations.ts';
import { changedDocument, replyAfterCommit, replyBeforeCommit } from './fault-effects.ts';
import type { FaultPlan } from './fault-plan.ts';
import type { Fault } from './faults.ts';
import {
  checkRequestContentType,
  deprecationHeaders,
  resolveVersion,
  successContentType,
} from './media-types.ts';
import type { Operation, RouteMatch } from './operations.ts';
import { matchRoute } from './operations.ts';
import { readQuery } from './pages.ts';
import { notFound, Problem } from './problems.ts';
import type { RateLimits } from './rate-limits.ts';
import type { OperationContext, OperationHandler } from './request.ts';
import { SNAPSHOT_OPERATIONS } from './snapshot-operations.ts';
import type { TokenAuthority } from './token-authority.ts';

export interface ServerContext extends OperationContext {
  readonly clock: SimulatorClock;
  readonly digest: DigestAuthority;
  readonly token: TokenAuthority;
  readonly faults: FaultPlan;
  readonly books: Books;
  readonly rateLimits: RateLimits;
}

interface Call {
  readonly match: RouteMatch | undefined;
  readonly method: string;
  readonly target: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly record: RecordedRequest;
}

interface Outcome {
  readonly reply: Reply;
  readonly fault?: Fault | undefined;
}

const BODY_BYTES_MAX = 1_000_000;

const HANDLERS: Record<Exclude<Operation, 'createToken' | 'revokeToken'>, OperationHandler> = {
  ...EXPORT_OPERATIONS,
  ...SNAPSHOT_OPERATIONS,
  ...BUCKET_OPERATIONS,
  ...CLUSTER_OPERATIONS,
};

/** Reads a body of at most a megabyte. Throws 413 above that, without reading on. */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) {
      throw new Problem({
        status: 413,
        errorCode: 'PAYLOAD_TOO_LARGE',
        detail: 'Payload too large.',
        parameters: null,
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The headers as the books keep them: of the credentials only the scheme. */
function bookedHeaders(headers: IncomingMessage['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => {
      const text = Array.isArray(value) ? value.join(', ') : (value ?? '');
      return [name, name === 'authorization' ? (text.split(' ')[0] ?? '') : text];
    }),
  );
}

function bookedBody(match: RouteMatch | undefined, body: string): unknown {
  if (body === '') return undefined;
  if (match?.route.apiVersion === 'oauth') return undefined;
  try {
    const parsed: unknown = JSON.parse(body);
    return parsed;
  } catch {
    return body;
  }
}

function serviceHeaders(operation: string): Record<string, string> {
  return { 'X-Java-Method': `Simulator::${operation}`, 'X-Envoy-Upstream-Service-Time': '1' };
}

function challenged(context: ServerContext, call: Call): Reply | undefined {
  const authorization = call.headers.authorization;
  const result = authenticate(context, { method: call.method, target: call.target, authorization });
  if (result.kind !== 'challenged') {
    call.record.authentication = result.kind;
    return undefined;
  }
  if (result.reason !== undefined) {
    call.record.authentication = 'refused';
    call.record.refusal = result.reason;
  }
  return challengeReply(context.digest.challenge(result.stale));
}

/** The token endpoint: its own credentials, no versions, no rate-limit headers. */
function serveToken(context: ServerContext, call: Call, operation: 'createToken' | 'revokeToken'): Reply {
  const { authorization } = call.headers;
  if (operation === 'revokeToken') {
    context.token.revoke(authorization, call.body);
    return { status: 200, headers: {}, body: '' };
  }
  const document = context.token.mint(authorization, call.body);
  return { status: 200, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(document) };
}

function bodyOf(document: Record<string, unknown>, options: { envelope: boolean; pretty: boolean }): string {
  const isList = Array.isArray(document['results']);
  const enveloped = isList ? { ...document, status: 200 } : { content: document, status: 200 };
  return JSON.stringify(options.envelope ? enveloped : document, undefined, options.pretty ? 2 : undefined);
}

/** Runs the operation: this is where it takes effect. Throws the Problems. */
function serveOperation(
  context: ServerContext,
  call: Call,
  match: RouteMatch,
  fault: Fault | undefined,
): Reply {
  const { route, params } = match;
  if (route.operation === 'createToken' || route.operation === 'revokeToken') {
    return serveToken(context, call, route.operation);
  }
  const limits = context.rateLimits.take({
    endpointSet: route.endpointSet,
    groupId: params['groupId'] ?? '',
    path: call.url.pathname,
  });
  const headers = { ...limits, ...serviceHeaders(route.operation) };
  try {
    const version = route.apiVersion === 'v2' ? resolveVersion(route, call.headers.accept) : undefined;
    if (route.method !== 'GET') checkRequestContentType(route, call.headers['content-type']);
    const query = readQuery(call.url.searchParams, route.query);
    const answer = HANDLERS[route.operation](
      {
        route,
        params,
        query,
        version,
        body: call.body,
        now: context.clock.now(),
        root: `${call.url.origin}/api/atlas/${route.apiVersion}`,
        href: `${call.url.origin}${call.url.pathname}`,
        listLagMs: fault?.kind === 'listLag' ? fault.lagMs : 0,
      },
      context,
    );
    call.record.createdExportId = answer.createdExportId;
    return {
      status: 200,
      headers: {
        'Content-Type': successContentType(version),
        ...headers,
        ...(version === undefined ? {} : deprecationHeaders(route, version)),
      },
      body: bodyOf(changedDocument(fault, answer.document), query),
    };
  } catch (problem) {
    if (problem instanceof Problem) return problemReply(problem.document, headers);
    throw problem;
  }
}

function struck(context: ServerContext, call: Call, match: RouteMatch): Outcome {
  const now = context.clock.now();
  const fault = context.faults.pick({ operation: match.route.operation, path: call.url.pathname, now });
  call.record.faultApplied = fault?.kind;
  if (fault) {
    const challenge = (stale: boolean): string => context.digest.challenge(stale);
    const early = replyBeforeCommit(fault, { path: call.url.pathname, now, challenge });
    if (early) return { reply: early, fault };
  }
  const reply = serveOperation(context, call, match, fault);
  return { reply: fault ? replyAfterCommit(fault, reply) : reply, fault };
}

function answer(context: ServerContext, call: Call): Outcome {
  const outage = context.faults.outageAt(context.clock.now());
  if (outage !== undefined) {
    call.record.faultApplied = 'outage';
    return { reply: HTML_UNAVAILABLE, fault: outage === 'connectionReset' ? { kind: outage } : undefined };
  }
  const { match } = call;
  try {
    if (match?.route.apiVersion !== 'oauth') {
      const challenge = challenged(context, call);
      if (challenge) return { reply: challenge };
    }
    if (!match) throw notFound(call.url.pathname);
    const outcome = struck(context, call, match);
    if (match.route.operation === 'createExportJob')
      context.books.countCreate(call.record.createdExportId !== undefined);
    return outcome;
  } catch (problem) {
    if (problem instanceof Problem) return { reply: problemReply(problem.document) };
    throw problem;
  }
}

/** Answers one request of the Atlas API, and books it. */
export async function serve(
  context: ServerContext,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = 'GET', url: target = '/', headers } = request;
  const url = new URL(target, `http://${headers.host ?? 'localhost'}`);
  const match = matchRoute(method, url.pathname);
  let body = '';
  try {
    body = await readBody(request);
  } catch (problem) {
    if (!(problem instanceof Problem)) return;
    await deliver(response, problemReply(problem.document, { Connection: 'close' }), undefined);
    return;
  }
  const record = context.books.open({
    apiVersion: match?.route.apiVersion,
    operation: match?.route.operation,
    method,
    path: target,
    headers: bookedHeaders(headers),
    body: bookedBody(match, body),
  });
  const { reply, fault } = answer(context, { match, method, target, url, headers, body, record });
  const sent = fault?.kind !== 'replyLost' && fault?.kind !== 'connectionReset';
  record.status = sent ? reply.status : undefined;
  record.retryAfter = sent ? reply.headers['Retry-After'] : undefined;
  // Otherwise Node writes the machine's time, by which a `Retry-After` that is a date of this clock means nothing.
  response.setHeader('Date', new Date(context.clock.now()).toUTCString());
  await deliver(response, reply, fault);
}
