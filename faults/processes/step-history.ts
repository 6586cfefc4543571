import type { WorkflowHandle } from '@temporalio/client';
import type { StepEvent } from './useful-step.ts';

type HistoryEvent = NonNullable<Awaited<ReturnType<WorkflowHandle['fetchHistory']>>['events']>[number];

/** The events of one run that tell of steps. */
export async function stepEvents(handle: WorkflowHandle): Promise<StepEvent[]> {
  const { events } = await handle.fetchHistory();
  return (events ?? []).map(stepEvent);
}

function stepEvent(event: HistoryEvent): StepEvent {
  const [name, attributes] = attributesOf(event);
  return {
    id: Number(event.eventId ?? 0),
    atMs: Number(event.eventTime?.seconds ?? 0) * 1_000 + (event.eventTime?.nanos ?? 0) / 1e6,
    type: name.replace(/EventAttributes$/, ''),
    identity: 'identity' in attributes ? String(attributes.identity) : undefined,
    scheduledId: 'scheduledEventId' in attributes ? Number(attributes.scheduledEventId) : undefined,
  };
}

/** An event has one field for each type of event, of which one is set. */
function attributesOf(event: HistoryEvent): [name: string, attributes: object] {
  for (const [name, value] of Object.entries(event)) {
    if (name.endsWith('EventAttributes') && typeof value === 'object' && value !== null) return [name, value];
  }
  return ['unknown', {}];
}
