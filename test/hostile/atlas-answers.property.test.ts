/** Whatever Atlas, or what stands in its place, answers: a document or an `AtlasError`, and nothing else. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import type * as v from 'valibot';
import { parseAccessToken } from '../../src/atlas/access-token.ts';
import type { HttpAnswer } from '../../src/atlas/body.ts';
import { clusterSchema } from '../../src/atlas/cluster.ts';
import { parseChallenges, selectDigestChallenge } from '../../src/atlas/digest-challenge.ts';
import { digestAuthorization } from '../../src/atlas/digest-response.ts';
import { readDocument } from '../../src/atlas/document.ts';
import { AtlasError } from '../../src/atlas/errors.ts';
import { exportBucketSchema } from '../../src/atlas/export-bucket.ts';
import { exportJobSchema } from '../../src/atlas/export-job.ts';
import { listAll } from '../../src/atlas/pages.ts';
import { createTextCleaner } from '../../src/atlas/redact.ts';
import { errorFromAnswer, retryAfterMsOf } from '../../src/atlas/response-error.ts';
import { resourcePath } from '../../src/atlas/api-version.ts';
import { parseRetryAfter } from '../../src/atlas/retry-after.ts';
import { snapshotSchema } from '../../src/atlas/snapshot.ts';
import { PROPERTY_LIMITS } from '../atlas/support/property-limits.ts';
import { exportJob } from './export-job-document.ts';
import { hostileBody, hostileDocument, hostileJson, hostileText, jsonText } from './hostile-values.ts';

/** Many properties of one kind: each gets its share of the time. */
const limits = { ...PROPERTY_LIMITS, interruptAfterTimeLimit: 2_000 };

const secret = 'a-secret-that-must-not-be-shown';
const context = { operation: 'getExportJob', effect: 'none', clean: createTextCleaner([secret]) } as const;
const id = '5'.repeat(24);
const pageLimit = 5;
const yearMs = 366 * 24 * 60 * 60 * 1000;

const documents: readonly (readonly [string, v.GenericSchema<unknown, object>, Record<string, unknown>])[] = [
  ['an export job', exportJobSchema, exportJob],
  [
    'a snapshot',
    snapshotSchema,
    {
      id,
      status: 'completed',
      snapshotType: 'onDemand',
      createdAt: '2026',
      members: [],
      storageSizeBytes: 1,
    },
  ],
  [
    'a cluster',
    clusterSchema,
    { name: 'c', id, clusterType: 'REPLICASET', paused: false, backupEnabled: true },
  ],
  ['a bucket', exportBucketSchema, { _id: id, bucketName: 'b', cloudProvider: 'AWS', iamRoleId: id }],
];

function answer(text: string, rest: Partial<HttpAnswer> = {}): HttpAnswer {
  return { status: 200, headers: {}, text, ...rest };
}

/** Runs what may fail with an `AtlasError` of bounded size; undefined then. */
function allowing<Result>(work: () => Result): Result | undefined {
  try {
    return work();
  } catch (error) {
    assertAtlasError(error);
    return undefined;
  }
}

function assertAtlasError(error: unknown): void {
  assert.ok(error instanceof AtlasError, `threw ${String(error)}`);
  assert.ok(error.message.length < 1_000, `a message of ${error.message.length} characters`);
  assert.ok(!error.message.includes(secret));
}

