/**
 * Goal: what is wrong with an export is found and named, and a whole one is proven, by a check that goes on where it was
 * after a crash. Method: a simulated Atlas writes exports with and without faults into a real S3 server.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { BucketFault } from '../../simulator/index.ts';
import { BucketError, type Bucket } from '../../src/bucket/index.ts';
import {
  failuresText,
  mayOnlyBeLate,
  verifyExport,
  type Checkpoint,
  type EvidenceStore,
  type FindingCode,
  type VerificationReport,
  type VerifyLevel,
} from '../../src/proof/index.ts';
import { counted, startExportStage, type ExportStage } from './support/exported.ts';

/** Evidence kept in memory. */
function memoryStore(): EvidenceStore & { readonly parts: Map<string, Buffer> } {
  const parts = new Map<string, Buffer>();
  return {
    parts,
    put: (name, content) => {
      parts.set(name, content);
      return Promise.resolve();
    },
    has: (name) => Promise.resolve(parts.has(name)),
  };
}

const codesOf = ({ listing }: VerificationReport): string[] => listing.findings.first.map(({ code }) => code);

/** What must be the same, however often a check was interrupted. */
function findingsOf(report: VerificationReport): object {
  const { startedAt: _startedAt, finishedAt: _finishedAt, listRequests: _listRequests, ...rest } = report;
  return rest;
}

