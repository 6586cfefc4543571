import { isIP } from 'node:net';

/**
 * An address that something with a secret is sent to: https, or plain http where it stays on this machine or is
 * allowed. A wrong one is not repeated, since it may carry a password.
 */
export function checkHttpUrl(
  text: string,
  { allowHttp, expected }: { readonly allowHttp: boolean; readonly expected: string },
): { readonly url: URL } | { readonly wrong: string; readonly expected: string } {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    return { wrong: 'is not an http or https address', expected };
  }
  if (url.username !== '' || url.password !== '')
    return { wrong: 'carries a user name or password', expected };
  if (url.protocol === 'http:' && !allowHttp && !isLoopback(url.hostname)) {
    return {
      wrong: 'is plain http to another machine',
      expected: 'https, or ATLAS_EXPORT_ALLOW_HTTP=true where nothing but your own network is in between',
    };
  }
  return { url };
}

/** Whether a URL's host name is this machine. */
export function isLoopback(hostname: string): boolean {
  if (hostname === 'localhost' || hostname === '[::1]') return true;
  return isIP(hostname) === 4 && hostname.startsWith('127.');
}
