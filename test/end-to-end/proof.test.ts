import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { ExportError, type ExportHandle, type ExportStatus } from '../../src/client.ts';
import { openManifest } from '../../src/proof/index.ts';
import { startProofStage, type ProofStage } from './proof-stage.ts';

async function failureOf(handle: ExportHandle): Promise<ExportError> {
  const error: unknown = await handle.result().catch((reason: unknown) => reason);
  assert.ok(error instanceof ExportError, `ended with ${JSON.stringify(error)}`);
  return error;
}

/** Waits until the export says so of itself. */
async function until(
  handle: ExportHandle,
  holds: (status: ExportStatus) => boolean,
  what: string,
  meanwhile: (status: ExportStatus) => Promise<void> = () => Promise.resolve(),
): Promise<ExportStatus> {
  let status: ExportStatus | undefined;
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await delay(100)) {
    status = await handle.status();
    if (holds(status)) return status;
    await meanwhile(status);
    assert.equal(status.outcome, undefined, `ended before ${what}: ${JSON.stringify(status, undefined, 2)}`);
  }
  return assert.fail(`no ${what} in a minute: ${JSON.stringify(status, undefined, 2)}`);
}

describe('exports that are looked for in their bucket', () => {
  let stage: ProofStage;
  before(async () => {
    stage = await startProofStage();
    await stage.startWorker(stage.access);
  });
  after(() => stage.close());

  test('are proven without being asked for it, with a signed manifest whose hash the result names', async () => {
    const { verification } = await stage.client.execute(stage.addProofExport());
    assert.equal(verification?.outcome, 'proven');
    assert.equal(verification.level, 'manifest');
    assert.deepEqual(verification.findings, []);
    const { address, sha256 } = verification.manifest ?? assert.fail('there is no manifest');
    const opened = openManifest(await readFile(address), stage.publicKey);
    assert.equal(opened.seal, 'signed');
    assert.equal(opened.manifest?.sha256, sha256);
    assert.equal(opened.manifest.outcome, 'proven');
    assert.equal(opened.manifest.found.objects, verification.found?.objects);
    const files = await readdir(dirname(address));
    assert.ok(files.includes('evidence-000001.jsonl'), files.join(', '));
  });

  test('are read to the last object where that is asked for, and their documents are counted', async () => {
    const contents = { collections: 2, files: 2, documents: 25 };
    const request = { ...stage.addProofExport({ contents }), verify: 'full' } as const;
    const { verification } = await stage.client.execute(request);
    assert.equal(verification?.outcome, 'proven');
    assert.equal(verification.level, 'full');
    assert.equal(verification.found?.documents, 2 * 2 * 2 * 25);
  });

  test('fail where an increment is missing, which is named, in words and by its code', async () => {
    const request = stage.addProofExport({ bucketFault: { kind: 'incrementMissing' } });
    const failure = await failureOf(await stage.client.start({ ...request, verifyWait: '1s' }));
    assert.equal(failure.code, 'VerificationFailed');
    assert.match(failure.message, /INCREMENT_MISSING exported_snapshots\/.*: there is 2 but not 1/);
    const { verification, job, nextStep } = failure.details ?? {};
    assert.equal(job?.state, 'Successful');
    assert.match(nextStep ?? '', /pays for nothing/);
    const codes = verification?.findings.map(({ code }) => code);
    assert.deepEqual(codes, ['INCREMENT_MISSING', 'TOTAL_FILES_UNCLEAR']);
    const opened = openManifest(await readFile(verification?.manifest?.address ?? ''), stage.publicKey);
    assert.equal(opened.seal, 'signed');
    assert.equal(opened.manifest?.outcome, 'failed');
  });

  test('fail at once where waiting cannot help: a file whose gzip is cut', async () => {
    const request = stage.addProofExport({ bucketFault: { kind: 'gzipTruncated' } });
    const failure = await failureOf(await stage.client.start({ ...request, verify: 'full' }));
    assert.equal(failure.code, 'VerificationFailed');
    assert.match(failure.message, /GZIP_TRUNCATED/);
  });

  test('are waited for where files come late, and looked for at once when somebody asks', async () => {
    const request = stage.addProofExport({ bucketFault: { kind: 'filesLate', lateMs: 3_000 } });
    const handle = await stage.client.start(request);
    const waiting = await until(handle, ({ verification }) => verification?.nextLookAt !== undefined, 'wait');
    assert.equal(waiting.phase, 'verifying');
    assert.equal(waiting.verification?.outcome, 'pending');
    assert.ok(waiting.verification.findings.length > 0);
    // By itself it would look again after 10 s, 20 s, 40 s, …
    const lookNow = async ({ verification }: ExportStatus): Promise<void> => {
      if (verification?.nextLookAt === undefined) return;
      // It may have ended since it was asked how it is.
      await handle.pollNow().catch(() => {});
    };
    await until(handle, ({ outcome }) => outcome !== undefined, 'end', lookNow);
    const { verification } = await handle.result();
    assert.equal(verification?.outcome, 'proven');
    assert.ok(verification.looks >= 2, `${verification.looks} looks`);
    assert.deepEqual(verification.findings, []);
  });

  test('tell what each component has, counted in the bucket, where Atlas tells nothing', async () => {
    const contents = { collections: 1, files: 2, documents: 5 };
    const request = stage.addProofExport({ componentsHidden: true, contents }, { shards: 3 });
    const { components, verification } = await stage.client.execute(request);
    assert.equal(verification?.outcome, 'proven');
    assert.equal(components.length, 3);
    for (const { state, inBucket } of components) {
      assert.equal(state, 'unknown');
      const { evidence, files, collections } = inBucket ?? assert.fail('nothing was counted');
      assert.deepEqual({ evidence, files, collections }, { evidence: 'bucket', files: 4, collections: 2 });
    }
  });

  test('that were exported before are looked for too, and not paid for again', async () => {
    const request = stage.addProofExport();
    await stage.client.execute(request);
    const again = await stage.client.execute(request);
    assert.equal(again.outcome, 'alreadyExported');
    assert.equal(again.verification?.outcome, 'proven');
  });

  test('wait while the storage is away, which the status shows, and are proven when it is back', async () => {
    stage.gate.isDown = true;
    const handle = await stage.client.start(stage.addProofExport());
    const away = await until(handle, ({ verification }) => verification?.failure !== undefined, 'failure');
    assert.equal(away.phase, 'verifying');
    assert.equal(away.verification?.outcome, 'pending');
    assert.match(away.verification.failure?.code ?? '', /^BUCKET_(CONNECTION|UNAVAILABLE|TIMEOUT)$/);
    stage.gate.isDown = false;
    const { verification } = await handle.result();
    assert.equal(verification?.outcome, 'proven');
    assert.equal(verification.failure, undefined);
  });
});

