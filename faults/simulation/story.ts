import type { Evidence, Outcome } from './evidence.ts';

interface Line {
  readonly atMs: number;
  readonly text: string;
}

/** What happened in a run, in the order of time: who did what, what went wrong, what came of it. */
export function storyOf(evidence: Evidence): string {
  const { startedAtMs, faultsEndedAtMs, requests, calls, activities, jobs } = evidence;
  const lines: Line[] = [{ atMs: faultsEndedAtMs, text: 'the faults end' }];
  for (const { name, workflowId, startedAtMs: atMs, endedAtMs, outcome, scenario } of requests) {
    lines.push({ atMs, text: `${name} starts: ${workflowId} ${JSON.stringify(scenario.settings)}` });
    if (endedAtMs !== undefined)
      lines.push({ atMs: endedAtMs, text: `${name} ends: ${outcomeText(outcome)}` });
  }
  for (const { at, operation, path, status, faultApplied, createdExportId, headers, retryAfter } of calls) {
    const parts = [
      `${headers['user-agent'] ?? 'somebody'} calls ${operation ?? path} ${path.split('/').at(-1) ?? ''}`,
      `→ ${status ?? 'no answer'}`,
      faultApplied === undefined ? '' : `(${faultApplied})`,
      retryAfter === undefined ? '' : `Retry-After: ${retryAfter}`,
      createdExportId === undefined ? '' : `creates ${createdExportId}`,
    ];
    lines.push({ atMs: at, text: parts.filter((part) => part !== '').join(' ') });
  }
  for (const { worker, activityType, stoppedAt, startedAtMs: atMs, workflowId } of activities) {
    if (stoppedAt !== undefined)
      lines.push({ atMs, text: `${worker} stops ${stoppedAt} ${activityType} of ${workflowId}` });
  }
  for (const { exportId, origin, createdAt, finishedAt, state } of jobs) {
    lines.push({ atMs: createdAt, text: `Atlas creates job ${exportId} (${origin})` });
    if (finishedAt !== undefined)
      lines.push({ atMs: finishedAt, text: `Atlas ends job ${exportId}: ${state}` });
  }
  lines.sort((left, right) => left.atMs - right.atMs);
  return lines.map(({ atMs, text }) => `${elapsed(atMs - startedAtMs)}  ${text}`).join('\n');
}

export function outcomeText(outcome: Outcome): string {
  if (outcome.kind === 'succeeded') return `${outcome.result.outcome} ${outcome.result.exportId}`;
  if (outcome.kind === 'failed') return `${outcome.type}: ${outcome.message}`;
  return outcome.kind === 'otherwise' ? outcome.what : outcome.kind;
}

/** `01:02:03.456` */
function elapsed(elapsedMs: number): string {
  const whole = Math.max(0, Math.round(elapsedMs));
  const part = (divisor: number, digits: number, modulus: number): string =>
    String(Math.floor(whole / divisor) % modulus).padStart(digits, '0');
  return `${part(3_600_000, 2, 1e6)}:${part(60_000, 2, 60)}:${part(1_000, 2, 60)}.${part(1, 3, 1_000)}`;
}
