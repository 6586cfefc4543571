/**
 * Goal: nothing the simulator answers is at odds with the API's own description. Method: every operation that
 * openapi.json declares is called once for every status declared for it, and the response is checked against it.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Fault } from '../../simulator/index.ts';
import { OPERATIONS, ROUTES } from '../../simulator/index.ts';
import type { HttpRequest, HttpResponse } from './atlas-http.ts';
import { call, send } from './atlas-http.ts';
import type { DeclaredOperation } from './openapi-contract.ts';
import { checkAgainstSchema, checkProblem, checkResponse, DECLARED_OPERATIONS } from './openapi-contract.ts';
import type { SmallWorld } from './small-world.ts';
import { createExport, inSmallWorld } from './small-world.ts';

const FORBIDDEN: Fault = { kind: 'apiError', status: 403, errorCode: 'IP_ADDRESS_NOT_ON_WHITELIST' };
const FAULTS: Readonly<Record<string, Fault>> = {
  401: { kind: 'unauthorized' },
  403: FORBIDDEN,
  409: { kind: 'apiError', status: 409, errorCode: 'CONFLICT' },
  429: { kind: 'rateLimited', retryAfter: { form: 'seconds', seconds: 7 } },
  500: { kind: 'serverError' },
};

function bodyOf(operation: DeclaredOperation, world: SmallWorld): string | undefined {
  if (operation.method === 'GET') return undefined;
  const name = operation.operationId.replace(/V1$/, '');
  const bodies: Readonly<Record<string, unknown>> = {
    createExportJob: { snapshotId: world.ordersSnapshotId, exportBucketId: world.exportBucketId },
    createExportBucket: {
      cloudProvider: 'AWS',
      bucketName: 'archive',
      iamRoleId: '0123456789abcdef01234567',
    },
    updateExportBucket: { requirePrivateNetworking: true },
    updateSchedule: {
      autoExportEnabled: true,
      export: { exportBucketId: world.exportBucketId, frequencyType: 'monthly' },
    },
  };
  return JSON.stringify(bodies[name]);
}

function versionsOf(operation: DeclaredOperation): readonly string[] {
  const name = operation.operationId.replace(/V1$/, '');
  const versions =
    ROUTES.find((route) => route.operation === name && route.apiVersion === 'v2')?.versions ?? [];
  return operation.path.includes('/v1.0/') ? ['2023-01-01'] : versions;
}

function requestOf(operation: DeclaredOperation, world: SmallWorld, version: string): HttpRequest {
  const sharded = operation.operationId.includes('Sharded');
  const exportId = world.simulator.books.jobs[0]?.exportId ?? '';
  const path = operation.path
    .replace('{groupId}', world.simulator.groupId)
    .replace('{clusterName}', sharded ? 'events' : 'orders')
    .replace('{snapshotId}', sharded ? world.eventsSnapshotId : world.ordersSnapshotId)
    .replace('{exportBucketId}', world.exportBucketId)
    .replace('{exportId}', exportId);
  const body = bodyOf(operation, world);
  const headers = { Accept: `application/vnd.atlas.${version}+json` };
  return { method: operation.method, path, headers, ...(body === undefined ? {} : { body }) };
}

async function provoke(
  operation: DeclaredOperation,
  status: string,
  world: SmallWorld,
  version: string,
): Promise<HttpResponse> {
  const request = requestOf(operation, world, version);
  if (status === '200') return await call(world.simulator, request);
  if (status === '400') {
    if (request.body === undefined)
      return await call(world.simulator, { ...request, path: `${request.path}?pretty=maybe` });
    return await call(world.simulator, { ...request, body: '{"nonsense":' });
  }
  if (status === '404') {
    const path = request.path.replace(world.simulator.groupId, 'f'.repeat(24));
    return await call(world.simulator, { ...request, path });
  }
  if (status === '409' && operation.operationId.startsWith('createExportJob')) {
    await call(world.simulator, request);
    return await call(world.simulator, request);
  }
  const fault = FAULTS[status];
  assert.ok(fault, `no way to provoke ${status}`);
  world.simulator.faults.script({}, fault);
  return await call(world.simulator, request);
}

for (const operation of DECLARED_OPERATIONS.filter(({ operationId }) => operationId !== 'createToken')) {
  for (const status of operation.statuses) {
    test(`${operation.operationId} answers ${status} as openapi.json declares it`, async () => {
      for (const version of versionsOf(operation)) {
        await inSmallWorld(async (world) => {
          const needsJob =
            operation.operationId.startsWith('getExportJob') ||
            operation.operationId.startsWith('listExportJobs');
          if (needsJob)
            await createExport(world, { clusterName: 'orders', snapshotId: world.ordersSnapshotId });
          const response = await provoke(operation, status, world, version);
          assert.equal(String(response.status), status, response.text);
          checkResponse(operation, response);
          if (['200', '400', '404'].includes(status))
            assert.match(String(response.headers['ratelimit-limit']), /^\d+$/);
          if (Number(status) > 401) assert.ok(response.headers['x-error-code'], 'X-Error-Code is missing');
        });
      }
    });
  }
}

test('createToken answers 200 and 429 as openapi.json declares them', async () => {
  await inSmallWorld(async ({ simulator }) => {
    const operation = DECLARED_OPERATIONS.find(({ operationId }) => operationId === 'createToken');
    assert.ok(operation);
    const { clientId, clientSecret } = simulator.credentials;
    const authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
    const mint = async (): Promise<HttpResponse> =>
      await send(simulator, {
        method: 'POST',
        path: '/api/oauth/token',
        headers: { Authorization: authorization, 'Content-Type': 'application/x-www-form-urlencoded' },
        body: 'grant_type=client_credentials',
      });
    for (let index = 0; index < 10; index += 1) {
      const response = await mint();
      assert.equal(response.status, 200);
      checkResponse(operation, response);
    }
    const eleventh = await mint();
    assert.equal(eleventh.status, 429);
    checkResponse(operation, eleventh);
  });
});

test('a job is valid in every state, of a replica set and of a sharded cluster, and so are its components', async () => {
  for (const outcome of ['Successful', 'Failed', 'Cancelled'] as const) {
    await inSmallWorld(async (world) => {
      world.simulator.setExportPlan({}, { outcome, queuedMs: 1000, runningMs: 4000, componentsListed: true });
      await createExport(world, { clusterName: 'orders', snapshotId: world.ordersSnapshotId });
      await createExport(world, { clusterName: 'events', snapshotId: world.eventsSnapshotId });
      for (let second = 0; second < 8; second += 1) {
        for (const clusterName of ['orders', 'events']) {
          const list = await call(world.simulator, {
            path: `${world.group}/clusters/${clusterName}/backup/exports`,
          });
          checkAgainstSchema('PaginatedExportJobs', list.json);
        }
        world.clock.advance(1000);
      }
      assert.deepEqual(
        world.simulator.books.jobs.map((job) => job.state),
        [outcome, outcome],
      );
    });
  }
});

test('a snapshot that was asked for is valid in every status of its life', async () => {
  await inSmallWorld(async (world) => {
    const path = `${world.group}/clusters/orders/backup/snapshots`;
    const taken = await call(world.simulator, {
      method: 'POST',
      path,
      body: '{"description":"by hand","retentionInDays":2}',
    });
    assert.equal(taken.status, 200, taken.text);
    checkAgainstSchema('DiskBackupReplicaSet', taken.json);
    const statuses = new Set<unknown>();
    for (let minute = 0; minute < 7; minute += 1) {
      const list = await call(world.simulator, { path });
      checkAgainstSchema('PaginatedReplicaSetSnapshots', list.json);
      for (const status of list.text.matchAll(/"status":"(\w+)"/g)) statuses.add(status[1]);
      world.clock.advance(60_000);
    }
    assert.deepEqual(statuses, new Set(['queued', 'inProgress', 'completed']));
  });
});

test('what openapi.json does not declare is an error document in plain JSON', async () => {
  await inSmallWorld(async (world) => {
    const { simulator, group } = world;
    const cluster = `${group}/clusters/orders`;
    const undeclared: readonly (readonly [number, HttpRequest])[] = [
      [404, { path: `${group}/nothing/here` }],
      [404, { path: '/' }],
      [404, { method: 'DELETE', path: `${cluster}/backup/exports` }],
      [406, { path: cluster, headers: { Accept: 'application/json' } }],
      [
        415,
        {
          method: 'POST',
          path: `${cluster}/backup/exports`,
          body: '{}',
          headers: { 'Content-Type': 'text/plain' },
        },
      ],
      [
        400,
        {
          path: `${group}/flexClusters/orders/backup/snapshots`,
          headers: { Accept: 'application/vnd.atlas.2024-11-13+json' },
        },
      ],
    ];
    for (const [status, request] of undeclared) {
      const response = await call(simulator, request);
      assert.equal(response.status, status, `${request.path}: ${response.text}`);
      checkProblem(response);
    }
  });
});

test('every operation the simulator serves is declared, but for those known to be missing from openapi.json', () => {
  const declared = new Set(DECLARED_OPERATIONS.map(({ operationId }) => operationId.replace(/V1$/, '')));
  const missing = OPERATIONS.filter((operation) => !declared.has(operation));
  assert.deepEqual(missing.sort(), ['getFlexSnapshot', 'listFlexSnapshots', 'revokeToken', 'takeSnapshot']);
  assert.equal(DECLARED_OPERATIONS.length, 28);
});
