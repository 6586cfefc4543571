/**
 * Goal: the simulator goes on working for the real Atlas CLI. Method: recorded/atlas-cli-1.46.0.json holds the requests
 * that this CLI sent, byte for byte but for ids and the values of its credentials; they are sent again in the same
 * order, each digest answered afresh in the CLI's own spelling, and must get the same statuses.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { manualClock, startSimulator } from '../../simulator/index.ts';
import type { Simulator } from '../../simulator/index.ts';
import type { HttpResponse } from './atlas-http.ts';
import { nonceOf, objectOf, send } from './atlas-http.ts';
import { checkResponse, DECLARED_OPERATIONS } from './openapi-contract.ts';

interface RecordedCliRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
  readonly status: number;
}

interface RecordedCommand {
  readonly name: string;
  readonly requests: readonly RecordedCliRequest[];
}

function textsOf(value: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(objectOf(value)).map(([name, text]) => [name, String(text)]));
}

function requestOf(value: unknown): RecordedCliRequest {
  const { method, path, headers, body, status } = objectOf(value);
  const common = {
    method: String(method),
    path: String(path),
    headers: textsOf(headers),
    status: Number(status),
  };
  if (body === undefined) return common;
  return { ...common, body: typeof body === 'string' ? body : JSON.stringify(body) };
}

function readRecording(): RecordedCommand[] {
  const file = new URL('../../../test/simulator/recorded/atlas-cli-1.46.0.json', import.meta.url);
  const { commands } = objectOf(JSON.parse(readFileSync(file, 'utf8')));
  assert.ok(Array.isArray(commands));
  return commands.map((command) => {
    const { args, requests } = objectOf(command);
    assert.ok(Array.isArray(args) && Array.isArray(requests));
    return { name: args.slice(0, 4).join(' '), requests: requests.map(requestOf) };
  });
}

/** The recorded `Authorization` with its four placeholders filled in; everything else stays as the CLI wrote it. */
function answered(
  request: RecordedCliRequest,
  options: { nonce: string; simulator: Simulator; authorization: string; uri: string },
): string {
  const { nonce, simulator, authorization, uri } = options;
  const { publicKey, privateKey } = simulator.credentials;
  const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
  const secret = md5(`${publicKey}:MMS Public API:${privateKey}`);
  const response = md5(`${secret}:${nonce}:00000001:c0ffee:auth:${md5(`${request.method}:${uri}`)}`);
  return authorization
    .replace('{username}', publicKey)
    .replace('{nonce}', nonce)
    .replace('{response}', response)
    .replace('{cnonce}', 'c0ffee');
}

function checkContract(request: RecordedCliRequest, response: HttpResponse): void {
  const segments = (request.path.split('?')[0] ?? '').split('/');
  const operation = DECLARED_OPERATIONS.find(({ method, path }) => {
    const parts = path.split('/');
    return (
      method === request.method &&
      parts.length === segments.length &&
      parts.every((part, index) => part.startsWith('{') || part === segments[index])
    );
  });
  if (operation) checkResponse(operation, response);
}

test('the requests of the real Atlas CLI 1.46.0 get the answers it got', async () => {
  const clock = manualClock();
  const simulator = await startSimulator({ clock });
  try {
    for (const clusterName of ['orders', 'events']) {
      simulator.addCluster({ clusterName, clusterType: clusterName === 'orders' ? 'REPLICASET' : 'SHARDED' });
    }
    simulator.setExportPlan({ clusterName: 'orders', attempt: 2 }, { outcome: 'Failed' });
    const names: Record<string, string> = {
      '{groupId}': simulator.groupId,
      '{host}': `127.0.0.1:${simulator.port}`,
      '{ordersSnapshotId}': simulator.addSnapshot({ clusterName: 'orders' }).id,
      '{eventsSnapshotId}': simulator.addSnapshot({ clusterName: 'events' }).id,
      '{exportBucketId}': simulator.addBucket().id,
    };
    const filled = (text: string): string =>
      Object.entries(names).reduce((rest, [name, value]) => rest.replaceAll(name, value), text);
    let nonce = '';
    for (const command of readRecording()) {
      if (command.name.endsWith('jobs watch')) clock.advance(3_600_000);
      for (const recorded of command.requests) {
        const headers = Object.fromEntries(
          Object.entries(recorded.headers).map(([name, value]) => [name, filled(value)]),
        );
        const path = filled(recorded.path);
        const authorization = headers['Authorization'];
        if (authorization !== undefined)
          headers['Authorization'] = answered(recorded, { nonce, simulator, authorization, uri: path });
        const body = recorded.body === undefined ? {} : { body: filled(recorded.body) };
        const response = await send(simulator, { method: recorded.method, path, headers, ...body });
        assert.equal(
          response.status,
          recorded.status,
          `${command.name}: ${recorded.method} ${path}: ${response.text}`,
        );
        if (response.status === 401) nonce = nonceOf(response);
        checkContract(recorded, response);
      }
      for (const job of simulator.books.jobs) {
        names[`{${job.clusterName}Export${job.attempt}}`] = job.exportId;
        names[`{${job.clusterName}Component1}`] = job.components[0]?.exportId ?? '';
      }
    }
    const states = simulator.books.jobs.map((job) => `${job.clusterName} ${job.state}`);
    assert.deepEqual(states, ['orders Successful', 'events Successful', 'orders Failed']);
    assert.ok(simulator.books.requests.every((request) => request.authentication !== 'refused'));
  } finally {
    await simulator.close();
  }
});

test('the recording holds every command that the simulator promises to serve, and no credentials', () => {
  const commands = readRecording();
  const names = new Set(commands.map((command) => command.name.replace(/ (orders|events|nosuch)$/, '')));
  for (const name of [
    'snapshots list',
    'exports buckets list',
    'exports jobs create',
    'exports jobs list',
    'exports jobs describe',
    'exports jobs watch',
  ]) {
    assert.ok(names.has(`backups ${name}`), name);
  }
  for (const { headers } of commands.flatMap((command) => command.requests)) {
    const authorization =
      headers['Authorization'] ?? 'Digest username="{username}" nonce="{nonce}" response="{response}"';
    for (const name of ['username', 'nonce', 'response'])
      assert.ok(authorization.includes(`${name}="{${name}}"`), name);
  }
});
