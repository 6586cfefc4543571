import type { DigestAuthority } from './digest-authority.ts';
import type { TokenAuthority } from './token-authority.ts';

export type Authentication =
  | { readonly kind: 'digest' | 'bearer' }
  /** `reason` is for the books only; `undefined` where no credentials were sent at all. */
  | { readonly kind: 'challenged'; readonly stale: boolean; readonly reason: string | undefined };

/** Either scheme is good for every call, as at Atlas. */
export function authenticate(
  authorities: { readonly digest: DigestAuthority; readonly token: TokenAuthority },
  request: { readonly method: string; readonly target: string; readonly authorization: string | undefined },
): Authentication {
  const { authorization } = request;
  if (authorization === undefined) return { kind: 'challenged', stale: false, reason: undefined };
  const space = authorization.indexOf(' ');
  const scheme = authorization.slice(0, space).toLowerCase();
  const credentials = authorization.slice(space + 1);
  if (scheme === 'bearer') {
    if (authorities.token.accepts(credentials)) return { kind: 'bearer' };
    return { kind: 'challenged', stale: false, reason: 'unknown or expired token' };
  }
  if (scheme !== 'digest') return { kind: 'challenged', stale: false, reason: 'unknown scheme' };
  const verdict = authorities.digest.judge(credentials, request);
  if (verdict.kind === 'accepted') return { kind: 'digest' };
  return { kind: 'challenged', stale: verdict.stale, reason: verdict.reason };
}
