import type { AtlasClient, Cluster, Snapshot, SystemStatus } from '../../atlas/index.ts';
import { AtlasError } from '../../atlas/index.ts';
import { clusterSnapshots, isSharded } from '../../activities/cluster-snapshots.ts';
import { latestSnapshot } from '../../activities/latest-snapshot.ts';
import { isTerminal } from '../../contract/index.ts';
import type { Finding } from '../../client.ts';
import { createRole } from './create-role.ts';

/** What is to be exported, as far as it was told. */
export interface Subject {
  readonly groupId?: string | undefined;
  readonly clusterName?: string | undefined;
  readonly snapshotId: string;
  readonly bucketName?: string | undefined;
  readonly bucketId?: string | undefined;
}

type Told = Omit<Finding, 'check'>;

/** Looks at what an export needs of Atlas, with calls that only read. Never rejects: what fails is a finding. */
export async function checkAtlas(atlas: AtlasClient, subject: Subject): Promise<Finding[]> {
  const { groupId, clusterName } = subject;
  const findings: Finding[] = [];
  const look = async (check: string, told: () => Promise<Told>): Promise<boolean> => {
    const found: Finding = { check, ...(await told().catch(refusal)) };
    findings.push(found);
    return found.level !== 'problem';
  };
  let status: SystemStatus = {};
  const reached = await look('Atlas', async () => {
    status = await atlas.getSystemStatus();
    return ok(
      `reached, asked from ${status.ipAddress ?? 'an address it does not tell'}; the credential is valid`,
    );
  });
  if (!reached || groupId === undefined) return findings;
  await look('role to create exports', async () => createRole(status, groupId));
  await look('export bucket', () => bucket(atlas, groupId, subject));
  if (clusterName === undefined) return findings;
  const locator = { groupId, clusterName };
  let sharded: boolean | undefined;
  await look('cluster', async () => {
    const cluster = await atlas.getCluster(locator);
    sharded = isSharded(cluster);
    return clusterFinding(cluster);
  });
  if (sharded === undefined) return findings;
  const snapshotsOf = { ...locator, sharded };
  let snapshot: Snapshot | undefined;
  await look('snapshot', async () => {
    const list = await clusterSnapshots(atlas, snapshotsOf);
    snapshot =
      subject.snapshotId === 'latest'
        ? latestSnapshot(list)
        : list.find(({ id }) => id === subject.snapshotId);
    return snapshotFinding(snapshot, subject.snapshotId);
  });
  await look('role to read exports, active exports', async () => {
    const jobs = await atlas.listExportJobs(locator);
    const active = jobs.filter(({ state, snapshotId }) => !isTerminal(state) && snapshotId === snapshot?.id);
    if (active.length === 0) return ok('export jobs can be read, and none of the snapshot is active');
    return {
      level: 'warning',
      message: `active exports of this snapshot: ${active.map(({ id, state }) => `${id} (${state})`).join(', ')}`,
      nextStep:
        'An export would follow it instead of paying for a second one; --on-active-export changes that.',
    };
  });
  return findings;
}

function ok(message: string): Told {
  return { level: 'ok', message };
}

async function bucket(atlas: AtlasClient, groupId: string, subject: Subject): Promise<Told> {
  const { bucketName, bucketId } = subject;
  const buckets = await atlas.listExportBuckets({ groupId });
  if (bucketName === undefined && bucketId === undefined) {
    if (buckets.length > 0) return ok(`the project has ${buckets.length}`);
    return {
      level: 'problem',
      message: 'the project has none',
      nextStep: 'Add one: atlas backups exports buckets create.',
    };
  }
  const found = buckets.filter((each) =>
    bucketId === undefined ? each.bucketName === bucketName : each.id === bucketId,
  );
  if (found.length === 1) return ok(`${found[0]?.bucketName ?? ''} is ${found[0]?.id ?? ''}`);
  return {
    level: 'problem',
    message:
      found.length === 0 ? 'the project does not have it' : `the project has ${found.length} of that name`,
    nextStep: 'See atlas-export buckets; --bucket-id names one for certain.',
  };
}

/** Tiers that are shared by several customers' clusters, whose snapshots cannot be exported. */
const sharedTiers = ['M0', 'M2', 'M5', 'FLEX'];

function clusterFinding({
  clusterType = 'unknown',
  instanceSizes,
  backupEnabled,
  paused,
  stateName,
}: Cluster): Told {
  const shared = instanceSizes?.find((size) => sharedTiers.includes(size));
  if (shared !== undefined) {
    return {
      level: 'problem',
      message: `tier ${shared} cannot export snapshots`,
      nextStep: 'Exports need M10 or larger.',
    };
  }
  if (backupEnabled === false) {
    return {
      level: 'problem',
      message: 'Cloud Backup is off',
      nextStep: 'Turn it on in the cluster’s configuration.',
    };
  }
  const facts = `${clusterType}, ${instanceSizes?.join(' and ') ?? 'tier unknown'}, ${stateName ?? 'state unknown'}`;
  if (backupEnabled === undefined)
    return { level: 'unknown', message: `${facts}; Atlas does not tell whether backup is on` };
  if (paused === true) return { level: 'warning', message: `${facts}, paused: it takes no new snapshots` };
  return ok(`${facts}, backup on`);
}

function snapshotFinding(snapshot: Snapshot | undefined, asked: string): Told {
  const nextStep = 'See atlas-export snapshots.';
  if (snapshot === undefined) {
    const message =
      asked === 'latest' ? 'no completed snapshot that can be exported' : `the cluster has no ${asked}`;
    return { level: 'problem', message, nextStep };
  }
  const { id, status = 'unknown', snapshotType, createdAt = 'unknown' } = snapshot;
  if (snapshotType === 'fallback')
    return { level: 'problem', message: `${id} is a fallback snapshot`, nextStep };
  if (status !== 'completed') return { level: 'problem', message: `${id} is ${status}`, nextStep };
  return ok(`${id}, taken ${createdAt}`);
}

/** What an answer says about the credential, the address it was used from, and what was named. */
function refusal(error: unknown): Told {
  if (!(error instanceof AtlasError)) throw error;
  const { code, message, errorCode = '' } = error;
  if (/ACCESS_LIST|WHITELIST/.test(errorCode)) {
    return {
      level: 'problem',
      message,
      nextStep: 'Add this machine’s address to the IP access list of the credential.',
    };
  }
  if (/FLEX/.test(errorCode))
    return { level: 'problem', message, nextStep: 'Exports need a dedicated cluster, M10 or larger.' };
  return { level: 'problem', message, nextStep: nextSteps.get(code) };
}

const nextSteps: ReadonlyMap<string, string> = new Map([
  [
    'ATLAS_UNAUTHORIZED',
    'Check the key, that it belongs to this project, and its roles: reading exports needs Project Backup Manager.',
  ],
  ['ATLAS_FORBIDDEN', 'Check roles and IP access list: reading exports needs Project Backup Manager.'],
  ['ATLAS_NOT_FOUND', 'Check the project and the cluster’s name.'],
  ['ATLAS_CONNECTION', 'Check the network, a proxy, and MONGODB_ATLAS_OPS_MANAGER_URL.'],
  ['ATLAS_TIMEOUT', 'Check the network, a proxy, and MONGODB_ATLAS_OPS_MANAGER_URL.'],
]);
