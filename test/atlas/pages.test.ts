import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import type { AtlasClientOptions, ExportJob } from '../../src/atlas/index.ts';
import { guardWithDigest } from './support/digest-guard.ts';
import { startScriptedServer } from './support/scripted-server.ts';
import type { SeenRequest } from './support/scripted-server.ts';
import { CLUSTER, EXPORT_JOB, failureOf, startClient } from './support/test-client.ts';

const LIST_PATH = `/api/atlas/v2/groups/${CLUSTER.groupId}/clusters/Cluster0/backup/exports`;

interface Page {
  readonly results: readonly unknown[];
  readonly next?: string;
}

/** Serves `pages` by `pageNum`, and lists the export jobs. */
async function startList(
  test: TestContext,
  pages: (baseUrl: string) => readonly Page[],
  options: Partial<AtlasClientOptions> = {},
): Promise<{
  readonly list: () => Promise<ExportJob[]>;
  readonly seen: () => string[];
  readonly wireRequests: () => number | undefined;
}> {
  let baseUrl = '';
  const guard = guardWithDigest((request: SeenRequest) => {
    const pageNum = Number(new URL(request.path, baseUrl).searchParams.get('pageNum'));
    const page = pages(baseUrl)[pageNum - 1];
    if (page === undefined) return { status: 400, body: { detail: `no page ${pageNum}` } };
    const self = { rel: 'self', href: baseUrl + request.path };
    const links = page.next === undefined ? [self] : [self, { rel: 'next', href: page.next }];
    return { body: { links, results: page.results, totalCount: 999 } };
  });
  const server = await startScriptedServer(test, guard.script);
  ({ baseUrl } = server);
  const { client, events } = startClient(test, baseUrl, options);
  const seen = (): string[] =>
    server.seen.filter(({ headers }) => headers.authorization !== undefined).map(({ path }) => path);
  return { list: () => client.listExportJobs(CLUSTER), seen, wireRequests: () => events[0]?.wireRequests };
}

const job = (id: string, state = 'Queued'): object => ({ ...EXPORT_JOB, id, state });
const pageUrl = (baseUrl: string, pageNum: number): string =>
  `${baseUrl}${LIST_PATH}?includeCount=true&itemsPerPage=500&pageNum=${pageNum}`;

describe('a list', () => {
  it('is read through all its pages by their next links, each id once, the later sighting kept', async (test) => {
    const { list, seen, wireRequests } = await startList(test, (baseUrl) => [
      { results: [job('a'), job('b')], next: pageUrl(baseUrl, 2) },
      { results: [job('b', 'InProgress'), job('c')], next: pageUrl(baseUrl, 3) },
      { results: [] },
    ]);
    assert.deepEqual(
      (await list()).map(({ id, state }) => [id, state]),
      [
        ['a', 'Queued'],
        ['b', 'InProgress'],
        ['c', 'Queued'],
      ],
    );
    const query = '?includeCount=true&itemsPerPage=500&pageNum=';
    const paths = ['?itemsPerPage=500&pageNum=1', `${query}2`, `${query}3`].map(
      (search) => LIST_PATH + search,
    );
    assert.deepEqual(seen(), paths);
    assert.equal(wireRequests(), 4, 'three pages and the challenge, as one call');
  });

  it('follows a next link that has only a query', async (test) => {
    const { list } = await startList(test, () => [
      { results: [job('a')], next: '?pageNum=2' },
      { results: [job('b')] },
    ]);
    assert.equal((await list()).length, 2);
  });

  const refused: readonly (readonly [string, (baseUrl: string) => string, RegExp])[] = [
    ['to another origin', (): string => `http://127.0.0.1:1${LIST_PATH}?pageNum=2`, /leads away/],
    ['to another path', (baseUrl): string => `${baseUrl}/api/atlas/v2/groups/other?pageNum=2`, /leads away/],
    ['that is no URL', (): string => 'http://[', /no URL/],
    ['to itself', (): string => '?itemsPerPage=500&pageNum=1', /lead back/],
  ];
  for (const [title, next, message] of refused) {
    it(`with a next link ${title} is an ATLAS_RESPONSE error, never a shorter list`, async (test) => {
      const { list, seen } = await startList(test, (baseUrl) => [
        { results: [job('a')], next: next(baseUrl) },
      ]);
      const error = await failureOf(list());
      assert.equal(error.code, 'ATLAS_RESPONSE');
      assert.match(error.message, message);
      assert.equal(seen().length, 1);
    });
  }

  it('whose pages go round in a circle is an ATLAS_RESPONSE error', async (test) => {
    const { list, seen } = await startList(test, () => [
      { results: [job('a')], next: '?pageNum=2' },
      { results: [job('b')], next: '?itemsPerPage=500&pageNum=1' },
    ]);
    assert.match((await failureOf(list())).message, /lead back/);
    assert.equal(seen().length, 2);
  });

  it('of more pages than are allowed is an ATLAS_RESPONSE error', async (test) => {
    const endless = Array.from({ length: 9 }, (_, index) => ({
      results: [job(`j${index}`)],
      next: `?pageNum=${index + 2}`,
    }));
    const { list, seen } = await startList(test, () => endless, { pagesMax: 3 });
    assert.match((await failureOf(list())).message, /more than 3 pages/);
    assert.equal(seen().length, 3);
  });

  it('with one item that has no id fails as a whole: the item could be the one looked for', async (test) => {
    const { list } = await startList(test, () => [{ results: [job('a'), { state: 'Queued' }] }]);
    const error = await failureOf(list());
    assert.equal(error.code, 'ATLAS_RESPONSE');
    assert.match(error.message, /results\.1\.id/);
  });

  it('has the time of one request for each of its pages', async (test) => {
    const pages = 12;
    const guard = guardWithDigest((request, response) => {
      const pageNum = Number(new URL(request.path, 'http://x').searchParams.get('pageNum'));
      const links = pageNum < pages ? [{ rel: 'next', href: `?pageNum=${pageNum + 1}` }] : [];
      setTimeout(() => response.end(JSON.stringify({ results: [], links })), 40);
      return undefined;
    });
    const server = await startScriptedServer(test, guard.script);
    const { client } = startClient(test, server.baseUrl, { timeouts: { requestTimeoutMs: 300 } });
    assert.deepEqual(await client.listExportJobs(CLUSTER), []);
  });

  it('fails when one of its pages does not come in time', async (test) => {
    const guard = guardWithDigest((request, response) => {
      const pageNum = Number(new URL(request.path, 'http://x').searchParams.get('pageNum'));
      const links = [{ rel: 'next', href: `?pageNum=${pageNum + 1}` }];
      if (pageNum < 3) response.end(JSON.stringify({ results: [], links }));
      return undefined;
    });
    const server = await startScriptedServer(test, guard.script);
    const { client } = startClient(test, server.baseUrl, { timeouts: { requestTimeoutMs: 200 } });
    const error = await failureOf(client.listExportJobs(CLUSTER));
    assert.deepEqual([error.code, error.effect], ['ATLAS_TIMEOUT', 'none']);
    assert.ok(server.seen.length > 2, 'several pages were read before');
  });
});
