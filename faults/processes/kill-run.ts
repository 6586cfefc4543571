import { setTimeout as delay } from 'node:timers/promises';
import { addExport } from '../../demo/add-export.ts';
import type { WorkerProcess } from '../../demo/worker-process.ts';
import { drawFraction, drawInteger } from '../../simulator/seed.ts';
import type { ExportClient, ExportRequest } from '../../src/client.ts';
import { endingsOf, within, type Ending, type StartedExport } from '../ended-exports.ts';
import { startAtlasGate, type AtlasGate } from './atlas-gate.ts';
import { killPoints, targetOf, type KillPoint, type Target } from './kill-points.ts';
import { recoveryOf, type Kill } from './useful-step.ts';
import { stepEvents } from './step-history.ts';
import { startTemporalGate, type TemporalGate } from './temporal-gate.ts';
import { exportClient, newTaskQueue, startWorker, type World } from './world.ts';

/** One kill, and how long each export that was open then, and owed a step, was without one. */
export interface KillReport {
  readonly point: string;
  readonly lane: number;
  /** Of the export that the worker was killed over, where a step was owed to it. */
  readonly targetMs: number | undefined;
  /** Of all others, children included. */
  readonly othersMs: readonly number[];
  /** From the kill until the next worker was ready. */
  readonly restartMs: number;
}

export interface KillLaneOptions {
  readonly lane: number;
  readonly seed: string;
  readonly points: readonly KillPoint[];
  readonly report: (line: string) => void;
}

export interface KillLaneResult {
  readonly kills: readonly KillReport[];
  readonly endings: readonly Ending[];
  /** Points that were not come to, and exports that took no step: what the run does not show. */
  readonly unreached: readonly string[];
}

/** A point that is not reached, or a run that takes no step, in this time is reported, not waited for. */
const patienceMs = 120_000;

/**
 * One worker after another on a task queue of their own, each killed at the next point of the list and replaced
 * at once. Exports that outlast their worker go on under the next, so that many of them meet several kills.
 */
export async function runKillLane(world: World, options: KillLaneOptions): Promise<KillLaneResult> {
  const lane = await KillLane.start(world, options);
  try {
    const unreached: string[] = [];
    for (const [index, point] of options.points.entries()) {
      try {
        await lane.kill(point, index);
      } catch (error) {
        unreached.push(error instanceof Error ? error.message : String(error));
      }
    }
    return { kills: lane.kills, endings: await endingsOf(lane.started), unreached };
  } finally {
    await lane.close();
  }
}

/** The points of `kills` kills: every point once before any comes again, in an order drawn from the seed. */
export function drawnPoints(options: { readonly seed: string; readonly kills: number }): KillPoint[] {
  const points: KillPoint[] = [];
  for (let round = 0; points.length < options.kills; round += 1) {
    const place = (point: KillPoint): number => drawFraction(options.seed, 'order', round, point.name);
    points.push(...[...killPoints].sort((left, right) => place(left) - place(right)));
  }
  return points.slice(0, options.kills);
}

class KillLane {
  readonly kills: KillReport[] = [];
  readonly started: StartedExport[] = [];
  private readonly world: World;
  private readonly options: KillLaneOptions;
  private readonly client: ExportClient;
  private readonly taskQueue: string;
  private readonly temporalGate: TemporalGate;
  private readonly atlasGate: AtlasGate;
  private worker: WorkerProcess | undefined;

  private constructor(
    world: World,
    options: KillLaneOptions,
    gates: { temporalGate: TemporalGate; atlasGate: AtlasGate },
  ) {
    this.world = world;
    this.options = options;
    this.taskQueue = newTaskQueue();
    this.client = exportClient(world, this.taskQueue);
    this.temporalGate = gates.temporalGate;
    this.atlasGate = gates.atlasGate;
  }

  static async start(world: World, options: KillLaneOptions): Promise<KillLane> {
    const temporalGate = await startTemporalGate({ address: world.server.address });
    const atlasGate = await startAtlasGate({ atlasUrl: world.simulator.baseUrl });
    const lane = new KillLane(world, options, { temporalGate, atlasGate });
    lane.worker = await lane.nextWorker();
    return lane;
  }

