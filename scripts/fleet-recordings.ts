import { keepExportedWorkflow, keepExportedWorkflowId, type KeepExportedRequest } from '../src/client.ts';
import type { Stage } from '../test/end-to-end/stage.ts';

/** A run of `keepExported` to be recorded: brings it about, and returns its id when it has ended. */
export interface FleetRecording {
  readonly name: string;
  readonly bringAbout: (stage: Stage) => Promise<string>;
}

const bucketName = 'fleet-archive';
const dayMs = 24 * 60 * 60_000;

/** A project of its own, with a cluster of two missing snapshots and one of which a job runs already. */
function addFleet({ simulator }: Stage, groupId: string): { request: KeepExportedRequest; bucketId: string } {
  const { id: bucketId } = simulator.addBucket({ groupId, bucketName });
  const snapshot = (clusterName: string, daysAgo: number): string =>
    simulator.addSnapshot({
      groupId,
      clusterName,
      frequencyType: 'weekly',
      createdAt: Date.now() - daysAgo * dayMs,
    }).id;
  for (const clusterName of ['orders', 'events', 'failing', 'locked']) {
    const name = `${clusterName}-${groupId[0]}`;
    simulator.addCluster({ groupId, clusterName: name, clusterType: 'REPLICASET' });
    const outcome = clusterName === 'failing' ? 'Failed' : 'Successful';
    simulator.setExportPlan({ clusterName: name }, { queuedMs: 100, runningMs: 3_000, outcome });
    snapshot(name, 3);
  }
  snapshot(`orders-${groupId[0]}`, 4);
  simulator.createForeignJob({
    groupId,
    clusterName: `events-${groupId[0]}`,
    snapshotId: snapshot(`events-${groupId[0]}`, 5),
    exportBucketId: bucketId,
    plan: { queuedMs: 0, runningMs: 2_000 },
  });
  simulator.faults.script(
    { pathIncludes: `/locked-${groupId[0]}/`, times: 1_000 },
    { kind: 'apiError', status: 403, errorCode: 'IP_ADDRESS_NOT_ON_WHITELIST' },
  );
  const polling = { preset: 'eager', minInterval: '300ms', maxInterval: '1s' } as const;
  const request: KeepExportedRequest = {
    projects: [{ groupId }],
    exportBucketName: bucketName,
    frequencyTypes: ['weekly'],
    exports: { polling, maxAttempts: 1 },
  };
  return { request, bucketId };
}

export const fleetRecordings: readonly FleetRecording[] = [
  {
    name: 'fleet',
    bringAbout: async (stage) => {
      const { request } = addFleet(stage, '1'.repeat(24));
      const handle = await stage.client.fleets.start(request, { name: 'recorded' });
      await handle.result();
      return handle.workflowId;
    },
  },
  {
    name: 'fleet-dry-run',
    bringAbout: async (stage) => {
      const { request } = addFleet(stage, '2'.repeat(24));
      const handle = await stage.client.fleets.start({ ...request, dryRun: true }, { name: 'recorded' });
      await handle.result();
      return handle.workflowId;
    },
  },
  {
    // An export that somebody else has started is asked for, and the time is up before all are exported.
    name: 'fleet-out-of-time',
    bringAbout: async (stage) => {
      const groupId = '3'.repeat(24);
      const { request } = addFleet(stage, groupId);
      stage.simulator.setExportPlan({ clusterName: 'orders-3' }, { queuedMs: 0, runningMs: 60_000 });
      const limited = { ...request, runLimit: '20s', atOnce: { perCluster: 1 } } as const;
      const first = await stage.client.fleets.start(limited, { name: 'recorded-first' });
      await first.result();
      const second = await stage.client.fleets.start(limited, { name: 'recorded-second' });
      await second.result();
      return second.workflowId;
    },
  },
  {
    // As a run is started that goes on with the figures of the one before it.
    name: 'fleet-continued',
    bringAbout: async (stage) => {
      const { request, bucketId } = addFleet(stage, '4'.repeat(24));
      const figures = [0, 0, 0, 0, 0, 0, 0, 0];
      const clusters = [
        ['orders-4', 0, [1, 0], figures, 0, 0, null, null],
        ['events-4', 0, [0, 1], [1, 1, 0, 0, 0, 0, 0, 0], 0, 0, null, null],
      ];
      const carried = {
        startedAtMs: Date.now(),
        projects: [[0, bucketId, null, clusters]],
        waiting: [],
        running: [],
        failures: [],
        notes: [],
      };
      const workflowId = keepExportedWorkflowId('recorded-continued');
      await stage.client.temporal.workflow.execute(keepExportedWorkflow, {
        workflowId,
        taskQueue: stage.taskQueue,
        args: [request, carried],
      });
      return workflowId;
    },
  },
  {
    // Somebody else's export uses up the limit of the project, so that what is exported there is looked at again.
    name: 'fleet-beside-others',
    bringAbout: async (stage) => {
      const groupId = '6'.repeat(24);
      const { request, bucketId } = addFleet(stage, groupId);
      const clusterName = 'elsewhere-6';
      stage.simulator.addCluster({ groupId, clusterName, clusterType: 'REPLICASET' });
      stage.simulator.setExportPlan(
        { clusterName },
        { queuedMs: 0, runningMs: 12_000, outcome: 'Successful' },
      );
      const { id: snapshotId } = stage.simulator.addSnapshot({
        groupId,
        clusterName,
        frequencyType: 'daily',
        createdAt: Date.now() - dayMs,
      });
      await stage.client.start({ groupId, clusterName, snapshotId, exportBucketId: bucketId });
      const limited = { ...request, atOnce: { perProject: 1 } };
      const handle = await stage.client.fleets.start(limited, { name: 'recorded-beside-others' });
      await handle.result();
      return handle.workflowId;
    },
  },
];
