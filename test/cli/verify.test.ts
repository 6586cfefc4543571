/**
 * Goal: somebody who was not there can check an old export, and is told what is not as it was. Method: exports in a
 * real S3 server, checked, kept, harmed, and checked again by the command.
 */
import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import * as v from 'valibot';
import type { Exported } from '../proof/support/exported.ts';
import type { CommandEnd } from './command.ts';
import { startProofCommands, type ProofCommands } from './proof-commands.ts';

const answerSchema = v.object({
  whole: v.boolean(),
  outcome: v.string(),
  level: v.string(),
  findings: v.object({ counts: v.record(v.string(), v.number()) }),
  stored: v.array(v.object({ address: v.string(), seal: v.string() })),
  comparedWith: v.nullable(v.object({ address: v.string(), by: v.string() })),
  changes: v.nullable(v.array(v.object({ kind: v.string(), where: v.string(), what: v.string() }))),
  problems: v.array(v.string()),
  saved: v.nullable(v.object({ address: v.string(), sha256: v.string() })),
});
type Answer = v.InferOutput<typeof answerSchema>;

const answerOf = ({ stdout, stderr }: CommandEnd): Answer => {
  assert.notEqual(stdout, '', stderr);
  return v.parse(answerSchema, JSON.parse(stdout));
};

