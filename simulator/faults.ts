/**
 * Everything that can be made to go wrong with one request. "Before" and "after commit" say whether the operation has
 * taken effect: a create before commit leaves no job, after commit it leaves one.
 *
 * `delayMs` are milliseconds of the machine's time, since they are there to meet a client's timeouts; all other times
 * are the simulator's clock's.
 */
export type Fault =
  /** After commit, the connection is destroyed before the status line. Opens: a retry of the create makes a second job. */
  | { readonly kind: 'replyLost' }
  /** Before commit, the connection is reset. Looks the same as `replyLost` from outside, and leaves nothing behind. */
  | { readonly kind: 'connectionReset' }
  /** After commit, nothing is sent for `delayMs`. Opens: the client times out and believes the create did not happen. */
  | { readonly kind: 'slowHeaders'; readonly delayMs: number }
  /** After commit, the body comes in two halves with `delayMs` between. Opens: a timeout between status and job id. */
  | { readonly kind: 'slowBody'; readonly delayMs: number }
  /** After commit, half of the declared body, then the connection is destroyed. Opens: status 200 and no job id. */
  | { readonly kind: 'truncatedBody' }
  /** A 503 with an HTML page, as front ends send it. Opens: a parser that expects JSON; with `committed`, a job nobody knows. */
  | { readonly kind: 'htmlUnavailable'; readonly committed?: boolean }
  /** A 5xx in JSON. Opens, with `committed`: an error status for a create that did take effect. */
  | {
      readonly kind: 'serverError';
      readonly status?: 500 | 502 | 503 | 504;
      readonly committed?: boolean;
      readonly retryAfter?: string;
    }
  /** 429 before commit. `retryAfter`: whole seconds, an HTTP date that many seconds ahead, the text as it is, or no header. */
  | { readonly kind: 'rateLimited'; readonly retryAfter: RetryAfter }
  /** 401 with a challenge although the answer was right. Opens: giving up on an export because a key is being rotated. */
  | { readonly kind: 'unauthorized' }
  /** 401 with `stale=true` although the nonce is good. Opens: a client that does not renew, or renews for ever. */
  | { readonly kind: 'staleNonce' }
  /** An error document of any status and code, before commit: 402, 403, 405… */
  | {
      readonly kind: 'apiError';
      readonly status: number;
      readonly errorCode: string;
      readonly detail?: string;
    }
  /** 404 on something that exists, before commit. Opens: one 404 taken for a lost job. */
  | { readonly kind: 'notFound' }
  /** Job documents carry this state. Opens: an unknown state taken for an end. */
  | { readonly kind: 'unknownState'; readonly state: string }
  /** Documents carry fields nobody knows, nested ones too. Opens: a schema that refuses what it does not know. */
  | { readonly kind: 'unknownFields' }
  /** Job documents carry null where a field is unset. Opens: a schema that takes absent and not null. */
  | { readonly kind: 'nullFields' }
  /** The list of jobs lacks those created within the last `lagMs`. Opens: list, not there, create, and there are two. */
  | { readonly kind: 'listLag'; readonly lagMs: number }
  /** A right document with `bytes` of padding in it. Opens: a client that reads without a limit. */
  | { readonly kind: 'oversizedBody'; readonly bytes: number }
  /** Status 200 and this text for a body, after commit. Opens: a success that cannot be read. */
  | { readonly kind: 'unreadableBody'; readonly text: string; readonly contentType?: string };

export type FaultKind = Fault['kind'];

export type RetryAfter =
  | { readonly form: 'seconds'; readonly seconds: number }
  | { readonly form: 'date'; readonly seconds: number }
  | { readonly form: 'text'; readonly text: string }
  | { readonly form: 'none' };

/** Required members of each kind besides `kind`, for faults that arrive as JSON. */
const REQUIRED: Record<FaultKind, readonly string[]> = {
  replyLost: [],
  connectionReset: [],
  slowHeaders: ['delayMs'],
  slowBody: ['delayMs'],
  truncatedBody: [],
  htmlUnavailable: [],
  serverError: [],
  rateLimited: ['retryAfter'],
  unauthorized: [],
  staleNonce: [],
  apiError: ['status', 'errorCode'],
  notFound: [],
  unknownState: ['state'],
  unknownFields: [],
  nullFields: [],
  listLag: ['lagMs'],
  oversizedBody: ['bytes'],
  unreadableBody: ['text'],
};

export const FAULT_KINDS: readonly string[] = Object.keys(REQUIRED);

/** Whether a value that came in as JSON is a fault. */
export function isFault(value: unknown): value is Fault {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
  const { kind } = value;
  if (typeof kind !== 'string' || !FAULT_KINDS.includes(kind)) return false;
  const entry = Object.entries(REQUIRED).find(([name]) => name === kind);
  return entry !== undefined && entry[1].every((name) => name in value);
}
