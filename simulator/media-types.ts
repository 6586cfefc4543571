import type { Route } from './operations.ts';
import { Problem, notAcceptable } from './problems.ts';

const ATLAS_MEDIA_TYPE = /^application\/vnd\.atlas\.(\d{4}-\d{2}-\d{2})\+json$/;

function mediaTypes(header: string): string[] {
  return header.split(',').map((part) => (part.split(';')[0] ?? '').trim().toLowerCase());
}

function isDate(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return Number.isFinite(time) && new Date(time).toISOString().startsWith(text);
}

/**
 * The version that answers a v2 request: the newest one not after the date that `Accept` names.
 * Throws 406 where no date is named or none is old enough.
 */
export function resolveVersion(route: Route, accept: string | undefined): string {
  for (const mediaType of mediaTypes(accept ?? '')) {
    const date = ATLAS_MEDIA_TYPE.exec(mediaType)?.[1];
    if (date === undefined) continue;
    if (!isDate(date)) throw notAcceptable(`Invalid version date ${date}.`);
    const version = route.versions.findLast((candidate) => candidate <= date);
    if (version === undefined) throw notAcceptable(`No version of this resource is as old as ${date}.`);
    return version;
  }
  throw notAcceptable('An Accept header of the form application/vnd.atlas.YYYY-MM-DD+json is required.');
}

/** The content type of a success: the resolved version for v2, plain JSON elsewhere. */
export function successContentType(version: string | undefined): string {
  return version === undefined ? 'application/json' : `application/vnd.atlas.${version}+json;charset=utf-8`;
}

/** Throws 415 unless a request body is declared as JSON, plain or (v2 only) versioned. */
export function checkRequestContentType(route: Route, contentType: string | undefined): void {
  const [mediaType = ''] = mediaTypes(contentType ?? '');
  if (mediaType === 'application/json') return;
  if (route.apiVersion === 'v2' && ATLAS_MEDIA_TYPE.test(mediaType)) return;
  throw new Problem({
    status: 415,
    errorCode: 'UNSUPPORTED_MEDIA_TYPE',
    detail: `Unsupported content type ${mediaType === '' ? '(none)' : mediaType}.`,
    parameters: [],
  });
}

/** `Deprecation` and `Sunset` of a version that a newer one replaces, in the recorded form. */
export function deprecationHeaders(route: Route, version: string): Record<string, string> {
  const newer = route.versions[route.versions.indexOf(version) + 1];
  if (newer === undefined) return {};
  const date = new Date(`${newer}T00:00:00Z`);
  const weekday = date.toLocaleString('en-US', { weekday: 'short', timeZone: 'UTC' });
  const month = date.toLocaleString('en-US', { month: 'short', timeZone: 'UTC' });
  return {
    Deprecation: `${weekday}, ${date.getUTCDate()} ${month} ${date.getUTCFullYear()} 00:00:00 GMT`,
    Sunset: 'Thu, 1 Jul 2027 00:00:00 GMT',
  };
}
