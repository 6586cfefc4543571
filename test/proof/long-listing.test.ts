/**
 * Goal: a check of a million objects stays within a worker's means. Method: as the benchmark measures it, in a process
 * of its own, over the real S3 library and a server in another process that makes the listing up.
 */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as v from 'valibot';
import type { MeasuredCheck } from '../../bench/bucket/measured-check.ts';
import { objects, syntheticPrefix } from '../../bench/bucket/synthetic-export.ts';

const megabytesMax = 150;
const pageSize = 1_000;

const portSchema = v.object({ port: v.number() });
const measureSchema = v.object({
  outcome: v.string(),
  objects: v.number(),
  listRequests: v.number(),
  memoryMegabytes: v.number(),
});

const pathOf = (name: string): string =>
  fileURLToPath(new URL(`../../bench/bucket/${name}.js`, import.meta.url));

test('a million objects are listed page by page and checked in less than 150 MB, the S3 library and Node included', async (t) => {
  const server = spawn(process.execPath, [pathOf('synthetic-s3-process')], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  t.after(() => server.disconnect());
  const [message]: unknown[] = await once(server, 'message');
  const { port } = v.parse(portSchema, message);
  const check: MeasuredCheck = {
    level: 'manifest',
    prefix: syntheticPrefix,
    where: {
      location: {
        provider: 'AWS',
        bucketName: 'archive',
        region: 'us-east-1',
        forcePathStyle: true,
        endpoint: `http://127.0.0.1:${port}`,
      },
    },
  };
  const environment = {
    PATH: process.env['PATH'],
    AWS_ACCESS_KEY_ID: 'made-up',
    AWS_SECRET_ACCESS_KEY: 'made-up',
  };
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [pathOf('measured-check'), JSON.stringify(check)],
    { env: environment },
  );
  const measure = v.parse(measureSchema, JSON.parse(stdout));
  assert.deepEqual([measure.outcome, measure.objects], ['proven', objects]);
  assert.equal(measure.listRequests, Math.ceil(objects / pageSize), 'as many requests as pages');
  assert.ok(measure.memoryMegabytes < megabytesMax, `${measure.memoryMegabytes} MB were resident at most`);
});
