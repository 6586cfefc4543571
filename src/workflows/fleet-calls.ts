import { proxyActivities, type ActivityInterfaceFor } from '@temporalio/workflow';
import type { FleetActivities } from '../activities/fleet-activities.ts';

/** See activity-calls.ts: three beats. */
const heartbeatTimeoutMs = 6_000;

/** A list may have many pages. */
const surveyTimeoutMs = 2 * 60_000;

/**
 * Read-only, so Temporal repeats them; a refusal that cannot change ends them at once. A cluster that cannot be read
 * is given up for this run after a few minutes: meanwhile its project waits to know which of its exports is first.
 */
const surveyForMs = 3 * 60_000;

const describeTimeoutMs = 60_000;

type SurveyActivities = Pick<FleetActivities, 'surveyProject' | 'surveyCluster' | 'surveyOccupied'>;

/** The activities of a fleet. As for exports, a project is the key by which a server with fairness shares the rate. */
export function surveyCalls(groupId: string): ActivityInterfaceFor<SurveyActivities> {
  return proxyActivities<SurveyActivities>({
    priority: { fairnessKey: groupId },
    scheduleToCloseTimeout: surveyForMs,
    startToCloseTimeout: surveyTimeoutMs,
    heartbeatTimeout: heartbeatTimeoutMs,
    cancellationType: 'TRY_CANCEL',
    retry: { initialInterval: '2s', backoffCoefficient: 3, maximumInterval: '1 minute' },
  });
}

/** One that fails is repeated by the next look. */
export const describeCalls: ActivityInterfaceFor<Pick<FleetActivities, 'describeExports'>> = proxyActivities<
  Pick<FleetActivities, 'describeExports'>
>({
  startToCloseTimeout: describeTimeoutMs,
  heartbeatTimeout: heartbeatTimeoutMs,
  cancellationType: 'TRY_CANCEL',
  retry: { maximumAttempts: 1 },
});
