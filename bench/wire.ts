/** Requests on the wire per call of the Atlas client, from the simulator's own books. */
import { Pool } from 'undici';
import { startSimulator, type Simulator } from '../simulator/index.ts';
import { createAtlasClient, type AtlasClient, type AtlasCredentials } from '../src/atlas/index.ts';
import { median, rounded, runBenchmark, type Findings, type Mark, type Progress } from './benchmark.ts';

const callsAtOnce = 50;
const callsPerRow = 2_000;
/** A client made for each call opens a connection for each, so it gets fewer. */
const callsPerRowFresh = 200;
/** Rows are measured in turn, this often, and the middle is shown: the machine has other things to do. */
const rounds = 5;
const coldStarts = 5;
const connectionsMax = 16;

interface Count {
  readonly calls: number;
  readonly wireRequests: number;
  readonly seconds: number;
}

type Look = (signal?: AbortSignal) => Promise<unknown>;

/** One way of asking for the same document, warm or cold as its name says. */
interface Row {
  readonly name: string;
  readonly calls: number;
  readonly atOnce: number;
  readonly look: Look;
}

interface World {
  readonly simulator: Simulator;
  readonly job: { readonly groupId: string; readonly clusterName: string; readonly exportId: string };
  readonly digest: AtlasCredentials;
  readonly serviceAccount: AtlasCredentials;
}

async function startWorld(): Promise<World> {
  const simulator = await startSimulator({ seed: 'bench' });
  const bucket = simulator.addBucket();
  const cluster = simulator.addCluster({ clusterName: 'orders', clusterType: 'REPLICASET' });
  const snapshot = simulator.addSnapshot({ clusterName: 'orders' });
  const { exportId } = simulator.createForeignJob({
    clusterName: 'orders',
    snapshotId: snapshot.id,
    exportBucketId: bucket.id,
  });
  const { publicKey, privateKey, clientId, clientSecret } = simulator.credentials;
  return {
    simulator,
    job: { groupId: cluster.groupId, clusterName: 'orders', exportId },
    digest: { type: 'digest', publicKey, privateKey },
    serviceAccount: { type: 'serviceAccount', clientId, clientSecret },
  };
}

/** Makes the calls, never more than `atOnce` of them open, and reads from the books what they came to. */
async function count(simulator: Simulator, { calls, atOnce, look }: Omit<Row, 'name'>): Promise<Count> {
  const { books } = simulator;
  const before = books.wireRequestCount;
  const startedAtMs = performance.now();
  let made = 0;
  const callUntilDone = async (): Promise<void> => {
    while (made < calls) {
      made += 1;
      await look();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, callUntilDone));
  const seconds = (performance.now() - startedAtMs) / 1000;
  return { calls, wireRequests: books.wireRequestCount - before, seconds };
}

