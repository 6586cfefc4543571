import type { ExportProgress } from '../../contract/index.ts';

/** What is shown beside a bar. Absent where what was seen does not tell it: a guess is not shown as a fact. */
export interface ProgressEstimate {
  readonly perMinute?: number | undefined;
  readonly endsAtMs?: number | undefined;
}

interface Sample {
  readonly atMs: number;
  readonly exported: number;
}

/** The rate is that of the latest minutes, since collections differ in size by orders of magnitude. */
const windowMs = 10 * 60_000;
const samplesMax = 200;

/** How fast one job or component gets on, from what was seen of it while somebody watched. */
export class ProgressRate {
  private samples: Sample[] = [];

  /** Takes what was seen, and returns what follows from it. */
  observe(nowMs: number, progress: ExportProgress | undefined): ProgressEstimate {
    const total = progress?.totalCollections ?? 0;
    const exported = progress?.exportedCollections;
    if (exported === undefined || total <= 0) return {};
    const latest = this.samples.at(-1);
    if (latest !== undefined && exported < latest.exported) this.samples = [];
    if (latest?.exported !== exported) this.samples.push({ atMs: nowMs, exported });
    this.samples = this.samples.filter(({ atMs }) => nowMs - atMs <= windowMs).slice(-samplesMax);
    return estimate({ samples: this.samples, nowMs, left: total - exported });
  }
}

/** At least two different counts are needed: from one, nothing follows. */
function estimate(seen: { samples: readonly Sample[]; nowMs: number; left: number }): ProgressEstimate {
  const [first] = seen.samples;
  const last = seen.samples.at(-1);
  if (first === undefined || last === undefined || last.exported <= first.exported) return {};
  const perMs = (last.exported - first.exported) / (seen.nowMs - first.atMs);
  if (!Number.isFinite(perMs) || perMs <= 0) return {};
  return {
    perMinute: perMs * 60_000,
    endsAtMs: seen.left <= 0 ? undefined : seen.nowMs + seen.left / perMs,
  };
}
