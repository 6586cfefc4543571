import { Draws } from './draws.ts';
import type { ActivityRecord, FaultPoint } from './fault-points.ts';
import { isQuiet, type RunId } from './idle.ts';
import type { IdleCheck } from './skipped-time.ts';
import type { Stage, StagedRun } from './stage.ts';
import type { SeedRun } from './timeline.ts';

/** The boundary of the activities: keeps their records and decides by the seed where a worker stops. */
export function stagedRun(
  stage: Stage,
  run: SeedRun,
): StagedRun & { readonly records: ActivityRecord[]; readonly isIdle: IdleCheck } {
  const { scenario, world, startedAtMs } = run;
  const draws = new Draws(scenario.seed);
  const counts = new Map<string, number>();
  const records: ActivityRecord[] = [];
  let stopped = 0;
  return {
    records,
    isIdle: () => isQuiet(stage.client, runIdsOf(run), () => stopped),
    time: stage.time,
    stops: () => {
      stopped += 1;
      return () => {
        stopped -= 1;
      };
    },
    activities: (worker) => world.activities(worker),
    begins: async (record) => {
      records.push(record);
      await world.followOutage(record.startedAtMs);
      const entity = `${record.activityType} ${entityOf(record.input)}`;
      const count = (counts.get(entity) ?? 0) + 1;
      counts.set(entity, count);
      if (record.startedAtMs >= startedAtMs + scenario.faultsUntilMs) return undefined;
      if (!draws.chance(scenario.stopChance, 'stop', entity, count)) return undefined;
      const points: readonly (readonly [number, FaultPoint])[] = [
        [1, 'before'],
        [2, 'after'],
      ];
      return draws.pick(points, 'stop point', entity, count);
    },
  };
}

/** What an activity is about, by names that are the same whenever the seed is run. */
function entityOf(input: unknown): string {
  if (typeof input !== 'object' || input === null) return '';
  if ('exportId' in input) return String(input.exportId);
  return 'clusterName' in input ? String(input.clusterName) : '';
}

export function runIdsOf({ started }: SeedRun): RunId[] {
  return started.map(({ handle: { workflowId }, runId }) => ({ workflowId, runId }));
}