/** undici alone with a token got beforehand: what the same requests cost without a client around them. */
async function bareUndici(world: World): Promise<{ look: Look; close: () => Promise<void> }> {
  const { simulator, job } = world;
  const pool = new Pool(simulator.baseUrl, { connections: connectionsMax });
  const { clientId, clientSecret } = simulator.credentials;
  const answer = await pool.request({
    method: 'POST',
    path: '/api/oauth/token',
    headers: {
      authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: 'grant_type=client_credentials',
  });
  const token: unknown = await answer.body.json();
  if (typeof token !== 'object' || token === null || !('access_token' in token)) {
    throw new Error(`the simulator gave no token: ${JSON.stringify(token)}`);
  }
  const path = `/api/atlas/v2/groups/${job.groupId}/clusters/${job.clusterName}/backup/exports/${job.exportId}`;
  const headers = {
    authorization: `Bearer ${String(token.access_token)}`,
    accept: 'application/vnd.atlas.2023-01-01+json',
  };
  return {
    look: async () => {
      const { statusCode, body } = await pool.request({ method: 'GET', path, headers });
      const document: unknown = await body.json();
      if (statusCode !== 200) throw new Error(`${statusCode}: ${JSON.stringify(document)}`);
    },
    close: () => pool.close(),
  };
}

/** What a client comes to that forgets its nonce: a challenge for every call. */
async function lookWithFreshClient(world: World): Promise<void> {
  const client = newClient(world, world.digest);
  try {
    await client.getExportJob(world.job);
  } finally {
    await client.close();
  }
}

function newClient({ simulator }: World, credentials: AtlasCredentials): AtlasClient {
  return createAtlasClient({ baseUrl: simulator.baseUrl, credentials, connectionsMax });
}

/** The first calls of a client, all at once: they must share one challenge, or one token. */
async function countColdStarts(world: World, credentials: AtlasCredentials): Promise<number[]> {
  const wireRequests: number[] = [];
  for (let start = 0; start < coldStarts; start += 1) {
    const client = newClient(world, credentials);
    const look = (): Promise<unknown> => client.getExportJob(world.job);
    const counted = await count(world.simulator, { calls: callsAtOnce, atOnce: callsAtOnce, look });
    wireRequests.push(counted.wireRequests);
    await client.close();
  }
  return wireRequests;
}

async function measure(progress: Progress): Promise<Findings> {
  const world = await startWorld();
  const digest = newClient(world, world.digest);
  const account = newClient(world, world.serviceAccount);
  const bare = await bareUndici(world);
  try {
    progress(`cold starts, ${callsAtOnce} calls at once`);
    const cold = {
      digest: await countColdStarts(world, world.digest),
      serviceAccount: await countColdStarts(world, world.serviceAccount),
    };
    const lookWith = (client: AtlasClient) => (): Promise<unknown> => client.getExportJob(world.job);
    const rows: Row[] = [1, callsAtOnce].flatMap((atOnce) => [
      { name: 'undici alone, token at hand', calls: callsPerRow, atOnce, look: bare.look },
      { name: 'client, digest', calls: callsPerRow, atOnce, look: lookWith(digest) },
      { name: 'client, service account', calls: callsPerRow, atOnce, look: lookWith(account) },
      {
        name: 'a fresh client per call, digest',
        calls: callsPerRowFresh,
        atOnce,
        look: () => lookWithFreshClient(world),
      },
    ]);
    // Warm: nonce and token at hand, connections open, code compiled.
    for (const row of rows) await count(world.simulator, { ...row, calls: 300 });
    const counts = new Map<Row, Count[]>(rows.map((row) => [row, []]));
    for (let round = 1; round <= rounds; round += 1) {
      progress(`round ${round} of ${rounds}`);
      for (const row of rows) counts.get(row)?.push(await count(world.simulator, row));
    }
    return findings(rows, counts, cold);
  } finally {
    await Promise.all([digest.close(), account.close(), bare.close()]);
    await world.simulator.close();
  }
}

interface RowFigures {
  readonly row: Row;
  readonly requestsPerCall: number;
  readonly callsPerSecond: number;
}

function findings(
  rows: readonly Row[],
  counts: ReadonlyMap<Row, readonly Count[]>,
  cold: { readonly digest: readonly number[]; readonly serviceAccount: readonly number[] },
): Findings {
  const figures = rows.map((row): RowFigures => {
    const counted = counts.get(row) ?? [];
    const calls = counted.reduce((sum, each) => sum + each.calls, 0);
    const wireRequests = counted.reduce((sum, each) => sum + each.wireRequests, 0);
    const callsPerSecond = median(counted.map((each) => each.calls / each.seconds));
    return { row, requestsPerCall: wireRequests / calls, callsPerSecond };
  });
  const speedOfBare = (atOnce: number): number =>
    figures.find(({ row }) => row.atOnce === atOnce)?.callsPerSecond ?? Number.NaN;
  const coldRow = (name: string, wireRequests: readonly number[]): [string, number, number] => [
    name,
    callsAtOnce,
    Math.max(...wireRequests),
  ];
  const marks = figures
    .filter(({ row }) => row.name === 'client, digest')
    .map(({ row, requestsPerCall }): Mark => {
      const what = `requests per call, warm, digest, ${row.atOnce} at once`;
      return { what, wanted: '1.0', measured: rounded(requestsPerCall), reached: requestsPerCall === 1 };
    });
  return {
    tables: [
      {
        title: 'warm',
        columns: ['', 'calls at once', 'requests per call', 'calls per second', 'of undici alone'],
        rows: figures.map(({ row, requestsPerCall, callsPerSecond }) => [
          row.name,
          row.atOnce,
          rounded(requestsPerCall),
          Math.round(callsPerSecond),
          rounded(callsPerSecond / speedOfBare(row.atOnce)),
        ]),
      },
      {
        title: 'cold start',
        columns: ['', 'calls, all at once', `requests, worst of ${coldStarts}`],
        rows: [
          coldRow('digest: one challenge for all', cold.digest),
          coldRow('service account: one token for all', cold.serviceAccount),
        ],
      },
    ],
    marks,
    notes: [
      'The simulator answers in this same process and does most of the work, so calls per second compare rows, not machines.',
    ],
    conditions: { callsPerRow, callsPerRowFresh, rounds, coldStarts, connectionsMax, operation: 'getExportJob' },
  };
}

await runBenchmark('wire', measure);
