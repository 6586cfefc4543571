import type { ExportRequest } from '../../src/client.ts';
import { exportWorkflowId, jobEndedSignal } from '../../src/contract/index.ts';
import type { Fate, HoldWanted } from './holds.ts';
import type { World } from './world.ts';

/** The export that a worker is killed over. */
export interface Target {
  readonly request: ExportRequest & { readonly exportBucketId: string };
  readonly workflowId: string;
}

/** One place in an export's life at which its worker is killed. */
export interface KillPoint {
  /** What the worker was at: "killed while …". */
  readonly name: string;
  /** @default 0, a replica set */
  readonly shards?: number;
  readonly gate: 'temporal' | 'atlas';
  readonly hold: (target: Target) => HoldWanted;
  /** What becomes of what was held once the worker is dead. @default it is lost */
  readonly fate?: Fate;
  /** Sets the scene: other jobs, a plan, a fault. Returns the request to make. */
  readonly arrange?: (world: World, request: Target['request']) => ExportRequest;
}

const completed =
  (type: string, side: HoldWanted['side']) =>
  (target: Target): HoldWanted => ({
    side,
    mentions: ['RespondActivityTaskCompleted\n', target.workflowId, type],
  });

/** A workflow task of the export itself whose outcome says these words. */
const decided =
  (side: HoldWanted['side'], ...words: string[]) =>
  (target: Target): HoldWanted => ({
    side,
    mentions: ['RespondWorkflowTaskCompleted\n', target.workflowId, ...words],
  });

const called =
  (side: HoldWanted['side'], method: string, path: string) =>
  (target: Target): HoldWanted => ({
    side,
    mentions: [`${method} `, `/clusters/${target.request.clusterName}/backup/${path}`, ' Digest\n'],
  });

const otherJobs = 501;

