import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from './faults.ts';
import type { ProblemDocument } from './problems.ts';
import { problemBody, UNAUTHORIZED_BODY } from './problems.ts';

/** A response before it goes on the wire. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export const HTML_UNAVAILABLE: Reply = {
  status: 503,
  headers: { 'Content-Type': 'text/html' },
  body: '<html>\r\n<head><title>503 Service Temporarily Unavailable</title></head>\r\n<body>\r\n<center><h1>503 Service Temporarily Unavailable</h1></center>\r\n</body>\r\n</html>\r\n',
};

export function problemReply(
  document: ProblemDocument,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  return {
    status: document.status,
    headers: {
      'Content-Type': 'application/json',
      'X-Error-Code': document.errorCode,
      ...headers,
      ...document.headers,
    },
    body: JSON.stringify(problemBody(document)),
  };
}

/** A 401 as recorded: without `RateLimit-*` and `X-Error-Code`. */
export function challengeReply(challenge: string): Reply {
  return {
    status: 401,
    headers: { 'Content-Type': 'application/json', 'WWW-Authenticate': challenge },
    body: UNAUTHORIZED_BODY,
  };
}

/** Puts a reply on the wire, as far as the fault lets it. */
export async function deliver(
  response: ServerResponse,
  reply: Reply,
  fault: Fault | undefined,
): Promise<void> {
  const body = Buffer.from(reply.body);
  const half = Math.floor(body.length / 2);
  if (fault?.kind === 'replyLost' || fault?.kind === 'connectionReset') {
    response.socket?.resetAndDestroy();
    return;
  }
  if (fault?.kind === 'slowHeaders') await delay(fault.delayMs, undefined, { ref: false });
  if (response.destroyed) return;
  response.writeHead(reply.status, { ...reply.headers, 'Content-Length': String(body.length) });
  if (fault?.kind === 'truncatedBody') {
    await new Promise<void>((resolve) => {
      response.write(body.subarray(0, half), () => resolve());
    });
    response.socket?.destroy();
    return;
  }
  if (fault?.kind === 'slowBody') {
    response.write(body.subarray(0, half));
    await delay(fault.delayMs, undefined, { ref: false });
    response.end(body.subarray(half));
    return;
  }
  response.end(body);
}
