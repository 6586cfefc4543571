/** Goal: the alert rules of examples/alerts tell what they say, on the metrics that a worker really serves. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { metricDescriptions } from '../../src/contract/metric-names.ts';
import { startStage } from '../end-to-end/stage.ts';
import { startPrometheus } from './prometheus.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const folder = join(root, 'examples', 'alerts');
const rulesFile = join(folder, 'atlas-export.rules.yml');
const rules = readFileSync(rulesFile, 'utf8');
const job = 'atlas-export-worker';
const firesWithinMs = 60_000;

describe('the alert rules', () => {
  test('hold what their own tests say of them', async () => {
    await promisify(execFile)('promtool', ['check', 'rules', '--lint-fatal', rulesFile]);
    await promisify(execFile)('promtool', ['test', 'rules', join(folder, 'atlas-export.tests.yml')]);
  });

  test('name metrics that a worker has', () => {
    const known = new Set(metricDescriptions.map(({ name }) => name));
    const named = new Set(rules.match(/\batlas_[a-z_]+/g));
    assert.ok(named.size > 5, 'the rules name no metrics');
    assert.deepEqual(
      [...named].filter((name) => !known.has(name)),
      [],
    );
  });

  test('each have their line in docs/monitoring.md', () => {
    const page = readFileSync(join(root, 'docs', 'monitoring.md'), 'utf8');
    const alerts = [...rules.matchAll(/- alert: (\w+)/g)].map(([, name]) => name ?? '');
    const told = [...page.matchAll(/^\| `(Atlas\w+)`/gm)].map(([, name]) => name);
    assert.deepEqual(told, alerts);
  });

  test('tell of the first failure of a worker, which Prometheus would not see in a series that begins with it', async (t) => {
    const stage = await startStage();
    t.after(() => stage.close());
    await stage.startWorker();
    const prometheus = await startPrometheus({ rulesFile, job, target: stage.httpAddress() });
    t.after(() => prometheus.stop());
    const failures = 'sum(atlas_export_outcomes_total{outcome="AtlasNotFound"})';
    while ((await prometheus.values(`count(up{job="${job}"} == 1)`))[0] !== 1) await delay(100);
    await assert.rejects(stage.client.execute({ ...stage.addExport(), clusterName: 'nowhere' }));
    const deadline = Date.now() + firesWithinMs;
    let firing = await prometheus.firing();
    while (firing.length === 0) {
      const failed = await prometheus.values(failures);
      assert.ok(Date.now() < deadline, `no alert, and Prometheus knows of ${failed.join()} failures`);
      await delay(100);
      firing = await prometheus.firing();
    }
    assert.deepEqual(firing, [
      { alertname: 'AtlasExportFailed', outcome: 'AtlasNotFound', severity: 'critical' },
    ]);
  });
});
