/** One client for each of the credentials, and an answer for a name that there are none of. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApplicationFailure } from '@temporalio/common';
import { startSimulator } from '../../simulator/index.ts';
import { clientFor } from '../../src/activities/atlas-clients.ts';
import type { AtlasRequestEvent } from '../../src/atlas/index.ts';
import type { AtlasSettings } from '../../src/config.ts';
import { createAtlasClients, type OpenAtlasClients } from '../../src/worker/atlas-clients.ts';

const nowhere: AtlasSettings = {
  baseUrl: 'http://127.0.0.1:1',
  credentials: { type: 'digest', publicKey: 'public', privateKey: 'private-key' },
};

function clientsOf(
  atlas: Readonly<Record<string, AtlasSettings>>,
  onRequest: (event: AtlasRequestEvent) => void = () => undefined,
): OpenAtlasClients {
  return createAtlasClients({ atlas: new Map(Object.entries(atlas)), apiVersion: 'v2' }, onRequest);
}

test('credentials have a client of their own, made once', async () => {
  const clients = clientsOf({ default: nowhere, 'team-a': nowhere });
  const ofTeamA = clientFor(clients, { credentials: 'team-a' });
  assert.equal(clientFor(clients, { credentials: 'team-a' }), ofTeamA);
  assert.notEqual(clientFor(clients, {}), ofTeamA);
  assert.equal(clientFor(clients, { credentials: undefined }), clientFor(clients, {}));
  await clients.close();
});

test('a name that is not there is told with those that are, and not tried again by Temporal', () => {
  for (const [clients, credentials, says] of [
    [
      clientsOf({ default: nowhere, 'team-a': nowhere }),
      'team-b',
      /no credentials "team-b".*: default, team-a\./,
    ],
    [clientsOf({ 'team-a': nowhere }), undefined, /no default credentials.*: team-a\./],
    [clientsOf({ default: nowhere }), 'constructor', /no credentials "constructor".*: default\./],
  ] as const) {
    assert.throws(
      () => clientFor(clients, { credentials }),
      (error: unknown) => {
        assert.ok(error instanceof ApplicationFailure);
        assert.equal(error.type, 'CREDENTIALS_UNKNOWN');
        assert.equal(error.nonRetryable, true);
        assert.match(error.message, says);
        return true;
      },
    );
  }
});

test('a pause that Atlas asks of one does not hold up another, and neither spends the other’s nonces', async (t) => {
  const simulator = await startSimulator({ seed: 'two credentials' });
  t.after(() => simulator.close());
  const { credentials, baseUrl, groupId } = simulator;
  const { publicKey, privateKey } = credentials;
  const settings: AtlasSettings = { baseUrl, credentials: { type: 'digest', publicKey, privateKey } };
  let wireRequests = 0;
  const clients = clientsOf({ default: settings, 'team-a': settings }, (event) => {
    wireRequests += event.wireRequests;
  });
  t.after(() => clients.close());
  const [one, other] = [clientFor(clients, {}), clientFor(clients, { credentials: 'team-a' })];
  simulator.faults.script(
    { operation: 'listExportBuckets', times: 1 },
    { kind: 'rateLimited', retryAfter: { form: 'seconds', seconds: 60 } },
  );
  await assert.rejects(one.listExportBuckets({ groupId }), { code: 'ATLAS_RATE_LIMITED' });
  await assert.rejects(one.listExportBuckets({ groupId }), /held back/);
  const before = wireRequests;
  await Promise.all(Array.from({ length: 5 }, () => other.listExportBuckets({ groupId })));
  assert.equal(wireRequests - before, 6, 'five answers and one challenge: its own nonce, fetched once');
});
