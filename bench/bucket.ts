/** What checking an export in its bucket takes: a million objects listed, and a gigabyte of gzip read to the last byte. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawnGuarded } from '../src/testing/guarded-process.ts';
import { startS3Server } from '../src/testing/s3-server.ts';
import { findOnPath } from '../src/testing/temporal-cli.ts';
import { median, rounded, runBenchmark, type Findings, type Mark, type Progress } from './benchmark.ts';
import type { CheckMeasure, MeasuredCheck } from './bucket/measured-check.ts';
import { makePackedExport, makeSmallFiles, packedPrefix } from './bucket/packed-export.ts';
import { objects as syntheticObjects, syntheticPrefix } from './bucket/synthetic-export.ts';
import type { Table } from './table.ts';

const gigabyte = 1_000_000_000;
const rounds = 3;
const smallFiles = 2_000;
const farAwayMs = 50;

const pathOf = (name: string): string => fileURLToPath(new URL(`bucket/${name}.js`, import.meta.url));

/** Runs a program to its end, on one core where the machine can hold it there, and returns what it printed. */
async function output(
  command: string,
  commandArguments: readonly string[],
  onOneCore: boolean,
): Promise<{ readonly printed: string; readonly complaints: string }> {
  const [program, ...rest] = onOneCore ? ['taskset', '--cpu-list', '0', command] : [command];
  const child = spawnGuarded(program ?? command, [...rest, ...commandArguments], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  let complaints = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (printed += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  const [code]: unknown[] = await once(child, 'close');
  if (code !== 0) throw new Error(`${command} ended with ${String(code)}: ${complaints}`);
  return { printed, complaints };
}

async function measured(check: MeasuredCheck, onOneCore = false): Promise<CheckMeasure> {
  const { printed } = await output(
    process.execPath,
    [pathOf('measured-check'), JSON.stringify(check)],
    onOneCore,
  );
  const measure: CheckMeasure = JSON.parse(printed);
  if (check.level !== 'none' && measure.outcome !== 'proven') throw new Error(`not proven: ${printed}`);
  return measure;
}

/** Processor seconds, user and system, and seconds by the clock, as the shell counts them. */
async function timed(command: string): Promise<{ readonly cpuSeconds: number; readonly seconds: number }> {
  const { complaints } = await output(
    'bash',
    ['-c', `TIMEFORMAT='%U %S %R'; time ${command} >/dev/null`],
    true,
  );
  const [user = 0, system = 0, seconds = 0] = complaints.trim().split(' ').map(Number);
  return { cpuSeconds: user + system, seconds };
}

/** The synthetic server's address, and how to end it. */
async function startSyntheticS3(): Promise<{ readonly endpoint: string; readonly stop: () => void }> {
  const child = spawn(process.execPath, [pathOf('synthetic-s3-process')], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const [message]: unknown[] = await once(child, 'message');
  if (typeof message !== 'object' || message === null || !('port' in message)) throw new Error('no port');
  return { endpoint: `http://127.0.0.1:${String(message.port)}`, stop: () => child.disconnect() };
}

interface ListingMeasure {
  readonly idle: CheckMeasure;
  readonly million: CheckMeasure;
}

async function measureListing(): Promise<ListingMeasure> {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'synthetic', AWS_SECRET_ACCESS_KEY: 'synthetic' });
  const server = await startSyntheticS3();
  try {
    const location = {
      provider: 'AWS',
      bucketName: 'archive',
      region: 'us-east-1',
      forcePathStyle: true,
    } as const;
    const where = { location: { ...location, endpoint: server.endpoint } };
    return {
      idle: await measured({ where, level: 'none', prefix: syntheticPrefix }),
      million: await measured({ where, level: 'manifest', prefix: syntheticPrefix }),
    };
  } finally {
    server.stop();
  }
}

interface ReadingRow {
  readonly name: string;
  readonly cpuSeconds: number;
  readonly seconds: number;
  readonly memoryMegabytes: number | undefined;
}

async function measureReading(
  progress: Progress,
): Promise<{ rows: ReadingRow[]; ratio: number; bytes: number; documents: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'atlas-export-bench-'));
  const single = await mkdtemp(join(tmpdir(), 'atlas-export-bench-'));
  const small = await mkdtemp(join(tmpdir(), 'atlas-export-bench-'));
  try {
    progress('making a gigabyte of gzip');
    const { paths, bytes } = await makePackedExport(folder, { files: 16, fileBytes: gigabyte / 16 });
    await makePackedExport(single, { files: 1, fileBytes: gigabyte });
    const list = paths.map((path) => `'${path}'`).join(' ');
    const gzip: { cpuSeconds: number; seconds: number }[] = [];
    const sha: typeof gzip = [];
    const full: CheckMeasure[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      progress(`one core, round ${round} of ${rounds}`);
      gzip.push(await timed(`gzip -t ${list}`));
      sha.push(await timed(`sha256sum ${list}`));
      full.push(await measured({ where: { folder }, level: 'full', prefix: packedPrefix }, true));
    }
    progress('one object of a gigabyte');
    const one = await measured({ where: { folder: single }, level: 'full', prefix: packedPrefix }, true);
    progress(`${smallFiles} small objects, far away`);
    await makeSmallFiles(small, smallFiles);
    const smallCheck = { where: { folder: small }, level: 'full', prefix: packedPrefix } as const;
    const near = await measured(smallCheck, true);
    const far = await measured({ ...smallCheck, delayMs: farAwayMs }, true);
    progress('by way of the S3 server');
    const overS3 = await measureOverS3(folder);
    const ratios = full.map(
      (each, index) => each.cpuSeconds / ((gzip[index]?.cpuSeconds ?? 0) + (sha[index]?.cpuSeconds ?? 0)),
    );
    const middle = (
      name: string,
      all: readonly { cpuSeconds: number; seconds: number; memoryMegabytes?: number }[],
    ): ReadingRow => ({
      name,
      cpuSeconds: median(all.map(({ cpuSeconds }) => cpuSeconds)),
      seconds: median(all.map(({ seconds }) => seconds)),
      memoryMegabytes:
        all[0]?.memoryMegabytes === undefined
          ? undefined
          : Math.max(...all.map(({ memoryMegabytes = 0 }) => memoryMegabytes)),
    });
    const rows = [
      middle('gzip -t, one core', gzip),
      middle('sha256sum, one core', sha),
      middle('full, 16 objects in a folder, one core', full),
      middle('full, one object of a gigabyte, one core', [one]),
      middle('full, 16 objects in the S3 server, two cores shared with it', [overS3]),
      middle(`full, ${smallFiles} objects of 500 bytes, one core`, [near]),
      middle(`full, the same, each answer ${farAwayMs} ms later`, [far]),
    ];
    return { rows, ratio: median(ratios), bytes, documents: full[0]?.documents ?? 0 };
  } finally {
    for (const each of [folder, single, small]) await rm(each, { recursive: true });
  }
}

