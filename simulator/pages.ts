import type { Document } from './documents.ts';
import { badRequest } from './problems.ts';

/** Query parameters, checked against those that the operation takes. */
export interface Query {
  readonly pageNum: number;
  readonly itemsPerPage: number;
  readonly includeCount: boolean;
  readonly envelope: boolean;
  readonly pretty: boolean;
}

function invalid(name: string): never {
  throw badRequest('INVALID_QUERY_PARAMETER', `Invalid query parameter ${name} specified.`, [name]);
}

function integer(search: URLSearchParams, name: string, limits: { fallback: number; max: number }): number {
  const text = search.get(name);
  if (text === null) return limits.fallback;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  return value >= 1 && value <= limits.max ? value : invalid(name);
}

function flag(search: URLSearchParams, name: string, fallback: boolean): boolean {
  const text = search.get(name);
  if (text === null) return fallback;
  return text === 'true' || (text === 'false' ? false : invalid(name));
}

/** Throws 400 `INVALID_QUERY_PARAMETER` on a parameter the operation does not take, or a wrong value. */
export function readQuery(search: URLSearchParams, taken: readonly string[]): Query {
  for (const name of search.keys()) if (!taken.includes(name)) invalid(name);
  return {
    pageNum: integer(search, 'pageNum', { fallback: 1, max: 999_999_999 }),
    itemsPerPage: integer(search, 'itemsPerPage', { fallback: 100, max: 500 }),
    includeCount: flag(search, 'includeCount', true),
    envelope: flag(search, 'envelope', false),
    pretty: flag(search, 'pretty', false),
  };
}

/** One page: `links` with self, and previous and next where there are such pages; `totalCount` unless told not to. */
export function page<Item>(
  items: readonly Item[],
  options: { query: Query; href: string; document: (item: Item) => Document },
): Document {
  const { query, href } = options;
  const link = (rel: string, pageNum: number): Document => ({
    href: `${href}?includeCount=${query.includeCount}&itemsPerPage=${query.itemsPerPage}&pageNum=${pageNum}`,
    rel,
  });
  const first = (query.pageNum - 1) * query.itemsPerPage;
  const links = [link('self', query.pageNum)];
  if (query.pageNum > 1) links.push(link('previous', query.pageNum - 1));
  if (first + query.itemsPerPage < items.length) links.push(link('next', query.pageNum + 1));
  return {
    links,
    results: items.slice(first, first + query.itemsPerPage).map(options.document),
    ...(query.includeCount ? { totalCount: items.length } : {}),
  };
}
