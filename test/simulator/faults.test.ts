/** Goal: each fault does what its description says, to the request it is meant for, and leaves the truth in the books. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Fault, FaultKind } from '../../simulator/index.ts';
import { FAULT_KINDS, FaultPlan } from '../../simulator/index.ts';
import type { HttpResponse } from './atlas-http.ts';
import { call, objectOf, resultsOf } from './atlas-http.ts';
import type { SmallWorld } from './small-world.ts';
import { createExport, inSmallWorld } from './small-world.ts';

interface Struck {
  readonly response: HttpResponse | undefined;
  readonly error: unknown;
  readonly milliseconds: number;
}

async function create(world: SmallWorld): Promise<HttpResponse> {
  return await createExport(world, { clusterName: 'orders', snapshotId: world.ordersSnapshotId });
}

async function struck(world: SmallWorld, fault: Fault): Promise<Struck> {
  world.simulator.faults.script({ operation: 'createExportJob' }, fault);
  const startedAt = performance.now();
  const [outcome] = await Promise.allSettled([create(world)]);
  const milliseconds = performance.now() - startedAt;
  world.simulator.expectNoUnusedFaults();
  return outcome.status === 'fulfilled'
    ? { response: outcome.value, error: undefined, milliseconds }
    : { response: undefined, error: outcome.reason, milliseconds };
}

interface Expectation {
  readonly fault: Fault;
  /** Jobs that exist afterwards. */
  readonly jobs: 0 | 1;
  /** `undefined`: the connection breaks. */
  readonly status: number | undefined;
  readonly check?: (struck: Struck) => void;
}

function retryAfter(expected: string | undefined): (struck: Struck) => void {
  return ({ response }) => {
    assert.equal(response?.headers['retry-after'], expected);
    assert.equal(response?.headers['ratelimit-remaining'], '0');
  };
}

function isHtml({ response }: Struck): void {
  assert.equal(response?.headers['content-type'], 'text/html');
  assert.match(response?.text ?? '', /^<html>/);
}

function challenge(stale: boolean): (struck: Struck) => void {
  return ({ response }) => {
    assert.ok(String(response?.headers['www-authenticate']).endsWith(`stale=${stale}`));
  };
}

function takesAtLeast(milliseconds: number): (struck: Struck) => void {
  return (struck) => {
    assert.ok(struck.milliseconds >= milliseconds, `took ${struck.milliseconds} ms`);
    assert.ok(objectOf(struck.response?.json)['id']);
  };
}

function member(name: string, expected: unknown): (struck: Struck) => void {
  return ({ response }) => assert.deepEqual(objectOf(response?.json)[name], expected);
}