describe('exports whose worker may not look into their bucket', () => {
  let stage: ProofStage;
  before(async () => {
    stage = await startProofStage();
  });
  after(() => stage.close());

  test('are not checked where nobody asked for it, and the result says so', async () => {
    const worker = await stage.startWorker({ ...stage.access, ATLAS_EXPORT_BUCKETS: 's3://another' });
    const { outcome, verification } = await stage.client.execute(stage.addProofExport());
    await worker.stop();
    assert.equal(outcome, 'exported');
    assert.equal(verification?.outcome, 'notChecked');
    assert.match(verification.reason ?? '', /ATLAS_EXPORT_BUCKETS/);
    assert.equal(stage.gate.opened.length, 0);
  });

  test('wait for one that may where it was asked for', async () => {
    const worker = await stage.startWorker();
    const handle = await stage.client.start({ ...stage.addProofExport(), verify: 'manifest' });
    const refused = await until(handle, ({ verification }) => verification?.failure !== undefined, 'failure');
    assert.equal(refused.verification?.failure?.code, 'BUCKET_NOT_CONFIGURED');
    await worker.stop();
    await stage.startWorker(stage.access);
    assert.equal((await handle.result()).verification?.outcome, 'proven');
  });

  test('wait where the storage refuses its key, and are proven by a worker with another', async () => {
    await stage.close();
    stage = await startProofStage();
    const worker = await stage.startWorker({ ...stage.access, AWS_SECRET_ACCESS_KEY: 'not-the-secret' });
    const handle = await stage.client.start(stage.addProofExport());
    const refused = await until(handle, ({ verification }) => verification?.failure !== undefined, 'failure');
    assert.equal(refused.verification?.outcome, 'pending');
    assert.equal(refused.verification.failure?.code, 'BUCKET_UNAUTHORIZED');
    await worker.stop();
    await stage.startWorker(stage.access);
    const { verification } = await handle.result();
    assert.equal(verification?.outcome, 'proven');
    assert.ok(!stage.written().includes('not-the-secret'), 'the key is in the log');
  });
});
