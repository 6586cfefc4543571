import * as v from 'valibot';
import type { HttpAnswer } from './body.ts';
import { parseJsonText } from './json-text.ts';

export interface AccessToken {
  readonly accessToken: string;
  /** How long it is good for from now on, in milliseconds. */
  readonly lifeMs: number;
}

/** What Atlas's documentation gives an access token (one hour), for an answer that does not say. */
const LIFE_SECONDS_DOCUMENTED = 3_600;

const tokenAnswer = v.object({
  // RFC 6750 §2.1: the characters a bearer token is made of.
  access_token: v.pipe(v.string(), v.regex(/^[\w.~+/-]+=*$/)),
  token_type: v.pipe(v.string(), v.regex(/^bearer$/i)),
  expires_in: v.fallback(v.pipe(v.number(), v.minValue(1), v.maxValue(86_400)), LIFE_SECONDS_DOCUMENTED),
});

/** Reads a token answer (RFC 6749 §5.1); `undefined` when it holds no usable bearer token. */
export function parseAccessToken(answer: HttpAnswer): AccessToken | undefined {
  if (answer.status !== 200 || answer.bodyProblem !== undefined) return undefined;
  let document: unknown;
  try {
    document = parseJsonText(answer.text);
  } catch {
    return undefined;
  }
  const result = v.safeParse(tokenAnswer, document);
  if (!result.success) return undefined;
  return { accessToken: result.output.access_token, lifeMs: result.output.expires_in * 1000 };
}