/** In the order of an export's life. */
export const killPoints: readonly KillPoint[] = [
  {
    name: 'the snapshots are being listed',
    gate: 'atlas',
    hold: called('reply', 'GET', 'snapshots'),
    arrange: (_world, request) => ({ ...request, snapshotId: 'latest' }),
  },
  {
    name: 'the ids it looked up are on their way to Temporal',
    gate: 'temporal',
    hold: completed('resolveExport', 'request'),
    arrange: (_world, request) => ({ ...request, snapshotId: 'latest' }),
  },
  {
    name: 'the second page of jobs is being read',
    gate: 'atlas',
    hold: (target) => {
      const { side, mentions } = called('request', 'GET', 'exports?')(target);
      return { side, mentions: [...mentions, 'pageNum=2'] };
    },
    arrange: (world, request) => {
      addOtherJobs(world, request);
      return request;
    },
  },
  {
    name: 'the jobs it found are on their way to Temporal',
    gate: 'temporal',
    hold: completed('findExportJob', 'request'),
  },
  {
    name: 'Temporal has recorded the jobs it found',
    gate: 'temporal',
    hold: completed('findExportJob', 'reply'),
  },
  {
    name: 'the decision to create is on its way',
    gate: 'temporal',
    hold: decided('request', 'createExportJob'),
  },
  { name: 'the create is being handed to it', gate: 'temporal', hold: decided('reply', 'createExportJob') },
  {
    name: 'it asks whether the create is still wanted',
    gate: 'temporal',
    hold: ({ workflowId }) => ({ side: 'request', mentions: ['DescribeWorkflowExecution\n', workflowId] }),
  },
  {
    name: 'it is told that the create is still wanted',
    gate: 'temporal',
    hold: ({ workflowId }) => ({ side: 'reply', mentions: ['DescribeWorkflowExecution\n', workflowId] }),
  },
  {
    name: 'the POST is under way, and never arrives',
    gate: 'atlas',
    hold: called('request', 'POST', 'exports'),
  },
  {
    name: 'the POST is under way, and arrives after its death',
    gate: 'atlas',
    hold: called('request', 'POST', 'exports'),
    fate: 'forward',
  },
  {
    name: 'Atlas has committed the create and not yet replied',
    gate: 'atlas',
    hold: called('reply', 'POST', 'exports'),
  },
  {
    name: 'the created job is on its way to Temporal',
    gate: 'temporal',
    hold: completed('createExportJob', 'request'),
  },
  {
    name: 'Temporal has recorded the created job',
    gate: 'temporal',
    hold: completed('createExportJob', 'reply'),
  },
  {
    name: 'the export waits to look for the job of a lost reply',
    gate: 'temporal',
    hold: decided('reply', 'looking for the export job of a create request without reply'),
    arrange: (world, request) => {
      const pathIncludes = `/${request.clusterName}/`;
      world.simulator.faults.script({ operation: 'createExportJob', pathIncludes }, { kind: 'replyLost' });
      return request;
    },
  },
  {
    name: 'somebody else’s job is being waited for',
    gate: 'atlas',
    hold: called('reply', 'GET', 'exports/'),
    arrange: (world, request) => {
      const { clusterName, snapshotId, exportBucketId } = request;
      const plan = { queuedMs: 0, runningMs: 4_000 };
      world.simulator.createForeignJob({ clusterName, snapshotId, exportBucketId, plan });
      return { ...request, onActiveExport: 'wait' };
    },
  },
  { name: 'the export waits for its next look', gate: 'temporal', hold: decided('reply', 'next look at') },
  { name: 'a look at the job is under way', gate: 'atlas', hold: called('reply', 'GET', 'exports/') },
  {
    name: 'what a look saw is on its way to Temporal',
    gate: 'temporal',
    hold: completed('pollExportJob', 'request'),
  },
  {
    name: 'the children are being started',
    gate: 'temporal',
    shards: 3,
    hold: decided('reply', 'trackComponent'),
  },
  {
    name: 'a child’s look is on its way to Temporal',
    gate: 'temporal',
    shards: 3,
    hold: ({ workflowId }) => ({
      side: 'request',
      mentions: ['RespondActivityTaskCompleted\n', `${workflowId}/`, 'pollExportJob'],
    }),
  },
  {
    name: 'a child is being asked what it knows',
    gate: 'temporal',
    shards: 3,
    hold: ({ workflowId }) => ({ side: 'request', mentions: ['QueryWorkflow\n', `${workflowId}/`] }),
  },
  {
    name: 'the children are told that the job has ended',
    gate: 'temporal',
    shards: 3,
    arrange: hideComponents,
    hold: decided('reply', jobEndedSignal),
  },
  {
    name: 'a child is to take its last look',
    gate: 'temporal',
    shards: 3,
    arrange: hideComponents,
    hold: ({ workflowId }) => ({
      side: 'reply',
      mentions: ['PollWorkflowTaskQueue\n', `${workflowId}/`, jobEndedSignal],
    }),
  },
  {
    name: 'the export pauses after a Failed job',
    gate: 'temporal',
    hold: decided('reply', 'attempt 2 of'),
    arrange: (world, request) => {
      const { clusterName } = request;
      world.simulator.setExportPlan({ clusterName, attempt: 1 }, { outcome: 'Failed' });
      return request;
    },
  },
  {
    name: 'the result is on its way to Temporal',
    gate: 'temporal',
    hold: decided('request', '"outcome":"exported"'),
  },
];

/** Enough of them that the list of jobs has a second page. They belong to another snapshot and have ended. */
function addOtherJobs({ simulator }: World, { clusterName, exportBucketId }: Target['request']): void {
  const snapshot = simulator.addSnapshot({ clusterName });
  const plan = { queuedMs: 0, runningMs: 0 };
  for (let count = 0; count < otherJobs; count += 1) {
    simulator.createForeignJob({ clusterName, snapshotId: snapshot.id, exportBucketId, plan });
  }
}

/** Children that see nothing for themselves wait for the job's end, so that they are told of it for certain. */
function hideComponents({ simulator }: World, request: Target['request']): ExportRequest {
  simulator.setExportPlan({ clusterName: request.clusterName }, { componentsHidden: true });
  return request;
}

/** The id that the export of a request will have. */
export function targetOf(
  request: ExportRequest & { readonly exportBucketId: string },
  asked: ExportRequest,
): Target {
  return { request, workflowId: exportWorkflowId(asked) };
}
