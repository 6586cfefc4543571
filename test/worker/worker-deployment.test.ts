/** A worker that shall belong to a deployment, where the Temporal server has none. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startDevServer } from '../../src/testing/dev-server.ts';
import { completeEnvironment, startWorkerProcess } from './worker-process.ts';

test('a worker with a deployment ends with 3 and says what to do where the server has no Worker Versioning', async (t) => {
  const temporal = await startDevServer({
    extraArgs: ['--dynamic-config-value', 'system.enableDeploymentVersions=false'],
  });
  t.after(() => temporal.stop());
  const worker = startWorkerProcess(t, {
    ...completeEnvironment,
    TEMPORAL_ADDRESS: temporal.address,
    ATLAS_EXPORT_DEPLOYMENT_NAME: 'exports',
  });
  assert.equal(await worker.exit, 3);
  assert.match(
    worker.complaints(),
    new RegExp(
      `^atlas-export-worker: ATLAS_EXPORT_DEPLOYMENT_NAME is "exports", but Temporal at ${temporal.address} has no Worker Versioning in namespace "default" \\(.*disabled.*\\); unset it, or turn Worker Versioning on there\\n$`,
    ),
  );
});