  async kill(point: KillPoint, index: number): Promise<void> {
    const { lane, report } = this.options;
    const clusterName = `lane-${lane}-kill-${index}`;
    await this.begin(
      addExport(this.world.simulator, { ...this.drawn(`${clusterName}-beside`), ...this.drawnShards(index) }),
    );
    const { target, asked } = this.arrange(point, clusterName);
    const gate = point.gate === 'atlas' ? this.atlasGate : this.temporalGate;
    const hold = gate.holds.place(point.hold(target));
    await this.begin(asked);
    await within(hold.struck, { ms: patienceMs, otherwise: `"${point.name}" was not reached` });
    const { worker } = this;
    if (worker === undefined) throw new Error('there is no worker to kill');
    await worker.kill();
    // Only now: what it still did before it was gone is a step of its own, and nothing is owed for it.
    const kill: Kill = { atMs: Date.now(), pid: worker.pid };
    hold.end(point.fate ?? 'lose');
    this.worker = await this.nextWorker();
    const restartMs = Date.now() - kill.atMs;
    const { targetMs, othersMs } = await this.recoveries(kill, target.workflowId);
    this.kills.push({ point: point.name, lane, targetMs, othersMs, restartMs });
    report(
      `${point.name}: ${secondsText(targetMs)}, others at most ${secondsText(othersMs.toSorted((a, b) => b - a)[0])}`,
    );
  }

  async close(): Promise<void> {
    await this.worker?.kill();
    await this.temporalGate.close();
    await this.atlasGate.close();
  }

  private arrange(point: KillPoint, clusterName: string): { target: Target; asked: ExportRequest } {
    const request = addExport(this.world.simulator, {
      ...this.drawn(clusterName),
      shards: point.shards ?? 0,
    });
    const asked = point.arrange?.(this.world, request) ?? request;
    return { target: targetOf(request, asked), asked };
  }

  private drawn(clusterName: string): { clusterName: string; plan: { queuedMs: number; runningMs: number } } {
    const { seed } = this.options;
    const queuedMs = drawInteger(seed, 1_500, 'queued', clusterName);
    const runningMs =
      1_500 + drawInteger(seed, clusterName.endsWith('beside') ? 40_000 : 4_000, 'running', clusterName);
    return { clusterName, plan: { queuedMs, runningMs } };
  }

  private drawnShards(index: number): { shards: number } {
    return { shards: drawInteger(this.options.seed, 4, 'shards', index) };
  }

  private async begin(request: ExportRequest): Promise<void> {
    this.started.push({ request, handle: await this.client.start(request) });
  }

  private nextWorker(): Promise<WorkerProcess> {
    return startWorker(this.world, {
      temporalAddress: this.temporalGate.address,
      atlasUrl: this.atlasGate.url,
      taskQueue: this.taskQueue,
      settings: { ATLAS_EXPORT_LOG_LEVEL: 'error' },
    });
  }

  /** Waits until whatever was owed a step at the kill has had one. */
  private async recoveries(
    kill: Kill,
    targetId: string,
  ): Promise<{ targetMs: number | undefined; othersMs: number[] }> {
    const giveUpAtMs = kill.atMs + patienceMs;
    for (;;) {
      const found = await this.openRecoveries(kill);
      if (Date.now() > giveUpAtMs)
        throw new Error(`no step in ${patienceMs} ms after a kill: ${found.waiting.join(', ')}`);
      if (found.waiting.length === 0) {
        const { [targetId]: targetMs, ...others } = found.took;
        return { targetMs, othersMs: Object.values(others) };
      }
      await delay(500);
    }
  }

  private async openRecoveries(kill: Kill): Promise<{ waiting: string[]; took: Record<string, number> }> {
    const waiting: string[] = [];
    const took: Record<string, number> = {};
    const { workflow } = this.world.temporal;
    const since = new Date(kill.atMs).toISOString();
    const query = `TaskQueue = '${this.taskQueue}' AND (ExecutionStatus = 'Running' OR CloseTime > '${since}')`;
    for await (const { workflowId, runId } of workflow.list({ query })) {
      const recovery = recoveryOf(await stepEvents(workflow.getHandle(workflowId, runId)), kill);
      if (recovery === undefined) continue;
      if (recovery.steppedAtMs === undefined) waiting.push(workflowId);
      else took[workflowId] = recovery.steppedAtMs - recovery.owedAtMs;
    }
    return { waiting, took };
  }
}

export function secondsText(ms: number | undefined): string {
  return ms === undefined ? 'nothing owed' : `${(ms / 1_000).toFixed(1)} s`;
}
