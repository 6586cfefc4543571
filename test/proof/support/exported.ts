/** A simulated Atlas that writes its exports into a real S3 server, and what to expect of one of them. */
import assert from 'node:assert/strict';
import {
  startSimulator,
  manualClock,
  type BucketWriter,
  type ExportJob,
  type ExportPlan,
  type Simulator,
} from '../../../simulator/index.ts';
import { openBucket, type Bucket, type S3Location } from '../../../src/bucket/index.ts';
import type { ExpectedExport } from '../../../src/proof/index.ts';
import { startS3Server, type S3Server } from '../../../src/testing/s3-server.ts';

const exportRequestId = 'first-run/1';

export interface Exported {
  readonly job: ExportJob;
  readonly expected: ExpectedExport;
  /** Moves the simulated Atlas's clock, and writes what is then due. */
  readonly later: (milliseconds: number) => Promise<void>;
}

export interface ExportStage {
  readonly server: S3Server;
  readonly simulator: Simulator;
  readonly exportBucketId: string;
  readonly location: S3Location;
  readonly bucket: Bucket;
  /** An export that has ended Successful at the simulated Atlas, and is in the bucket as its plan says. */
  /** Of a new snapshot of `orders`, a replica set, of `events`, with three shards, or of a cluster that was added. */
  exported(plan?: Partial<ExportPlan>, clusterName?: string, snapshotId?: string): Promise<Exported>;
  stop(): Promise<void>;
}

export async function startExportStage(): Promise<ExportStage> {
  const server = await startS3Server();
  process.env['AWS_ACCESS_KEY_ID'] = server.accessKeyId;
  process.env['AWS_SECRET_ACCESS_KEY'] = server.secretAccessKey;
  const clock = manualClock();
  const simulator = await startSimulator({ clock });
  const writer = await simulator.writeExportsTo(server);
  simulator.addCluster({ clusterName: 'orders', clusterType: 'REPLICASET' });
  simulator.addCluster({ clusterName: 'events', clusterType: 'SHARDED', shardCount: 3 });
  const { bucketName = '', id: exportBucketId } = simulator.addBucket();
  const location: S3Location = {
    provider: 'AWS',
    bucketName,
    region: server.region,
    endpoint: server.endpoint,
    forcePathStyle: true,
  };
  const bucket = await openBucket(location);
  const later = async (milliseconds: number): Promise<void> => {
    clock.advance(milliseconds);
    await writer.settle();
  };
  return {
    server,
    simulator,
    exportBucketId,
    location,
    bucket,
    exported: async (plan = {}, clusterName = 'orders', snapshotId) => {
      const { clusters } = simulator.groups[0] ?? assert.fail('there is no project');
      const known = clusters.get(clusterName)?.snapshots.find(({ id }) => id === snapshotId);
      const snapshot = known ?? simulator.addSnapshot({ clusterName });
      const job = simulator.createForeignJob({
        clusterName,
        snapshotId: snapshot.id,
        exportBucketId,
        customData: [{ key: 'exportRequestId', value: exportRequestId }],
        plan: { queuedMs: 0, runningMs: 1_000, ...plan },
      });
      await later(500);
      await later(500);
      return { job, expected: expectedOf(job, snapshot.endsAtMs), later };
    },
    stop: () => stopAll({ simulator, writer, bucket, server }),
  };
}

function expectedOf(job: ExportJob, snapshotMs: number): ExpectedExport {
  return {
    prefixes: [job.prefix],
    groupId: job.groupId,
    clusterName: job.clusterName,
    snapshotCreatedAt: new Date(snapshotMs).toISOString(),
    customData: [{ key: 'exportRequestId', value: exportRequestId }],
    ...(job.sharded ? { replicaSetNames: job.parts.map(({ replicaSetName }) => replicaSetName) } : {}),
  };
}

async function stopAll(parts: {
  readonly simulator: Simulator;
  readonly writer: BucketWriter;
  readonly bucket: Bucket;
  readonly server: S3Server;
}): Promise<void> {
  await parts.writer.stop();
  await parts.bucket.close();
  await parts.simulator.close();
  await parts.server.stop();
}

/** A bucket that counts what is asked of it. */
export interface CountedBucket extends Bucket {
  readonly lists: number;
  /** Keys read or streamed, in order. */
  readonly opened: readonly string[];
}

export function counted(bucket: Bucket): CountedBucket {
  let lists = 0;
  const opened: string[] = [];
  return {
    get lists() {
      return lists;
    },
    opened,
    list: (options) => {
      lists += 1;
      return bucket.list(options);
    },
    read: (key, options) => {
      opened.push(key);
      return bucket.read(key, options);
    },
    stream: (key, options) => {
      opened.push(key);
      return bucket.stream(key, options);
    },
    close: () => bucket.close(),
  };
}