const EXPECTATIONS: readonly Expectation[] = [
  { fault: { kind: 'replyLost' }, jobs: 1, status: undefined },
  { fault: { kind: 'connectionReset' }, jobs: 0, status: undefined },
  { fault: { kind: 'truncatedBody' }, jobs: 1, status: undefined },
  { fault: { kind: 'slowHeaders', delayMs: 60 }, jobs: 1, status: 200, check: takesAtLeast(59) },
  { fault: { kind: 'slowBody', delayMs: 60 }, jobs: 1, status: 200, check: takesAtLeast(59) },
  { fault: { kind: 'htmlUnavailable' }, jobs: 0, status: 503, check: isHtml },
  { fault: { kind: 'htmlUnavailable', committed: true }, jobs: 1, status: 503, check: isHtml },
  { fault: { kind: 'serverError' }, jobs: 0, status: 500 },
  { fault: { kind: 'serverError', status: 502, committed: true }, jobs: 1, status: 502 },
  {
    fault: { kind: 'serverError', status: 503, retryAfter: '9' },
    jobs: 0,
    status: 503,
    check: ({ response }) => assert.equal(response?.headers['retry-after'], '9'),
  },
  {
    fault: { kind: 'rateLimited', retryAfter: { form: 'seconds', seconds: 55 } },
    jobs: 0,
    status: 429,
    check: retryAfter('55'),
  },
  {
    fault: { kind: 'rateLimited', retryAfter: { form: 'date', seconds: 35 } },
    jobs: 0,
    status: 429,
    check: retryAfter('Mon, 10 Aug 2026 03:29:00 GMT'),
  },
  {
    fault: { kind: 'rateLimited', retryAfter: { form: 'text', text: 'soon' } },
    jobs: 0,
    status: 429,
    check: retryAfter('soon'),
  },
  {
    fault: { kind: 'rateLimited', retryAfter: { form: 'none' } },
    jobs: 0,
    status: 429,
    check: retryAfter(undefined),
  },
  { fault: { kind: 'unauthorized' }, jobs: 0, status: 401, check: challenge(false) },
  { fault: { kind: 'staleNonce' }, jobs: 0, status: 401, check: challenge(true) },
  {
    fault: { kind: 'apiError', status: 402, errorCode: 'ACCOUNT_SUSPENDED' },
    jobs: 0,
    status: 402,
    check: member('errorCode', 'ACCOUNT_SUSPENDED'),
  },
  { fault: { kind: 'notFound' }, jobs: 0, status: 404 },
  {
    fault: { kind: 'unknownState', state: 'Paused' },
    jobs: 1,
    status: 200,
    check: member('state', 'Paused'),
  },
  { fault: { kind: 'unknownFields' }, jobs: 1, status: 200, check: member('exportStatusV2', 'new') },
  { fault: { kind: 'nullFields' }, jobs: 1, status: 200, check: member('finishedAt', null) },
  {
    fault: { kind: 'oversizedBody', bytes: 2_000_000 },
    jobs: 1,
    status: 200,
    check: ({ response }) => assert.ok((response?.text.length ?? 0) > 2_000_000),
  },
  {
    fault: { kind: 'unreadableBody', text: '{' },
    jobs: 1,
    status: 200,
    check: ({ response }) => assert.equal(response?.text, '{'),
  },
];

for (const { fault, jobs, status, check } of EXPECTATIONS) {
  test(`${JSON.stringify(fault)} on a create leaves ${jobs} jobs and answers ${status ?? 'nothing'}`, async () => {
    await inSmallWorld(async (world) => {
      const result = await struck(world, fault);
      assert.equal(result.response?.status, status);
      if (status === undefined) assert.ok(result.error instanceof Error);
      check?.(result);
      const { books } = world.simulator;
      assert.equal(books.jobs.length, jobs);
      assert.deepEqual([books.createsAccepted, books.createsRefused], [jobs, 1 - jobs]);
      assert.equal(books.requests.at(-1)?.faultApplied, fault.kind);
      assert.equal(books.requests.at(-1)?.createdExportId, books.jobs[0]?.exportId);
      const after = await create(world);
      assert.equal(after.status, jobs === 1 ? 409 : 200, 'the next request is not struck');
    });
  });
}

test('each kind of fault is tried here', () => {
  const tried = new Set<string>([
    ...EXPECTATIONS.map(({ fault }) => fault.kind),
    'listLag',
  ] satisfies FaultKind[]);
  assert.deepEqual(tried, new Set(FAULT_KINDS));
});

test('a list that lags lacks a new job for that long, while the job itself can be read', async () => {
  await inSmallWorld(async (world) => {
    const { id } = objectOf((await create(world)).json);
    world.simulator.faults.script(
      { operation: 'listExportJobs', times: 3 },
      { kind: 'listLag', lagMs: 5000 },
    );
    const path = `${world.group}/clusters/orders/backup/exports`;
    const listed = async (): Promise<number> => resultsOf(await call(world.simulator, { path })).length;
    assert.equal(await listed(), 0);
    assert.equal((await call(world.simulator, { path: `${path}/${String(id)}` })).status, 200);
    world.clock.advance(4999);
    assert.equal(await listed(), 0);
    world.clock.advance(1);
    assert.equal(await listed(), 1);
  });
});

test('a fault strikes from its attempt on, as often as it says; challenges are not attempts', async () => {
  await inSmallWorld(async (world) => {
    world.simulator.faults.script(
      { operation: 'getCluster', attempt: 2, times: 2 },
      { kind: 'unauthorized' },
    );
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 5; attempt += 1) {
      statuses.push((await call(world.simulator, { path: `${world.group}/clusters/orders` })).status);
    }
    assert.deepEqual(statuses, [200, 401, 401, 200, 200]);
  });
});

