import * as v from 'valibot';
import type { HttpAnswer } from './body.ts';
import { readDocument } from './document.ts';
import { errorFromUnusableBody } from './response-error.ts';
import type { ErrorContext } from './response-error.ts';

/** The most items Atlas puts on a page (v2 specification, `itemsPerPage`). */
export const ITEMS_PER_PAGE_MAX = 500;

export interface PageRequest {
  /** The list's own URL, without query. */
  readonly url: URL;
  /** The first page's query, `''` or starting with `?`. */
  readonly search: string;
  readonly pagesMax: number;
  /** Fetches one page: `pathAndQuery` is what goes on the wire. */
  readonly fetchPage: (pathAndQuery: string) => Promise<HttpAnswer>;
  readonly errorContext: () => ErrorContext;
}

const linkSchema = v.object({ rel: v.string(), href: v.string() });

/**
 * All items of a list, following `links` rel `next`, each key once.
 *
 * Atlas documents no order and pages by offset, so an item can be seen twice while others come and go: the
 * later sighting is the fresher one. `totalCount` is an estimate and not looked at. A list that cannot be
 * read to its end is an error, never a shorter list.
 */
export async function listAll<Item>(
  request: PageRequest,
  item: v.GenericSchema<unknown, Item>,
  keyOf: (item: Item) => string,
): Promise<Item[]> {
  const pageSchema = v.object({
    results: v.array(item),
    links: v.fallback(v.array(v.unknown()), []),
  });
  const items = new Map<string, Item>();
  const seen = new Set<string>();
  let search: string | undefined = request.search;
  while (search !== undefined) {
    seen.add(search);
    const answer = await request.fetchPage(request.url.pathname + search);
    const page = readDocument(answer, pageSchema, request.errorContext());
    for (const found of page.results) items.set(keyOf(found), found);
    const next = nextSearch(page.links, request.url, search);
    if (typeof next === 'object') throw errorFromUnusableBody(answer, next.problem, request.errorContext());
    if (next !== undefined && seen.has(next)) {
      throw errorFromUnusableBody(answer, 'its pages lead back to themselves', request.errorContext());
    }
    if (next !== undefined && seen.size >= request.pagesMax) {
      const problem = `the list has more than ${request.pagesMax} pages`;
      throw errorFromUnusableBody(answer, problem, request.errorContext());
    }
    search = next;
  }
  return [...items.values()];
}

/** Only the query of a next link is followed, and only when it is a link to the same list. */
function nextSearch(
  links: readonly unknown[],
  listUrl: URL,
  currentSearch: string,
): string | undefined | { readonly problem: string } {
  for (const candidate of links) {
    const link = v.safeParse(linkSchema, candidate);
    if (!link.success || link.output.rel.toLowerCase() !== 'next') continue;
    const base = new URL(listUrl.pathname + currentSearch, listUrl).href;
    if (!URL.canParse(link.output.href, base)) return { problem: 'its next link is no URL' };
    const next = new URL(link.output.href, base);
    const samePath = withoutSlash(next.pathname) === withoutSlash(listUrl.pathname);
    if (next.origin !== listUrl.origin || !samePath) {
      return { problem: 'its next link leads away from the list, and is not followed' };
    }
    return next.search;
  }
  return undefined;
}

function withoutSlash(path: string): string {
  return path.endsWith('/') ? path.slice(0, -1) : path;
}
