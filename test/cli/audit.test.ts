/**
 * Goal: an auditor sees what is due, what is proven and why the rest is not, and an owner what may be deleted, and
 * nothing else. Method: a simulated Atlas with a cluster for each test, exports in a real S3 server.
 */
import assert from 'node:assert/strict';
import { cp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import * as v from 'valibot';
import type { ExportPlan } from '../../simulator/index.ts';
import type { Exported } from '../proof/support/exported.ts';
import type { CommandEnd } from './command.ts';
import { startProofCommands, type ProofCommands } from './proof-commands.ts';

const snapshotSchema = v.object({
  clusterName: v.string(),
  snapshotId: v.string(),
  state: v.string(),
  exportId: v.nullable(v.string()),
  manifest: v.nullable(v.object({ address: v.string(), seal: v.string(), level: v.string() })),
  reason: v.nullable(v.string()),
});
const orphanSchema = v.object({
  exportId: v.string(),
  state: v.string(),
  prefix: v.string(),
  objects: v.number(),
  bytes: v.number(),
  hasComplete: v.boolean(),
});
const auditSchema = v.object({
  inOrder: v.boolean(),
  counts: v.record(v.string(), v.number()),
  clusters: v.array(
    v.object({
      clusterName: v.string(),
      problem: v.nullable(v.string()),
      snapshots: v.array(snapshotSchema),
      orphans: v.array(orphanSchema),
    }),
  ),
});

const failing: Partial<ExportPlan> = {
  outcome: 'Failed',
  stateReason: { errorCode: 'EXPORT_FAILED', message: 'the role was refused' },
  contents: { collections: 2, files: 4, documents: 30 },
};

describe('audit', () => {
  let stage: ProofCommands;
  let clusters = 0;
  before(async () => {
    stage = await startProofCommands();
  });
  after(() => stage.stop());

  /** A cluster of the test's own. */
  function ownCluster(shardCount = 0): string {
    clusters += 1;
    const clusterName = `audited-${clusters}`;
    stage.simulator.addCluster(
      shardCount === 0
        ? { clusterName, clusterType: 'REPLICASET' }
        : { clusterName, clusterType: 'SHARDED', shardCount },
    );
    return clusterName;
  }

  async function audited(
    words: readonly string[],
    environment: Readonly<Record<string, string>> = {},
  ): Promise<{ end: CommandEnd; audit: v.InferOutput<typeof auditSchema> }> {
    const project = ['--project', stage.simulator.groupId];
    const end = await stage.cli(['audit', ...project, ...words, '--json'], environment);
    assert.notEqual(end.stdout, '', end.stderr);
    return { end, audit: v.parse(auditSchema, JSON.parse(end.stdout)) };
  }

  /** Keeps a manifest of an export, as a worker does after it; returns its address. */
  async function proven({ job }: Exported): Promise<string> {
    const { code, stdout, stderr } = await stage.cli(['verify', job.prefix, '--save', '--json']);
    assert.equal(code, 0, stderr + stdout);
    return v.parse(v.object({ saved: v.object({ address: v.string() }) }), JSON.parse(stdout)).saved.address;
  }

  /** Counted where the S3 server keeps its files, not through S3. */
  async function sizeOnDisk(prefix: string): Promise<{ objects: number; bytes: number }> {
    const root = stage.fileOf(prefix);
    const entries = await readdir(root, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    const sizes = await Promise.all(files.map(async ({ parentPath, name }) => stat(join(parentPath, name))));
    return { objects: files.length, bytes: sizes.reduce((sum, { size }) => sum + size, 0) };
  }

  test('tells proven, exported, failed and missing apart, and ends with 1 until all is proven', async () => {
    const clusterName = ownCluster();
    const first = await stage.exported({}, clusterName);
    const address = await proven(first);
    const all = await audited(['--cluster', clusterName]);
    assert.equal(all.end.code, 0, all.end.stderr);
    assert.deepEqual(all.audit.counts, { due: 1, proven: 1, exported: 0, running: 0, failed: 0, missing: 0 });
    const second = await stage.exported({}, clusterName);
    const third = await stage.exported(failing, clusterName);
    const fourth = stage.simulator.addSnapshot({ clusterName });
    const { end, audit } = await audited(['--cluster', clusterName]);
    assert.equal(end.code, 1, end.stderr);
    assert.deepEqual(audit.counts, { due: 4, proven: 1, exported: 1, running: 0, failed: 1, missing: 1 });
    const of = (id: string): v.InferOutput<typeof snapshotSchema> =>
      audit.clusters[0]?.snapshots.find(({ snapshotId }) => snapshotId === id) ??
      assert.fail(`${id} is not there`);
    assert.deepEqual(of(first.job.snapshotId).manifest, { address, seal: 'signed', level: 'manifest' });
    assert.equal(of(second.job.snapshotId).reason, 'there is no manifest of it');
    assert.match(of(third.job.snapshotId).reason ?? '', /the role was refused/);
    assert.equal(of(fourth.id).state, 'missing');
  });

  test('does not take for proof a manifest that was altered, or copied from another export', async () => {
    const clusterName = ownCluster();
    const altered = await proven(await stage.exported({}, clusterName));
    await writeFile(altered, (await readFile(altered, 'utf8')).replace('"objects": ', '"objects": 1'));
    const other = await proven(await stage.exported({}, clusterName));
    const without = await stage.exported({}, clusterName);
    const copied = join(dirname(other), '..', '..', without.job.exportId, 'copied');
    await cp(dirname(other), copied, { recursive: true });
    const { end, audit } = await audited(['--cluster', clusterName]);
    assert.equal(end.code, 1, end.stderr);
    assert.deepEqual(
      audit.clusters[0]?.snapshots.map(({ state, reason }) => [state, reason]),
      [
        ['exported', 'its manifest was altered'],
        ['proven', null],
        ['exported', 'the manifest in its place is of another export'],
      ],
    );
  });

  test('lets the newest check decide: an export that has lost a file since is not proven', async () => {
    const clusterName = ownCluster();
    const exported = await stage.exported({ contents: { files: 3 } }, clusterName);
    await proven(exported);
    const { objects } = await stage.bucket.list({ prefix: exported.job.prefix });
    const lost = objects.find(({ key }) => key.endsWith('.1.json.gz')) ?? assert.fail('no second increment');
    await rm(stage.fileOf(lost.key));
    const again = await stage.cli(['verify', exported.job.prefix, '--save']);
    assert.equal(again.code, 1, again.stderr);
    const { end, audit } = await audited(['--cluster', clusterName]);
    assert.equal(end.code, 1, end.stderr);
    const [snapshot] = audit.clusters[0]?.snapshots ?? [];
    assert.equal(snapshot?.state, 'exported');
    assert.match(snapshot.reason ?? '', /^the check of .* failed: INCREMENT_MISSING$/);
  });

  test('sizes what a failed attempt has left, and not what the attempt after it has written', async () => {
    for (const shards of [0, 3]) {
      const clusterName = ownCluster(shards);
      const failed = await stage.exported(failing, clusterName);
      const { snapshotId } = failed.job;
      const good = await stage.exported({ contents: failing.contents ?? {} }, clusterName, snapshotId);
      assert.equal(good.job.snapshotId, snapshotId);
      await proven(good);
      const { end, audit } = await audited(['--cluster', clusterName]);
      assert.equal(end.code, 0, end.stderr);
      const onDisk = await sizeOnDisk(failed.job.prefix);
      assert.ok(onDisk.objects > 1, `${onDisk.objects} objects`);
      const { exportId, prefix } = failed.job;
      const orphan = { exportId, state: 'Failed', prefix: `${prefix}/`, ...onDisk, hasComplete: false };
      assert.deepEqual(audit.clusters[0]?.orphans, [orphan]);
    }
  });

  test('never lists a prefix that a job with a result has as well', async () => {
    const clusterName = ownCluster();
    const { snapshotId } = stage.simulator.createForeignJob({
      clusterName,
      snapshotId: stage.simulator.addSnapshot({ clusterName }).id,
      exportBucketId: stage.exportBucketId,
      plan: { ...failing, queuedMs: 0, runningMs: 1_000 },
    });
    // In the same second of the simulated clock, so that both have one prefix.
    const { job } = await stage.exported({ contents: failing.contents ?? {} }, clusterName, snapshotId);
    assert.equal(job.snapshotId, snapshotId);
    const { audit } = await audited(['--cluster', clusterName]);
    assert.deepEqual(audit.clusters[0]?.orphans, []);
    assert.equal(audit.clusters[0]?.snapshots[0]?.state, 'exported');
  });

  test('goes on with the other clusters where one cannot be read, and says so', async () => {
    const [broken, fine] = [ownCluster(), ownCluster()];
    await proven(await stage.exported({}, fine));
    // As often as it is asked for: once, and three times again.
    const match = { operation: 'listSnapshots', pathIncludes: `/${broken}/`, times: 4 } as const;
    stage.simulator.faults.script(match, { kind: 'serverError', status: 500 });
    const words = ['--cluster', broken, '--cluster', fine];
    const { end, audit } = await audited(words);
    assert.equal(end.code, 1, end.stderr);
    const [first, second] = audit.clusters;
    assert.match(first?.problem ?? '', /^ATLAS_UNAVAILABLE: /);
    assert.equal(second?.problem, null);
    assert.equal(second.snapshots[0]?.state, 'proven');
    const again = await audited(words);
    assert.equal(again.end.code, 0, again.end.stderr);
  });

  test('shows a table to people and comma-separated values to spreadsheets', async () => {
    const clusterName = ownCluster();
    const { job } = await stage.exported({}, clusterName);
    const failed = await stage.exported(
      { ...failing, stateReason: { message: '=HYPERLINK("x", "y")' } },
      clusterName,
    );
    const words = ['audit', '--project', stage.simulator.groupId, '--cluster', clusterName];
    const table = await stage.cli(words);
    assert.equal(table.code, 1, table.stderr);
    assert.match(
      table.stdout,
      new RegExp(`^${clusterName} .*${job.snapshotId} +exported +${job.exportId}`, 'm'),
    );
    assert.match(
      table.stdout,
      new RegExp(`${failed.job.exportId} +Failed +\\d+ +\\d+ +${failed.job.prefix}/`),
    );
    assert.match(table.stdout, /^2 due: 0 proven, 1 exported, 0 running, 1 failed, 0 missing$/m);
    const csv = await stage.cli([...words, '--csv']);
    assert.match(csv.stdout, /^clusterName,snapshotId,createdAt,/);
    assert.ok(csv.stdout.includes(`,"'=HYPERLINK(""x"", ""y"")",`), csv.stdout);
  });

  test('counts as due what --since and --frequency ask for', async () => {
    const clusterName = ownCluster();
    stage.simulator.addSnapshot({ clusterName, createdAt: '2026-01-01T00:00:00Z' });
    const late = stage.simulator.addSnapshot({ clusterName, createdAt: '2026-03-01T00:00:00Z' });
    const { audit } = await audited(['--cluster', clusterName, '--since', '2026-02-01']);
    assert.deepEqual(
      audit.clusters[0]?.snapshots.map(({ snapshotId }) => snapshotId),
      [late.id],
    );
    const yearly = await audited(['--cluster', clusterName, '--frequency', 'yearly']);
    assert.equal(yearly.end.code, 0, yearly.end.stderr);
    assert.deepEqual(yearly.audit.counts['due'], 0);
  });

  test('ends with 2 for what is not there, 4 without Atlas, 5 without the storage', async () => {
    const project = ['--project', stage.simulator.groupId];
    const clusterName = ownCluster();
    await stage.exported(failing, clusterName);
    stage.simulator.addBucket({ bucketName: 'another' });
    const bucket = ['--bucket', stage.location.bucketName];
    const manifestsAway = {
      ATLAS_EXPORT_MANIFESTS: 's3://manifests/kept',
      ATLAS_EXPORT_S3_ENDPOINT: 'http://127.0.0.1:9',
    };
    const cases: readonly (readonly [
      words: string[],
      more: Record<string, string>,
      says: RegExp,
      code: number,
    ])[] = [
      [[], {}, /--project: is required/, 2],
      [[...project, ...bucket, '--cluster', 'nowhere'], {}, /no cluster nowhere/, 2],
      [project, {}, /which of the project's export buckets\? It has: .*another/, 2],
      [[...project, '--bucket', 'nowhere'], {}, /which of the project's export buckets/, 2],
      [[...project, ...bucket, '--frequency', 'often'], {}, /--frequency: must be a list of/, 2],
      [[...project, ...bucket], { MONGODB_ATLAS_PRIVATE_API_KEY: 'wrong' }, /atlas-export doctor/, 4],
      [[...project, ...bucket, '--cluster', clusterName], manifestsAway, /says nothing about the export/, 5],
    ];
    for (const [words, more, says, code] of cases) {
      const end = await stage.cli(['audit', ...words], more);
      assert.equal(end.code, code, `${words.join(' ')}: ${end.stderr}${end.stdout}`);
      assert.match(end.stderr, says);
    }
  });
});
