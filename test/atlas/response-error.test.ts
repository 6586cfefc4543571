import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { guardWithDigest } from './support/digest-guard.ts';
import { startScriptedServer } from './support/scripted-server.ts';
import type { Reply } from './support/scripted-server.ts';
import {
  CLUSTER,
  EXPORT_JOB_LOCATOR,
  EXPORT_REQUEST,
  failureOf,
  startClient,
} from './support/test-client.ts';

const API_ERROR = {
  detail: 'No cluster named X exists in group G.',
  error: 404,
  errorCode: 'CLUSTER_NOT_FOUND',
  parameters: ['X', 'G'],
  reason: 'Not Found',
};

function apiError(status: number, errorCode: string): Reply {
  return { status, body: { error: status, errorCode, detail: null, reason: 'A reason', parameters: null } };
}

const CASES: readonly (readonly [Reply, string, 'none' | 'unknown'])[] = [
  [apiError(400, 'VALIDATION_ERROR'), 'ATLAS_REJECTED', 'none'],
  [apiError(401, 'UNEXPECTED_ERROR'), 'ATLAS_UNAUTHORIZED', 'none'],
  [apiError(401, 'NOT_IN_GROUP'), 'ATLAS_UNAUTHORIZED', 'none'],
  [apiError(402, 'ACCOUNT_SUSPENDED'), 'ATLAS_REJECTED', 'none'],
  [apiError(403, 'IP_ADDRESS_NOT_ON_ACCESS_LIST'), 'ATLAS_FORBIDDEN', 'none'],
  [apiError(404, 'UNEXPECTED_ERROR'), 'ATLAS_NOT_FOUND', 'none'],
  [apiError(405, 'WRITES_NOT_ALLOWED_DURING_APP_UPGRADES'), 'ATLAS_UNAVAILABLE', 'none'],
  [apiError(405, 'SOMETHING_ELSE'), 'ATLAS_REJECTED', 'none'],
  [apiError(406, 'INVALID_VERSION_DATE'), 'ATLAS_REJECTED', 'none'],
  [apiError(409, 'WHATEVER_ATLAS_CALLS_IT'), 'ATLAS_CONFLICT', 'none'],
  [apiError(429, 'RATE_LIMITED_TOKEN_BUCKET'), 'ATLAS_RATE_LIMITED', 'none'],
  [apiError(500, 'UNEXPECTED_ERROR'), 'ATLAS_UNAVAILABLE', 'unknown'],
  [apiError(503, 'SERVICE_UNAVAILABLE'), 'ATLAS_UNAVAILABLE', 'unknown'],
];

describe('an answer that is no success', () => {
  for (const [reply, code, effect] of CASES) {
    const status = reply.status ?? 0;
    const errorCode = JSON.stringify(reply.body).match(/"errorCode":"(\w+)"/)?.[1] ?? '';
    it(`of status ${status} ${errorCode} is ${code}, effect ${effect}`, async (test) => {
      const server = await startScriptedServer(test, guardWithDigest(() => reply).script);
      const { client } = startClient(test, server.baseUrl);
      const error = await failureOf(client.createExportJob(CLUSTER, EXPORT_REQUEST));
      assert.deepEqual(
        [error.code, error.status, error.errorCode, error.effect],
        [code, status, errorCode, effect],
      );
      assert.equal(error.detail, 'A reason');
      assert.equal(error.message, `Atlas answered createExportJob with ${status} ${errorCode}: A reason`);
    });
  }

  it("carries Atlas's own code and explanation", async (test) => {
    const script = guardWithDigest(() => ({ status: 404, body: API_ERROR })).script;
    const server = await startScriptedServer(test, script);
    const { client, events } = startClient(test, server.baseUrl);
    const error = await failureOf(client.getExportJob(EXPORT_JOB_LOCATOR));
    assert.equal(error.name, 'AtlasNotFoundError');
    assert.deepEqual([error.errorCode, error.detail], [API_ERROR.errorCode, API_ERROR.detail]);
    assert.deepEqual([events[0]?.status, events[0]?.code], [404, 'ATLAS_NOT_FOUND']);
  });

  it('names the fields that a 400 complains about', async (test) => {
    const fields = [{ field: 'snapshotId', description: 'must be an id' }];
    const body = { error: 400, errorCode: 'VALIDATION_ERROR', badRequestDetail: { fields } };
    const server = await startScriptedServer(test, guardWithDigest(() => ({ status: 400, body })).script);
    const { client } = startClient(test, server.baseUrl);
    const error = await failureOf(client.createExportJob(CLUSTER, EXPORT_REQUEST));
    assert.equal(error.detail, 'snapshotId: must be an id');
  });

  it('in HTML is told by its title, never by its markup', async (test) => {
    const body = `<!DOCTYPE html><html><head><title>503 Service\nUnavailable</title></head><body>${'x'.repeat(9_000)}</body></html>`;
    const reply = { status: 503, headers: { 'content-type': 'text/html' }, body };
    const server = await startScriptedServer(test, guardWithDigest(() => reply).script);
    const { client } = startClient(test, server.baseUrl);
    const error = await failureOf(client.getExportJob(EXPORT_JOB_LOCATOR));
    const words = 'an HTML page titled "503 Service Unavailable"';
    assert.equal(error.message, `Atlas answered getExportJob with 503: ${words}`);
  });

  it('takes its code from X-Error-Code when the body has none', async (test) => {
    const reply = {
      status: 409,
      headers: { 'x-error-code': 'FROM_HEADER' },
      body: 'plain text\u0000\u001b[31m',
    };
    const server = await startScriptedServer(test, guardWithDigest(() => reply).script);
    const { client } = startClient(test, server.baseUrl);
    const error = await failureOf(client.getExportJob(EXPORT_JOB_LOCATOR));
    assert.deepEqual([error.errorCode, error.detail], ['FROM_HEADER', 'plain text [31m']);
  });

  it("measures a Retry-After date by the server's own clock", async (test) => {
    const headers = {
      date: 'Sun, 06 Nov 1994 08:49:37 GMT',
      'retry-after': 'Sun, 06 Nov 1994 08:50:37 GMT',
    };
    const script = guardWithDigest(() => ({ ...apiError(503, 'X'), headers })).script;
    const server = await startScriptedServer(test, script);
    const { client } = startClient(test, server.baseUrl);
    assert.equal((await failureOf(client.getExportJob(EXPORT_JOB_LOCATOR))).retryAfterMs, 60_000);
  });
});
