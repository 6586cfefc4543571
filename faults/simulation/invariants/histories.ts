import type { Invariant } from './index.ts';

/** Events beside those of looks: the start, the end, finding, creating and waiting, of every attempt. */
const eventsBesideMax = 400;
/** A look is a timer, an activity and the workflow tasks between: 11 events, and some of them twice. */
const eventsPerLookMax = 14;

/**
 * No workflow task fails: one that does is repeated for ever. Only a workflow's last words that cross with an
 * event it has not seen yet are handed back to it, which the next task settles.
 */
export const noWorkflowTaskFails: Invariant = ({ histories }) =>
  histories.flatMap(({ workflowId, events }) =>
    events
      .filter(({ type, cause }) => type === 'workflowTaskFailed' && !cause?.startsWith('unhandledCommand'))
      .map(({ eventId, cause }) => `${workflowId}: workflow task failed in event ${eventId}: ${cause}`),
  );

/** A history grows with the looks, and not faster. */
export const historyBounded: Invariant = ({ histories }) =>
  histories.flatMap(({ workflowId, events }) => {
    const activities = events.filter(({ type }) => type === 'activityTaskScheduled').length;
    const children = events.filter(({ type }) => type === 'startChildWorkflowExecutionInitiated').length;
    const eventsMax = eventsBesideMax + eventsPerLookMax * (activities + children);
    return events.length > eventsMax
      ? [`${workflowId}: ${events.length} events for ${activities} activities and ${children} components`]
      : [];
  });

/** Every history replays with the workflow code that made it. */
export const historiesReplay: Invariant = ({ histories }) =>
  histories.flatMap(({ workflowId, replayError }) =>
    replayError === undefined ? [] : [`${workflowId} does not replay: ${replayError}`],
  );
