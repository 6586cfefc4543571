import type { IncomingMessage, ServerResponse } from 'node:http';
import { isFault } from './faults.ts';
import { isRecord } from './request.ts';
import { readBody } from './server.ts';
import type { Simulator } from './simulator.ts';
import type { FaultMatch } from './fault-plan.ts';
import type { Operation } from './operations.ts';
import { OPERATIONS } from './operations.ts';
import type { ClusterType } from './world.ts';

/** Where the control endpoints are. They are not part of Atlas, need no credentials and are not booked. */
export const CONTROL_PREFIX = '/simulator/';

class WrongControlRequest extends Error {}

function numberOf(record: Record<string, unknown>, name: string): number | undefined {
  const value = record[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'number') throw new WrongControlRequest(`${name} must be a number`);
  return value;
}

function textOf(record: Record<string, unknown>, name: string): string | undefined {
  const value = record[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw new WrongControlRequest(`${name} must be a string`);
  return value;
}

function requiredText(record: Record<string, unknown>, name: string): string {
  const value = textOf(record, name);
  if (value === undefined) throw new WrongControlRequest(`${name} is missing`);
  return value;
}

function isOperation(value: string): value is Operation {
  return OPERATIONS.some((operation) => operation === value);
}

function isClusterType(value: string): value is ClusterType {
  return ['REPLICASET', 'SHARDED', 'GEOSHARDED', 'FLEX'].includes(value);
}

function listOf(record: Record<string, unknown>, name: string): Record<string, unknown>[] {
  const value = record[name] ?? [];
  if (!Array.isArray(value) || !value.every(isRecord))
    throw new WrongControlRequest(`${name} must be a list of objects`);
  return value;
}

/** Drops the members that are undefined, so that optional ones are absent. */
function given<Value extends object>(
  value: Value,
): { [Name in keyof Value]?: Exclude<Value[Name], undefined> } {
  const entries: Iterable<readonly [PropertyKey, unknown]> = Object.entries(value).filter(
    ([, each]) => each !== undefined,
  );
  const result: { [Name in keyof Value]?: Exclude<Value[Name], undefined> } = {};
  Object.assign(result, Object.fromEntries(entries));
  return result;
}

function readMatch(body: Record<string, unknown>): FaultMatch {
  const match = isRecord(body['match']) ? body['match'] : {};
  const operation = textOf(match, 'operation');
  if (operation !== undefined && !isOperation(operation))
    throw new WrongControlRequest(`no operation ${operation}`);
  const when = isRecord(match['when']) ? match['when'] : undefined;
  return given({
    operation,
    pathIncludes: textOf(match, 'pathIncludes'),
    attempt: numberOf(match, 'attempt'),
    times: numberOf(match, 'times'),
    when: when && given({ fromMs: numberOf(when, 'fromMs'), untilMs: numberOf(when, 'untilMs') }),
  });
}

function scriptFault(simulator: Simulator, body: Record<string, unknown>): unknown {
  if (!isFault(body['fault'])) throw new WrongControlRequest('fault is not one the simulator knows');
  simulator.faults.script(readMatch(body), body['fault']);
  return { scripted: true };
}

function addWorld(simulator: Simulator, body: Record<string, unknown>): unknown {
  const clusters = listOf(body, 'clusters').map((item) => {
    const clusterType = requiredText(item, 'clusterType');
    if (!isClusterType(clusterType)) throw new WrongControlRequest(`no cluster type ${clusterType}`);
    const optional = given({ groupId: textOf(item, 'groupId'), shardCount: numberOf(item, 'shardCount') });
    return simulator.addCluster({ clusterName: requiredText(item, 'clusterName'), clusterType, ...optional });
  });
  const snapshots = listOf(body, 'snapshots').map((item) =>
    simulator.addSnapshot({
      clusterName: requiredText(item, 'clusterName'),
      ...given({
        groupId: textOf(item, 'groupId'),
        snapshotId: textOf(item, 'snapshotId'),
        createdAt: textOf(item, 'createdAt'),
        frequencyType: textOf(item, 'frequencyType'),
      }),
    }),
  );
  const buckets = listOf(body, 'buckets').map((item) =>
    simulator.addBucket(given({ groupId: textOf(item, 'groupId'), bucketName: textOf(item, 'bucketName') })),
  );
  const plans = listOf(body, 'plans');
  for (const item of plans) setPlan(simulator, item);
  return { clusters, snapshots, buckets, plans: plans.length };
}

function setPlan(simulator: Simulator, item: Record<string, unknown>): void {
  const match = given({ snapshotId: textOf(item, 'snapshotId'), attempt: numberOf(item, 'attempt') });
  const plan = given({
    queuedMs: numberOf(item, 'queuedMs'),
    runningMs: numberOf(item, 'runningMs'),
    totalCollections: numberOf(item, 'totalCollections'),
  });
  const outcome = textOf(item, 'outcome') ?? 'Successful';
  if (outcome !== 'Successful' && outcome !== 'Failed' && outcome !== 'Cancelled') {
    throw new WrongControlRequest(`no outcome ${outcome}`);
  }
  simulator.setExportPlan(match, { ...plan, outcome });
}

function books(simulator: Simulator): unknown {
  const { books: source } = simulator;
  return {
    now: simulator.clock.now(),
    wireRequestCount: source.wireRequestCount,
    createsAccepted: source.createsAccepted,
    createsRefused: source.createsRefused,
    activeOverlaps: source.activeOverlaps,
    jobs: source.jobs,
    requests: source.requests.slice(-1000),
  };
}

function describeWorld(simulator: Simulator): unknown {
  return {
    baseUrl: simulator.baseUrl,
    groupId: simulator.groupId,
    orgId: simulator.orgId,
    groups: simulator.groups.map((group) => ({
      groupId: group.groupId,
      clusters: [...group.clusters.values()],
      buckets: [...group.buckets.values()],
    })),
  };
}

async function bodyRecord(request: IncomingMessage): Promise<Record<string, unknown>> {
  let body: unknown;
  try {
    body = JSON.parse(await readBody(request));
  } catch {
    throw new WrongControlRequest('the body must be JSON of less than a megabyte');
  }
  if (!isRecord(body)) throw new WrongControlRequest('the body must be an object');
  return body;
}

async function control(simulator: Simulator, request: IncomingMessage): Promise<unknown> {
  const path = new URL(request.url ?? '/', 'http://localhost').pathname;
  switch (`${request.method ?? 'GET'} ${path}`) {
    case 'GET /simulator/health':
      return { status: 'ok' };
    case 'GET /simulator/books':
      return books(simulator);
    case 'GET /simulator/worlds':
      return describeWorld(simulator);
    case 'POST /simulator/worlds':
      return addWorld(simulator, await bodyRecord(request));
    case 'POST /simulator/faults':
      return scriptFault(simulator, await bodyRecord(request));
    case 'DELETE /simulator/faults':
      simulator.faults.clear();
      return { cleared: true };
    case 'POST /simulator/cancellations':
      simulator.cancelJob(requiredText(await bodyRecord(request), 'exportId'));
      return { cancelled: true };
    default:
      return undefined;
  }
}

/** Answers one control request: 200 with what it gave, 400 with what is wrong, or 404. */
export async function serveControl(
  simulator: Simulator,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const send = (status: number, document: unknown): void => {
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(document));
  };
  try {
    const result = await control(simulator, request);
    if (result === undefined) send(404, { error: 'no such control endpoint' });
    else send(200, result);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    send(400, { error: error.message });
  }
}
