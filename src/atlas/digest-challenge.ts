/** One challenge of a `WWW-Authenticate` header. Names are in lower case; of a repeated name the first counts. */
export interface Challenge {
  readonly scheme: string;
  readonly parameters: ReadonlyMap<string, string>;
}

export type DigestHash = 'md5' | 'sha256';

/** A Digest challenge that this client can answer. */
export interface DigestChallenge {
  readonly realm: string;
  readonly nonce: string;
  readonly opaque?: string;
  /** As the server wrote it, to be sent back; absent when the server left it out (then MD5). */
  readonly algorithm?: string;
  readonly hash: DigestHash;
  /** The `-sess` variants of RFC 7616 §3.4.2. */
  readonly session: boolean;
  /** The server says that only the nonce was too old, not the credentials wrong. */
  readonly stale: boolean;
  /** The user name is to be sent hashed (RFC 7616 §3.4.4). */
  readonly userHash: boolean;
}

/**
 * Reads `WWW-Authenticate` (RFC 9110 §11.6.1), with tolerance: several values, several challenges in one
 * value, commas and escapes inside quotes, missing commas, spaces around `=`, unknown parameters.
 */
export function parseChallenges(header: string | readonly string[] | undefined): Challenge[] {
  if (header === undefined) return [];
  return (typeof header === 'string' ? [header] : header).flatMap(parseValue);
}

/** The first Digest challenge we can answer, which is the server's preference (RFC 7616 §3.7). */
export function selectDigestChallenge(challenges: readonly Challenge[]): DigestChallenge | undefined {
  for (const challenge of challenges) {
    if (challenge.scheme !== 'digest') continue;
    const answerable = digestChallengeFrom(challenge.parameters);
    if (answerable !== undefined) return answerable;
  }
  return undefined;
}

function digestChallengeFrom(parameters: ReadonlyMap<string, string>): DigestChallenge | undefined {
  const nonce = parameters.get('nonce');
  const realm = parameters.get('realm');
  if (nonce === undefined || realm === undefined) return undefined;
  const qualities = (parameters.get('qop') ?? '').split(',').map((quality) => quality.trim().toLowerCase());
  if (!qualities.includes('auth')) return undefined;
  const algorithm = parameters.get('algorithm');
  const variant = algorithmVariant(algorithm ?? 'MD5');
  if (variant === undefined) return undefined;
  const opaque = parameters.get('opaque');
  return {
    realm,
    nonce,
    ...(opaque === undefined ? {} : { opaque }),
    ...(algorithm === undefined ? {} : { algorithm }),
    ...variant,
    stale: parameters.get('stale')?.toLowerCase() === 'true',
    userHash: parameters.get('userhash')?.toLowerCase() === 'true',
  };
}

function algorithmVariant(algorithm: string): Pick<DigestChallenge, 'hash' | 'session'> | undefined {
  switch (algorithm.toLowerCase()) {
    case 'md5':
      return { hash: 'md5', session: false };
    case 'md5-sess':
      return { hash: 'md5', session: true };
    case 'sha-256':
      return { hash: 'sha256', session: false };
    case 'sha-256-sess':
      return { hash: 'sha256', session: true };
    default:
      return undefined;
  }
}

/** Sticky patterns, each matched at the reader's position, so that reading is linear in the input. */
const SEPARATORS = /[\s,]*/y;
const WORD = /[^\s,="]+/y;
const EQUALS = /\s*=\s*/y;
const QUOTED = /"((?:[^"\\]|\\[^])*)(?:"|\\?$)/y;
const BARE = /[^\s,"]*/y;
const COMMA_OR_END = /\s*(?:,|$)/y;

function parseValue(value: string): Challenge[] {
  const challenges: Challenge[] = [];
  let parameters: Map<string, string> | undefined;
  let position = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = position;
    const match = pattern.exec(value);
    if (match !== null) position += match[0].length;
    return match;
  };

  take(SEPARATORS);
  while (position < value.length) {
    const word = take(WORD)?.[0].toLowerCase();
    if (word === undefined) {
      position += 1;
    } else if (take(EQUALS) !== null) {
      const content = take(QUOTED)?.[1]?.replaceAll(/\\([^])/g, '$1') ?? take(BARE)?.[0] ?? '';
      if (parameters !== undefined && !parameters.has(word)) parameters.set(word, content);
    } else {
      const ownParameters = new Map<string, string>();
      challenges.push({ scheme: word, parameters: ownParameters });
      // A word before a comma can have no parameters of its own: what follows still belongs to the one before.
      if (parameters === undefined || !isBefore(COMMA_OR_END, value, position)) parameters = ownParameters;
    }
    take(SEPARATORS);
  }
  return challenges;
}

function isBefore(pattern: RegExp, value: string, position: number): boolean {
  pattern.lastIndex = position;
  return pattern.test(value);
}
