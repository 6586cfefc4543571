import { parseArgs } from 'node:util';
import { fastClock, realClock } from './clock.ts';
import { demoWorld } from './demo-world.ts';
import type { BucketTarget } from './s3-upload.ts';
import type { Simulator } from './simulator.ts';
import { startSimulator } from './simulator.ts';
import { snapshotStatus } from './world.ts';

const USAGE = `Usage: main.js [--port 8080] [--host 127.0.0.1] [--speed 1] [--seed atlas]
Each also as SIMULATOR_PORT, SIMULATOR_HOST, SIMULATOR_SPEED, SIMULATOR_SEED.
SIMULATOR_PUBLIC_KEY, SIMULATOR_PRIVATE_KEY, SIMULATOR_CLIENT_ID and SIMULATOR_CLIENT_SECRET replace the fake credentials.
SIMULATOR_S3_ENDPOINT, SIMULATOR_S3_ACCESS_KEY_ID and SIMULATOR_S3_SECRET_ACCESS_KEY name a server that speaks S3: exports are written there.
--speed runs the simulator's clock that many times as fast; an export takes 15 minutes of it.
`;

interface Settings {
  readonly port: number;
  readonly host: string;
  readonly speed: number;
  readonly seed: string;
  /** Where exports are written to; undefined where they are not. */
  readonly target: BucketTarget | undefined;
}

/** How often it is looked whether something is to be written. */
const writingEveryMs = 250;

/** Settings of the command line, then of the environment. Throws with every problem in one message. */
function readSettings(args: readonly string[], environment: NodeJS.ProcessEnv): Settings {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: { port: text, host: text, speed: text, seed: text },
  });
  const port = Number(values.port ?? environment['SIMULATOR_PORT'] ?? '8080');
  const speed = Number(values.speed ?? environment['SIMULATOR_SPEED'] ?? '1');
  const problems: string[] = [];
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    problems.push('port must be a whole number from 0 to 65535');
  if (!(speed > 0) || !Number.isFinite(speed)) problems.push('speed must be a positive number');
  const s3 = (name: string): string => environment[`SIMULATOR_S3_${name}`] ?? '';
  const endpoint = s3('ENDPOINT');
  const target = { endpoint, accessKeyId: s3('ACCESS_KEY_ID'), secretAccessKey: s3('SECRET_ACCESS_KEY') };
  if (endpoint !== '') {
    if (!URL.canParse(endpoint)) problems.push('SIMULATOR_S3_ENDPOINT must be an address');
    if (target.accessKeyId === '' || target.secretAccessKey === '')
      problems.push(
        'SIMULATOR_S3_ENDPOINT needs SIMULATOR_S3_ACCESS_KEY_ID and SIMULATOR_S3_SECRET_ACCESS_KEY',
      );
  }
  if (problems.length > 0) throw new RangeError(problems.join('; '));
  return {
    port,
    speed,
    host: values.host ?? environment['SIMULATOR_HOST'] ?? '127.0.0.1',
    seed: values.seed ?? environment['SIMULATOR_SEED'] ?? 'atlas',
    target: endpoint === '' ? undefined : target,
  };
}

function givenCredentials(environment: NodeJS.ProcessEnv): Record<string, string> {
  const names = {
    publicKey: 'SIMULATOR_PUBLIC_KEY',
    privateKey: 'SIMULATOR_PRIVATE_KEY',
    clientId: 'SIMULATOR_CLIENT_ID',
    clientSecret: 'SIMULATOR_CLIENT_SECRET',
  };
  const found: Record<string, string> = {};
  for (const [option, name] of Object.entries(names)) {
    const value = environment[name];
    if (value !== undefined && value !== '') found[option] = value;
  }
  return found;
}

/** What a person needs to try it, ready to paste. The credentials are fake, so they may be shown. */
function introduction(simulator: Simulator): string {
  const { baseUrl, groupId, credentials } = simulator;
  const [group] = simulator.groups;
  const clusters = [...(group?.clusters.values() ?? [])];
  const exportable = clusters.map((cluster) => {
    const snapshot = cluster.snapshots.find(
      (each) =>
        each.snapshotType !== 'fallback' && snapshotStatus(each, simulator.clock.now()) === 'completed',
    );
    return {
      clusterName: cluster.clusterName,
      clusterType: cluster.clusterType,
      snapshotId: snapshot?.id ?? '',
    };
  });
  const bucketId = [...(group?.buckets.keys() ?? [])][0] ?? '';
  const orders = exportable[0] ?? { clusterName: '', snapshotId: '' };
  const api = `${baseUrl}/api/atlas/v2/groups/${groupId}`;
  const curl = `curl --digest --user ${credentials.publicKey}:${credentials.privateKey} --header 'Accept: application/vnd.atlas.2024-05-30+json'`;
  return `A simulated Atlas Admin API. Nothing here is real: the keys are fake and nothing leaves this machine.

  base URL          ${baseUrl}
  project           ${groupId}
  export bucket     ${bucketId}
${exportable.map((each) => `  ${each.clusterName.padEnd(18)}${each.clusterType}, snapshot ${each.snapshotId}`).join('\n')}
  digest keys       ${credentials.publicKey} / ${credentials.privateKey}
  service account   ${credentials.clientId} / ${credentials.clientSecret}
  books             ${baseUrl}/simulator/books

With curl:

  ${curl} ${api}/clusters/${orders.clusterName}/backup/snapshots
  ${curl} --header 'Content-Type: application/json' --data '{"snapshotId":"${orders.snapshotId}","exportBucketId":"${bucketId}"}' ${api}/clusters/${orders.clusterName}/backup/exports

With the Atlas CLI:

  export MONGODB_ATLAS_OPS_MANAGER_URL=${baseUrl}/ MONGODB_ATLAS_PROJECT_ID=${groupId}
  export MONGODB_ATLAS_PUBLIC_API_KEY=${credentials.publicKey} MONGODB_ATLAS_PRIVATE_API_KEY=${credentials.privateKey}
  export MONGODB_ATLAS_SKIP_UPDATE_CHECK=yes MONGODB_ATLAS_TELEMETRY_ENABLED=false
  atlas backups snapshots list ${orders.clusterName}
  atlas backups exports buckets list
  atlas backups exports jobs create --clusterName ${orders.clusterName} --bucketId ${bucketId} --snapshotId ${orders.snapshotId}
  atlas backups exports jobs list ${orders.clusterName}

`;
}

async function main(): Promise<void> {
  const settings = readSettings(process.argv.slice(2), process.env);
  const clock = settings.speed === 1 ? realClock() : fastClock(settings.speed);
  const simulator = await startSimulator({
    port: settings.port,
    host: settings.host,
    seed: settings.seed,
    clock,
    ...givenCredentials(process.env),
    world: demoWorld(clock.now()),
  });
  const writer =
    settings.target === undefined
      ? undefined
      : await simulator.writeExportsTo(settings.target, { everyMs: writingEveryMs });
  const stop = (): void => {
    void Promise.all([writer?.stop(), simulator.close()]).then(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  process.stdout.write(introduction(simulator));
}

main().catch((error: unknown) => {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${message}\n\n${USAGE}`);
  process.exit(2);
});