test('a fault with an interval strikes every matching request within it', async () => {
  await inSmallWorld(async (world) => {
    const now = world.clock.now();
    const when = { fromMs: now + 1000, untilMs: now + 3000 };
    world.simulator.faults.script(
      { operation: 'getCluster', pathIncludes: '/orders', when },
      { kind: 'unauthorized' },
    );
    const statusOf = async (clusterName: string): Promise<number> =>
      (await call(world.simulator, { path: `${world.group}/clusters/${clusterName}` })).status;
    const statuses: number[] = [];
    for (let second = 0; second < 4; second += 1) {
      statuses.push(await statusOf('orders'), await statusOf('events'));
      world.clock.advance(1000);
    }
    assert.deepEqual(statuses, [200, 200, 401, 200, 401, 200, 200, 200]);
    world.simulator.expectNoUnusedFaults();
  });
});

test('an outage resets every connection for an interval of the clock, before authentication, and ends by itself', async () => {
  await inSmallWorld(async (world) => {
    const path = `${world.group}/clusters/orders`;
    world.simulator.faults.outage({ fromMs: world.clock.now(), untilMs: world.clock.now() + 1000 });
    await assert.rejects(call(world.simulator, { path }), /ECONNRESET|socket hang up/);
    assert.equal(world.simulator.books.requests.at(-1)?.status, undefined);
    world.clock.advance(1000);
    assert.equal((await call(world.simulator, { path })).status, 200);
  });
});

test('connections are refused on demand, and the port and the jobs are still there afterwards', async () => {
  await inSmallWorld(async (world) => {
    await create(world);
    const { port } = world.simulator;
    await world.simulator.refuseConnections();
    await assert.rejects(create(world), /ECONNREFUSED/);
    await world.simulator.acceptConnections();
    assert.equal(world.simulator.port, port);
    assert.equal((await create(world)).status, 409);
  });
});

test('a scripted fault that did not strike is reported, and clear takes all faults away', async () => {
  await inSmallWorld(async (world) => {
    world.simulator.faults.script({ operation: 'createExportJob', attempt: 3 }, { kind: 'replyLost' });
    assert.throws(
      () => world.simulator.expectNoUnusedFaults(),
      /replyLost for .*createExportJob.*struck 0 times/s,
    );
    world.simulator.faults.clear();
    world.simulator.expectNoUnusedFaults();
    assert.equal((await create(world)).status, 200);
  });
});

test('one seed draws the same faults for the same requests in whatever order they come, another seed draws others', () => {
  const probabilities = { replyLost: 0.2, rateLimited: 0.3, slowBody: 0.1 };
  const drawn = (seed: number, paths: readonly string[]): string[] => {
    const plan = new FaultPlan();
    plan.seeded(seed, probabilities);
    const faults = paths.map(
      (path) => `${path} ${JSON.stringify(plan.pick({ operation: 'getExportJob', path, now: 0 }))}`,
    );
    return faults.sort();
  };
  const paths = Array.from({ length: 200 }, (_, index) => `/exports/${index}`);
  assert.deepEqual(drawn(7, paths), drawn(7, paths.toReversed()));
  assert.notDeepEqual(drawn(7, paths), drawn(8, paths));
});

test('drawn faults come about as often as their probabilities say, and every kind can be drawn', () => {
  for (const kind of FAULT_KINDS) {
    const plan = new FaultPlan();
    plan.seeded(1, { [kind]: 0.25 });
    const path = '/exports/1';
    const drawn = Array.from({ length: 1000 }, () => plan.pick({ operation: 'getExportJob', path, now: 0 }));
    const struckCount = drawn.filter((fault) => fault?.kind === kind).length;
    assert.ok(struckCount > 180 && struckCount < 320, `${kind}: ${struckCount} of 1000`);
  }
  assert.throws(() => new FaultPlan().seeded(1, { replyLost: 0.6, notFound: 0.6 }), RangeError);
});

test('seeded faults spare the operations they are not for', () => {
  const plan = new FaultPlan();
  plan.seeded(1, { replyLost: 1 }, { operations: ['createExportJob'] });
  assert.equal(plan.pick({ operation: 'getExportJob', path: '/', now: 0 }), undefined);
  assert.deepEqual(plan.pick({ operation: 'createExportJob', path: '/', now: 0 }), { kind: 'replyLost' });
});
