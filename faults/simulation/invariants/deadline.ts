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

/** By the server's clock. A request that has joined a running export has that one's deadline. */
export function deadlineAtMs(request: RequestEvidence, requests: readonly RequestEvidence[]): number {
  const sharing = requests.filter(({ runId }) => runId === request.runId);
  const [first = request] = sharing.toSorted((one, other) => one.startedAtMs - other.startedAtMs);
  const deadline = String(first.scenario.settings.deadline);
  return first.startedAtMs + (deadlinesMs[deadline] ?? deadlineUsualMs);
}