describe('whatever comes back from Atlas', () => {
  for (const [what, schema, document] of documents) {
    test(`in place of ${what} is that document or an AtlasError`, () => {
      const body = fc.oneof(
        { weight: 5, arbitrary: hostileDocument(document) },
        { weight: 1, arbitrary: hostileBody() },
      );
      fc.assert(
        fc.property(body, (text) => {
          const read = allowing(() => readDocument(answer(text), schema, context));
          if (read === undefined) return;
          assert.equal(Object.getPrototypeOf(read), Object.prototype);
          // It crosses into a workflow's history and into a path.
          assert.ok(JSON.stringify(read).length < 2_000_000);
          if ('id' in read && schema === exportJobSchema) resourcePath('v2', [String(read.id)]);
        }),
        limits,
      );
    });
  }

  test('as words, at whatever length, is shown without half of a character, which protobuf cannot hold', () => {
    const clean = createTextCleaner([secret]);
    const pair = '\u{1f600}';
    const words = fc
      .tuple(fc.nat(400), hostileText())
      .map(([before, text]) => 'a'.repeat(before) + pair + text);
    fc.assert(
      fc.property(words, (text) => {
        const shown = clean(text);
        assert.doesNotMatch(shown, /\p{Surrogate}/u);
        assert.ok(shown.length <= 301, `${shown.length} characters`);
      }),
      limits,
    );
    assert.equal(clean(`${'a'.repeat(299)}${pair}more`), `${'a'.repeat(299)}\u{fffd}…`);
  });

  test('as a list ends: with the items, or an AtlasError, after a bounded number of pages', async () => {
    const href = fc.oneof(
      hostileText(),
      fc.webUrl(),
      fc.nat(9).map((page) => `?pageNum=${page}`),
      fc.constant('https://atlas.example/list?pageNum=2'),
    );
    const links = fc.oneof(
      fc.array(fc.record({ rel: fc.constantFrom<unknown>('next', 'NEXT', 'self', 1), href }), {
        maxLength: 3,
      }),
      hostileJson(),
    );
    const page = fc.oneof(
      { weight: 4, arbitrary: fc.tuple(fc.array(hostileDocument(exportJob), { maxLength: 3 }), links) },
      { weight: 1, arbitrary: hostileBody() },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(page, { minLength: 1, maxLength: 12 }), async (pages) => {
        let fetched = 0;
        const fetchPage = (path: string): Promise<HttpAnswer> => {
          assert.ok(path.startsWith('/list'), `went to ${path}`);
          const next = pages[fetched % pages.length] ?? '';
          fetched += 1;
          const text =
            typeof next === 'string'
              ? next
              : `{"results":[${next[0].join(',')}],"links":${jsonText(next[1])}}`;
          return Promise.resolve(answer(text));
        };
        const url = new URL('https://atlas.example/list');
        const request = {
          url,
          search: '?pageNum=1',
          pagesMax: pageLimit,
          fetchPage,
          errorContext: () => context,
        };
        await listAll(request, exportJobSchema, ({ id }) => id).catch(assertAtlasError);
        assert.ok(fetched <= pageLimit, `${fetched} pages`);
      }),
      limits,
    );
  });

  test('as an error is the error of its status, short, without secrets', () => {
    const apiError = {
      error: 404,
      errorCode: 'CLUSTER_NOT_FOUND',
      detail: `no ${secret}`,
      badRequestDetail: {},
    };
    const fields = hostileJson().map((each) => ({
      badRequestDetail: { fields: [{ field: each, description: each }] },
    }));
    const body = fc.oneof(hostileDocument(apiError), hostileBody(), fields.map(jsonText));
    const status = fc.integer({ min: 300, max: 599 });
    const headers = fc.dictionary(
      fc.constantFrom('content-type', 'x-error-code', 'retry-after', 'date'),
      fc.oneof(hostileText(), fc.array(hostileText(), { maxLength: 2 })),
    );
    fc.assert(
      fc.property(body, status, headers, (text, drawnStatus, drawnHeaders) => {
        const error = errorFromAnswer(answer(text, { status: drawnStatus, headers: drawnHeaders }), context);
        assertAtlasError(error);
        assert.equal(error.status, drawnStatus);
        const { retryAfterMs = 0 } = error;
        assert.ok(retryAfterMs >= 0 && retryAfterMs <= yearMs);
      }),
      limits,
    );
  });

  test('as an access token is one that may stand in a header, or none', () => {
    const token = { access_token: 'abc', token_type: 'Bearer', expires_in: 3600 };
    fc.assert(
      fc.property(fc.oneof(hostileDocument(token), hostileBody()), (text) => {
        const parsed = parseAccessToken(answer(text));
        if (parsed === undefined) return;
        assert.match(parsed.accessToken, /^[!-~]+$/);
        assert.ok(parsed.lifeMs >= 1_000 && parsed.lifeMs <= 86_400_000);
      }),
      limits,
    );
  });

  test('as a challenge is answered with a header of one line, or not at all', () => {
    const parameter = fc
      .tuple(
        fc.constantFrom('realm', 'nonce', 'qop', 'algorithm', 'opaque', 'stale', 'userhash'),
        hostileText(),
      )
      .map(([name, value]) => `${name}="${value}"`);
    const header = fc.oneof(
      hostileText(),
      fc
        .array(parameter, { maxLength: 8 })
        .map((all) => `Digest realm="r", nonce="n", qop="auth", ${all.join(', ')}`),
    );
    fc.assert(
      fc.property(header, (text) => {
        const challenge = selectDigestChallenge(parseChallenges([text, text]));
        if (challenge === undefined) return;
        const input = {
          publicKey: 'p',
          privateKey: secret,
          method: 'GET',
          uri: '/',
          cnonce: 'c',
          nonceCount: 1,
        };
        const written = digestAuthorization({ ...input, challenge });
        assert.ok(!written.includes(secret));
        assert.ok(written.length < 3 * text.length + 1_000);
      }),
      limits,
    );
  });

  test('as Retry-After is a wait of up to a year, or none', () => {
    fc.assert(
      fc.property(hostileText(), hostileText(), fc.double(), (text, date, nowMs) => {
        for (const waitMs of [parseRetryAfter(text, nowMs), retryAfterMsOf({ 'retry-after': text, date })]) {
          assert.ok(waitMs === undefined || (waitMs >= 0 && waitMs <= yearMs), String(waitMs));
        }
      }),
      limits,
    );
  });
});
