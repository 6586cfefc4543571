import type { RequestEvidence } from '../evidence.ts';

const hourMs = 3_600_000;

/** What the requests are drawn with. */
const deadlinesMs: Readonly<Record<string, number>> = {
  '20 minutes': hourMs / 3,
  '2 hours': 2 * hourMs,
  '2 days': 48 * hourMs,
};

/** The product's own, where the request gives none. */
const deadlineUsualMs = 7 * 24 * hourMs;

/** By the server's clock. */
export function deadlineAtMs({ runStartedAtMs, scenario }: RequestEvidence): number {
  return runStartedAtMs + (deadlinesMs[String(scenario.settings.deadline)] ?? deadlineUsualMs);
}