describe('verifying an export', () => {
  let stage: ExportStage;
  before(async () => {
    stage = await startExportStage();
  });
  after(() => stage.stop());

  const verified = (
    expected: Parameters<typeof verifyExport>[0]['expected'],
    level: VerifyLevel = 'manifest',
  ): Promise<VerificationReport> => verifyExport({ bucket: stage.bucket, expected, level });

  for (const level of ['manifest', 'full'] as const) {
    for (const cluster of ['orders', 'events'] as const) {
      it(`proves a whole export of ${cluster}, level ${level}`, async () => {
        const { expected } = await stage.exported({}, cluster);
        const report = await verified(expected, level);
        assert.equal(report.outcome, 'proven', failuresText(report.listing.findings));
        assert.deepEqual(codesOf(report), []);
        const shards = cluster === 'events' ? 3 : 1;
        const dataFiles = 2 * 3 * 3 * shards;
        assert.deepEqual(report.files, {
          stated: dataFiles + 6,
          dataFiles,
          metadataFiles: 6,
          completeFiles: 1,
          agreesAs: ['dataAndMetadata'],
        });
        assert.equal(report.listing.collections, 6);
        assert.deepEqual(
          report.listing.replicaSets.map(({ files, documents }) => [files, documents]),
          Array.from({ length: shards }, () => [18, level === 'full' ? 18 * 40 : undefined]),
        );
      });
    }
  }

  it('proves the export of an empty cluster, and says that there is nothing', async () => {
    const { expected } = await stage.exported({ contents: { collections: 0 } });
    const report = await verified(expected);
    assert.equal(report.outcome, 'proven');
    assert.deepEqual(codesOf(report), ['NOTHING_EXPORTED']);
  });

  const faults: readonly [fault: BucketFault, codes: readonly FindingCode[], onlyFull?: boolean][] = [
    [{ kind: 'incrementMissing' }, ['INCREMENT_MISSING', 'FILES_MISSING']],
    [{ kind: 'metadataMissing' }, ['METADATA_MISSING', 'FILES_MISSING']],
    [{ kind: 'totalFilesWrong', by: 20 }, ['FILES_MISSING']],
    [{ kind: 'totalFilesWrong', by: -20 }, ['FILES_TOO_MANY']],
    [{ kind: 'completeOfAnotherExport' }, ['COMPLETE_OF_ANOTHER_EXPORT']],
    [{ kind: 'completeMissing' }, ['COMPLETE_MISSING']],
    [{ kind: 'gzipTruncated' }, ['GZIP_TRUNCATED'], true],
    [{ kind: 'gzipCorrupt' }, ['GZIP_CORRUPT'], true],
    [{ kind: 'jsonInvalid' }, ['JSON_INVALID'], true],
  ];
  for (const [bucketFault, codes, onlyFull = false] of faults) {
    it(`finds ${JSON.stringify(bucketFault)}${onlyFull ? ', level full' : ''}`, async () => {
      const whole = await stage.exported({ bucketFault });
      const expected = { ...whole.expected, totalFilesCounts: 'dataAndMetadata' } as const;
      for (const level of onlyFull ? (['full'] as const) : (['manifest', 'full'] as const)) {
        const report = await verified(expected, level);
        assert.equal(report.outcome, 'failed');
        assert.deepEqual(new Set(codesOf(report)), new Set(codes));
      }
      if (onlyFull) assert.equal((await verified(expected)).outcome, 'proven', 'a listing cannot show it');
    });
  }

  it('finds an absent replica set', async () => {
    const { expected, job } = await stage.exported(
      { bucketFault: { kind: 'replicaSetAbsent', component: 1 } },
      'events',
    );
    const report = await verified(expected);
    assert.deepEqual(codesOf(report), ['FILES_MISSING', 'REPLICA_SET_MISSING']);
    assert.equal(report.listing.findings.first[1]?.where, job.parts[1]?.replicaSetName);
  });

  it('finds the last file of a series missing where it is known what totalFiles counts, and only warns where it is not', async () => {
    const plan = {
      bucketFault: { kind: 'lastFileMissing' },
      contents: { collections: 1, totalFilesCounts: 'dataAndMetadata' },
    } as const;
    const { expected } = await stage.exported(plan);
    const known = await verified({ ...expected, totalFilesCounts: 'dataAndMetadata' });
    assert.deepEqual(codesOf(known), ['FILES_MISSING']);
    // 5 data files, 2 metadata.json and .complete are 8 too.
    const unknown = await verified(expected);
    assert.deepEqual([unknown.outcome, codesOf(unknown)], ['proven', ['TOTAL_FILES_UNCLEAR']]);
  });

  it('names what is missing in words, ten at most, with the number of the rest', async () => {
    const { expected } = await stage.exported({ bucketFault: { kind: 'incrementMissing' } });
    const { listing } = await verified({
      ...expected,
      clusterName: 'another',
      totalFilesCounts: 'dataAndMetadata',
    });
    const text = failuresText(listing.findings, 1);
    assert.match(text, /^INCREMENT_MISSING exported_snapshots\/.*: there is 2 but not 1\nand 2 more$/);
  });

  it('says that what is missing may only be late, and proves the export once it is there', async () => {
    const { expected, later } = await stage.exported({ bucketFault: { kind: 'filesLate', lateMs: 60_000 } });
    const early = await verified(expected);
    assert.equal(early.outcome, 'failed');
    assert.ok(mayOnlyBeLate(early.listing.findings), failuresText(early.listing.findings));
    await later(60_000);
    assert.equal((await verified(expected)).outcome, 'proven');
    const damaged = await stage.exported({ bucketFault: { kind: 'completeOfAnotherExport' } });
    assert.equal(mayOnlyBeLate((await verified(damaged.expected)).listing.findings), false);
  });

  it('asks for no more than the pages and .complete', async () => {
    const { expected } = await stage.exported();
    const bucket = counted(stage.bucket);
    const report = await verifyExport({ bucket, expected, level: 'manifest', pageSize: 4 });
    assert.equal(bucket.lists, Math.ceil(report.listing.objects / 4));
    assert.equal(report.listRequests, bucket.lists);
    assert.deepEqual(bucket.opened, [`${expected.prefixes[0]}/.complete`]);
  });

  it('checks every prefix where components have one of their own, and only warns of metadata that is elsewhere', async () => {
    const first = await stage.exported();
    const second = await stage.exported({ bucketFault: { kind: 'metadataMissing' } });
    const prefixes = [first.job.prefix, second.job.prefix, `/${first.job.prefix}/`] as const;
    const report = await verified({ ...first.expected, prefixes });
    assert.equal(report.listing.dataFiles, 36);
    assert.ok(codesOf(report).includes('METADATA_ELSEWHERE'));
    assert.equal(report.outcome, 'proven', failuresText(report.listing.findings));
  });

  for (const level of ['manifest', 'full'] as const) {
    it(`comes to the same when it is killed after every step and goes on elsewhere, level ${level}`, async () => {
      const { expected } = await stage.exported({ bucketFault: { kind: 'jsonInvalid' } }, 'events');
      const undisturbed = memoryStore();
      const evidence = memoryStore();
      const common = { bucket: stage.bucket, expected, level, pageSize: 5, pagesPerCheckpoint: 1 };
      const whole = await verifyExport({ ...common, evidence: undisturbed });
      const kill = new Error('killed');
      let resumeFrom: unknown;
      let resumed: VerificationReport | undefined;
      // Each run dies as soon as it has reported how far it came; the last has nothing more to report.
      for (let runs = 1; resumed === undefined; runs += 1) {
        assert.ok(runs < 200, 'it never ends');
        const onCheckpoint = (checkpoint: Checkpoint): void => {
          resumeFrom = JSON.parse(JSON.stringify(checkpoint));
          throw kill;
        };
        try {
          resumed = await verifyExport({ ...common, evidence, resumeFrom, onCheckpoint });
        } catch (error) {
          assert.equal(error, kill);
        }
      }
      assert.deepEqual(findingsOf(resumed), findingsOf(whole));
      assert.deepEqual(evidence.parts, undisturbed.parts);
      assert.notEqual(resumeFrom, undefined);
    });
  }

  it('reads again no object that was read before it was killed, but for those it was at', async () => {
    const { expected } = await stage.exported();
    const bucket = counted(stage.bucket);
    const reads = 7;
    let checkpoint: Checkpoint | undefined;
    const giveUp = new AbortController();
    const first = verifyExport({
      bucket,
      expected,
      level: 'full',
      signal: giveUp.signal,
      onCheckpoint: (latest) => {
        checkpoint = latest;
        if (latest.read.length === reads) giveUp.abort();
      },
    });
    await assert.rejects(first, (error) => error instanceof BucketError && error.code === 'BUCKET_ABORTED');
    assert.equal(checkpoint?.read.length, reads);
    const report = await verifyExport({
      bucket,
      expected,
      level: 'full',
      resumeFrom: checkpoint,
    });
    assert.equal(report.outcome, 'proven');
    const again = bucket.opened.length - new Set(bucket.opened).size;
    // What was on its way is asked for again, but none of it had been read.
    assert.ok(again <= 13, `${again} objects were opened twice`);
  });

  it('begins no object before it is known that a crash would lose that one alone', async () => {
    const { expected } = await stage.exported();
    let read = 0;
    let kept = 0;
    const atRisk: number[] = [];
    const report = await verifyExport({
      bucket: stage.bucket,
      expected,
      level: 'full',
      bytesAtRiskMax: 1,
      onCheckpoint: ({ read: { length } }) => {
        read = Math.max(read, length);
        atRisk.push(read - kept);
      },
      checkpointKept: async () => {
        await setImmediate();
        kept = read;
      },
    });
    assert.equal(report.outcome, 'proven');
    assert.equal(Math.max(...atRisk), 1);
    assert.equal(read, report.listing.objects - 1);
  });

  it('does not wait for each of many small objects', async () => {
    const { expected } = await stage.exported();
    const report = await verifyExport({
      bucket: stage.bucket,
      expected,
      level: 'full',
      checkpointKept: () => assert.fail('all of them together are small'),
    });
    assert.equal(report.outcome, 'proven');
  });

  it('begins anew from what is no checkpoint of it, or where the evidence is not there', async () => {
    const { expected } = await stage.exported();
    const common = {
      bucket: stage.bucket,
      expected,
      level: 'manifest',
      pageSize: 5,
      pagesPerCheckpoint: 1,
    } as const;
    let last: Checkpoint | undefined;
    const evidence = memoryStore();
    const whole = await verifyExport({
      ...common,
      evidence,
      onCheckpoint: (checkpoint) => (last = checkpoint),
    });
    assert.ok(last !== undefined && last.evidence.parts > 0);
    for (const resumeFrom of [
      undefined,
      null,
      'x',
      { ...last, version: 0 },
      { ...last, level: 'full' },
      { ...last, prefixes: ['x/'] },
    ]) {
      const again = await verifyExport({ ...common, evidence: memoryStore(), resumeFrom });
      assert.deepEqual(findingsOf(again), findingsOf(whole));
    }
    const elsewhere = await verifyExport({ ...common, evidence: memoryStore(), resumeFrom: last });
    assert.equal(elsewhere.listRequests, whole.listRequests, 'a folder of another machine has no evidence');
  });

  it('tells a missing .complete by the listing, since S3 answers 403 where listing is allowed below a prefix only', async () => {
    const { expected } = await stage.exported({ bucketFault: { kind: 'completeMissing' } });
    const bucket: Bucket = {
      ...stage.bucket,
      read: () => Promise.reject(new BucketError({ code: 'BUCKET_UNAUTHORIZED', message: 'refused' })),
    };
    assert.deepEqual(codesOf(await verifyExport({ bucket, expected, level: 'manifest' })), [
      'COMPLETE_MISSING',
    ]);
  });

  it('throws when storage fails, and says nothing about the export', async () => {
    const { expected } = await stage.exported();
    const failing: Bucket = {
      ...stage.bucket,
      read: () => Promise.reject(new BucketError({ code: 'BUCKET_UNAUTHORIZED', message: 'refused' })),
    };
    await assert.rejects(
      verifyExport({ bucket: failing, expected, level: 'manifest' }),
      (error) => error instanceof BucketError && error.code === 'BUCKET_UNAUTHORIZED',
    );
  });
});
