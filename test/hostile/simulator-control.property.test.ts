/** Whatever a person sends to the simulator's control: it is answered, what is wrong is named, and Atlas goes on. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { startSimulator } from '../../simulator/index.ts';
import { PROPERTY_LIMITS } from '../atlas/support/property-limits.ts';
import { hostileBody, hostileDocument } from './hostile-values.ts';

const world = {
  clusters: [{ clusterName: 'orders', clusterType: 'SHARDED', shardCount: 2 }],
  snapshots: [{ clusterName: 'orders', createdAt: '2026-11-25T00:00:00Z', frequencyType: 'daily' }],
  buckets: [{ bucketName: 'archive' }],
  plans: [{ queuedMs: 1, runningMs: 2, totalCollections: 3, outcome: 'Failed' }],
};
const bodies: Readonly<Record<string, fc.Arbitrary<string>>> = {
  worlds: fc.oneof(
    hostileDocument(world),
    ...Object.entries(world).map(([name, [item]]) =>
      hostileDocument({ ...item }).map((text) => `{"${name}":[${text}]}`),
    ),
  ),
  faults: fc.oneof(
    hostileDocument({
      match: { operation: 'getExportJob', times: 1 },
      fault: { kind: 'slowBody', delayMs: 1 },
    }),
    hostileDocument({ kind: 'rateLimited', retryAfter: { form: 'seconds', seconds: 1 } }).map(
      (fault) => `{"fault":${fault}}`,
    ),
  ),
  cancellations: hostileDocument({ exportId: '1'.repeat(24) }),
};

test('whatever is sent to the control of the simulator, it answers with what it did or what is wrong', async (t) => {
  const simulator = await startSimulator();
  t.after(() => simulator.close());
  const post = fc.constantFrom(...Object.keys(bodies)).chain((path) => {
    const body = fc.oneof(
      { weight: 4, arbitrary: bodies[path] ?? hostileBody() },
      { weight: 1, arbitrary: hostileBody() },
    );
    return body.map((text) => ({ path, text }));
  });
  await fc.assert(
    fc.asyncProperty(post, async ({ path, text }) => {
      const response = await fetch(`${simulator.baseUrl}/simulator/${path}`, { method: 'POST', body: text });
      const answer: unknown = await response.json();
      assert.ok(response.status === 200 || response.status === 400, `${response.status}`);
      assert.ok(typeof answer === 'object' && answer !== null);
      if (response.status === 400) {
        assert.ok('error' in answer && typeof answer.error === 'string' && answer.error !== '');
      }
      const health = await fetch(`${simulator.baseUrl}/simulator/health`);
      assert.deepEqual(await health.json(), { status: 'ok' });
      await fetch(`${simulator.baseUrl}/simulator/faults`, { method: 'DELETE' });
    }),
    PROPERTY_LIMITS,
  );
});