/** The gateway serves a folder, so the files are linked into it. */
async function measureOverS3(folder: string): Promise<CheckMeasure> {
  const server = await startS3Server();
  try {
    const { endpoint, region, accessKeyId, secretAccessKey } = server;
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey });
    await output('cp', ['--recursive', '--link', folder, join(server.folder, 'archive')], false);
    const location = {
      provider: 'AWS',
      bucketName: 'archive',
      region,
      endpoint,
      forcePathStyle: true,
    } as const;
    return await measured({ where: { location }, level: 'full', prefix: packedPrefix });
  } finally {
    await server.stop();
  }
}

async function measure(progress: Progress): Promise<Findings> {
  if ((await findOnPath('taskset', process.env)) === undefined)
    throw new Error('taskset (util-linux) is not on PATH');
  progress('listing a million objects');
  const listing = await measureListing();
  const reading = await measureReading(progress);
  return {
    tables: [listingTable(listing), readingTable(reading.rows)],
    marks: marksOf(listing, reading),
    notes: [
      'Listing: a made-up S3 server answers in another process; the check uses the S3 library as it does with a real one.',
      'Memory is the most that the whole process ever had resident, Node and the library included.',
      'Full: sixteen links to one file of repeated gzip members, so that they can be made in seconds; all of it is unpacked, hashed and scanned each time.',
    ],
    conditions: {
      objects: syntheticObjects,
      gzipBytes: reading.bytes,
      documents: reading.documents,
      rounds,
      smallFiles,
      farAwayMs,
    },
  };
}

function listingTable({ idle, million }: ListingMeasure): Table {
  const row = (name: string, each: CheckMeasure): (string | number)[] => [
    name,
    each.objects,
    each.listRequests,
    rounded(each.seconds),
    rounded(each.cpuSeconds),
    Math.round(each.memoryMegabytes),
    Math.round(each.largestCheckpointKilobytes),
  ];
  return {
    title: 'listing',
    columns: ['', 'objects', 'list requests', 'seconds', 'CPU seconds', 'memory MB', 'heartbeat kB'],
    rows: [row('S3 library loaded, nothing done', idle), row('manifest check', million)],
  };
}

function readingTable(rows: readonly ReadingRow[]): Table {
  return {
    title: 'a gigabyte of gzip',
    columns: ['', 'CPU seconds', 'seconds', 'memory MB'],
    rows: rows.map(({ name, cpuSeconds, seconds, memoryMegabytes }) => [
      name,
      rounded(cpuSeconds),
      rounded(seconds),
      memoryMegabytes === undefined ? '' : Math.round(memoryMegabytes),
    ]),
  };
}

function marksOf(
  { million }: ListingMeasure,
  { rows, ratio }: { rows: readonly ReadingRow[]; ratio: number },
): Mark[] {
  const memory = Math.max(...rows.map(({ memoryMegabytes = 0 }) => memoryMegabytes));
  const pages = Math.ceil(syntheticObjects / 1_000);
  return [
    {
      what: 'memory for a million objects, MB',
      wanted: 'under 150',
      measured: Math.round(million.memoryMegabytes),
      reached: million.memoryMegabytes < 150,
    },
    {
      what: 'list requests beyond the pages',
      wanted: 'a handful',
      measured: million.listRequests - pages,
      reached: million.listRequests - pages <= 5,
    },
    {
      what: 'full, of gzip -t and sha256sum together (CPU)',
      wanted: '1.3 or less',
      measured: ratio,
      reached: ratio <= 1.3,
    },
    {
      what: 'memory of full, whatever the size, MB',
      wanted: 'under 200',
      measured: Math.round(memory),
      reached: memory < 200,
    },
  ];
}

await runBenchmark('bucket', measure);