describe('verify', () => {
  let stage: ProofCommands;
  before(async () => {
    stage = await startProofCommands();
  });
  after(() => stage.stop());

  const idWords = ({ job }: Exported): string[] => [
    'verify',
    job.exportId,
    '--project',
    job.groupId,
    '--cluster',
    job.clusterName,
  ];

  /** An export with a manifest of that level in the store; returns where that is. */
  async function keptExport(level: 'manifest' | 'full'): Promise<{ exported: Exported; manifest: string }> {
    const exported = await stage.exported({ contents: { collections: 2, files: 3, documents: 20 } });
    const end = await stage.cli([...idWords(exported), '--level', level, '--save', '--json']);
    assert.equal(end.code, 0, end.stderr + end.stdout);
    return { exported, manifest: answerOf(end).saved?.address ?? assert.fail('nothing was kept') };
  }

  /** A data file in the middle of a series. */
  async function dataKey({ job }: Exported): Promise<string> {
    const { objects } = await stage.bucket.list({ prefix: job.prefix });
    const found = objects.find(({ key }) => key.endsWith('.1.json.gz'));
    return found?.key ?? assert.fail(`no second increment among ${objects.length} objects`);
  }

  test('finds an export by its prefix, without an earlier check, and writes nothing', async () => {
    const { job } = await stage.exported();
    const before = await stage.kept();
    for (const prefix of [job.prefix, `/${job.prefix}`, job.prefix.replace(/\/$/, '')]) {
      const { code, stdout, stderr } = await stage.cli(['verify', prefix]);
      assert.equal(code, 0, stderr + stdout);
      assert.match(stdout, /now: proven \(manifest\), \d+ objects/);
      assert.match(stdout, /no earlier check to compare with/);
      assert.match(stdout, /^Whole\.$/m);
    }
    assert.deepEqual(await stage.kept(), before);
  });

  test('finds an export of three shards by its id alone, in whichever cluster of the project', async () => {
    const { job } = await stage.exported({}, 'events');
    const { code, stdout, stderr } = await stage.cli([
      'verify',
      job.exportId,
      '--project',
      job.groupId,
      '--level',
      'full',
    ]);
    assert.equal(code, 0, stderr + stdout);
    assert.match(stdout, /now: proven \(full\).*documents/);
  });

  test('says that nothing changed since a kept manifest, which it needs no Atlas for', async () => {
    const { exported, manifest } = await keptExport('full');
    const byId = answerOf(await stage.cli([...idWords(exported), '--json']));
    assert.deepEqual(byId.comparedWith, { address: manifest, by: 'objects' });
    assert.deepEqual(byId.changes, []);
    assert.deepEqual(
      byId.stored.map(({ seal }) => seal),
      ['signed'],
    );
    const away = { MONGODB_ATLAS_BASE_URL: 'http://127.0.0.1:9' };
    const byManifest = await stage.cli(['verify', manifest], away);
    assert.equal(byManifest.code, 0, byManifest.stderr + byManifest.stdout);
    assert.match(byManifest.stdout, /since: nothing changed\n/);
  });

  test('names an increment that has gone since, whatever the earlier check knew', async () => {
    for (const level of ['manifest', 'full'] as const) {
      const { exported } = await keptExport(level);
      const key = await dataKey(exported);
      await rm(stage.fileOf(key));
      const end = await stage.cli([...idWords(exported), '--json']);
      assert.equal(end.code, 1, end.stderr);
      const { whole, outcome, findings, changes } = answerOf(end);
      assert.deepEqual({ whole, outcome }, { whole: false, outcome: 'failed' });
      assert.equal(findings.counts['INCREMENT_MISSING'], 1);
      const [change, ...others] = changes ?? [];
      assert.deepEqual(others, []);
      if (level === 'full') {
        assert.equal(change?.kind, 'missing');
        assert.equal(change.where, key);
      } else {
        assert.equal(change?.kind, 'size');
        assert.ok(key.startsWith(change.where), `${change.where} is not the collection of ${key}`);
        assert.match(change.what, /^it had 3 files .* and has 2 files/);
      }
    }
  });

  test('names a file whose content was replaced by another that is valid, and one that was put beside', async () => {
    const { exported } = await keptExport('full');
    const key = await dataKey(exported);
    const added = key.replace('.1.json.gz', '.3.json.gz');
    await writeFile(stage.fileOf(key), gzipSync('{"_id":1}\n'));
    await writeFile(stage.fileOf(added), gzipSync('{"_id":2}\n'));
    const end = await stage.cli([...idWords(exported), '--level', 'full', '--json']);
    assert.equal(end.code, 1, end.stderr);
    const changes = answerOf(end).changes?.map(({ kind, where }) => ({ kind, where }));
    assert.deepEqual(changes, [
      { kind: 'size', where: key },
      { kind: 'new', where: added },
    ]);
  });

  test('tells a manifest that was tampered with, by its id and by itself, and does not compare with it', async () => {
    const { exported, manifest } = await keptExport('full');
    const text = await readFile(manifest, 'utf8');
    await writeFile(manifest, text.replace('"outcome": "proven"', '"outcome": "failed"'));
    for (const words of [idWords(exported), ['verify', manifest]]) {
      const end = await stage.cli([...words, '--json']);
      assert.equal(end.code, 1, end.stderr);
      const { outcome, changes, problems } = answerOf(end);
      assert.equal(outcome, 'proven');
      assert.equal(changes, null);
      assert.match(problems.join('\n'), /was altered: its SHA-256 does not hold$/);
    }
  });

  test('tells a manifest that another key has signed, and evidence that was changed behind a manifest', async () => {
    const { exported, manifest } = await keptExport('full');
    const signed = await stage.cli(['verify', manifest, '--public-key', stage.publicKeyFile]);
    assert.equal(signed.code, 0, signed.stderr + signed.stdout);
    const evidence = join(manifest, '..', 'evidence-000001.jsonl');
    const rows = await readFile(evidence, 'utf8');
    await writeFile(evidence, rows.replace(/"bytes":(\d)/, '"bytes":1$1'));
    const changed = await stage.cli([...idWords(exported), '--json']);
    assert.equal(changed.code, 1, changed.stderr);
    assert.match(answerOf(changed).problems.join('\n'), /evidence .* is not what the manifest says of it/);
    const other = await startProofCommands();
    try {
      const foreign = await stage.cli(['verify', manifest, '--public-key', other.publicKeyFile, '--json']);
      assert.equal(foreign.code, 1, foreign.stderr);
      assert.match(answerOf(foreign).problems.join('\n'), /is not signed by the key that is set/);
    } finally {
      await other.stop();
    }
  });

  test('ends with 5 where the storage lets nobody in, which says nothing about the export', async () => {
    const { job } = await stage.exported();
    const { code, stdout, stderr } = await stage.cli(['verify', job.prefix], {
      AWS_SECRET_ACCESS_KEY: 'wrong-secret',
    });
    assert.equal(code, 5, stderr + stdout);
    assert.equal(stdout, '');
    assert.match(stderr, /says nothing about the export/);
    assert.ok(!stderr.includes('wrong-secret'), 'a secret in an error');
  });

  test('ends with 5 where the storage is away, after it was asked again', async () => {
    const { job } = await stage.exported();
    const { code, stderr } = await stage.cli(['verify', job.prefix], {
      ATLAS_EXPORT_S3_ENDPOINT: 'http://127.0.0.1:9',
    });
    assert.equal(code, 5, stderr);
    assert.equal(stderr.match(/going on in \d s/g)?.length, 3, stderr);
  });

  test('ends with 2 for what is not there and what the settings do not allow, and with 4 without Atlas', async () => {
    const { job } = await stage.exported();
    const cases: readonly (readonly [
      words: string[],
      more: Record<string, string>,
      says: RegExp,
      code: number,
    ])[] = [
      [['verify', job.exportId], {}, /--project: is required/, 2],
      [['verify', '/no/such/manifest.json'], {}, /There is no manifest/, 2],
      [
        ['verify', 's3://elsewhere/a/b/c/d/manifest.json'],
        {},
        /not in the place that ATLAS_EXPORT_MANIFESTS/,
        2,
      ],
      [['verify', 'exported_snapshots/x'], {}, /names no project and cluster/, 2],
      [['verify', '0'.repeat(24), '--project', job.groupId], {}, /has no export job 0{24}/, 2],
      [['verify', job.prefix], { ATLAS_EXPORT_BUCKETS: 's3://another' }, /may not be looked into/, 2],
      [['verify', job.prefix], { ATLAS_EXPORT_BUCKETS: '' }, /ATLAS_EXPORT_BUCKETS/, 2],
      [['verify', job.prefix, '--public-key', stage.manifests], {}, /--public-key: .*cannot be read/, 2],
      [['verify', job.prefix], { MONGODB_ATLAS_PRIVATE_API_KEY: 'wrong' }, /atlas-export doctor/, 4],
    ];
    for (const [words, more, says, code] of cases) {
      const end = await stage.cli(words, more);
      assert.equal(end.code, code, `${words.join(' ')}: ${end.stderr}${end.stdout}`);
      assert.match(end.stderr, says);
    }
  });
});
