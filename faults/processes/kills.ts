import { problemsOf } from '../ended-exports.ts';
import { drawnPoints, runKillLane, type KillReport } from './kill-run.ts';
import { killPoints, type KillPoint } from './kill-points.ts';
import { startWorld } from './world.ts';

export interface KillsOptions {
  readonly seed: string;
  readonly kills: number;
  /** Workers, each on its own task queue, that are killed side by side. */
  readonly lanes: number;
  /** Only the points whose name holds this text. */
  readonly only?: string | undefined;
  readonly report: (line: string) => void;
}

export interface KillsOutcome {
  readonly kills: readonly KillReport[];
  readonly exports: number;
  /** What the books hold against what the exports said; empty when nothing was lost or doubled. */
  readonly problems: readonly string[];
}

/** Kills workers at drawn points, sees every export to its end and compares what they say with the books. */
export async function runKills(options: KillsOptions): Promise<KillsOutcome> {
  const world = await startWorld({ report: options.report });
  try {
    const points = chosenPoints(options);
    const lanes = await Promise.all(
      Array.from({ length: options.lanes }, (_, lane) =>
        runKillLane(world, {
          lane,
          seed: options.seed,
          points: points.filter((_point, index) => index % options.lanes === lane),
          report: options.report,
        }),
      ),
    );
    const endings = lanes.flatMap((lane) => lane.endings);
    return {
      kills: lanes.flatMap((lane) => lane.kills),
      exports: endings.length,
      problems: [...lanes.flatMap((lane) => lane.unreached), ...problemsOf(world.simulator.books, endings)],
    };
  } finally {
    await world.close();
  }
}

function chosenPoints({ seed, kills, only }: KillsOptions): KillPoint[] {
  if (only === undefined) return drawnPoints({ seed, kills });
  const fitting = killPoints.filter(({ name }) => name.includes(only));
  if (fitting.length === 0) throw new RangeError(`no point has "${only}" in its name`);
  return Array.from({ length: Math.ceil(kills / fitting.length) }, () => fitting)
    .flat()
    .slice(0, kills);
}
