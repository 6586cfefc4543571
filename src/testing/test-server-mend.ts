/**
 * What is changed in the source of Temporal's time-skipping server before it is used.
 *
 * A worker may answer a workflow task by cancelling a timer that has fired since the task was started. Temporal
 * takes such an answer: the timer's event waits for the task's end and is taken back. The time-skipping server
 * refuses it, but has struck the task off its list by then, so that the workflow stands still for ever. Here it
 * does as Temporal does.
 */
export const testServerMend = {
  file: 'io/temporal/internal/testservice/TestWorkflowMutableStateImpl.java',
  /** Is there exactly once. */
  before: `
    StateMachine<TimerData> timer = timers.get(timerId);
    if (timer == null) {
      throw Status.INVALID_ARGUMENT
`,
  after: `
    StateMachine<TimerData> timer = timers.get(timerId);
    if (timer == null) {
      Iterator<RequestContext> buffered =
          workflowTaskStateMachine.getData().bufferedEvents.iterator();
      while (buffered.hasNext()) {
        List<HistoryEvent> events = buffered.next().getEvents();
        for (HistoryEvent event : events) {
          TimerFiredEventAttributes fired = event.getTimerFiredEventAttributes();
          if (!fired.getTimerId().equals(timerId)) continue;
          events.remove(event);
          if (events.isEmpty()) buffered.remove();
          TimerCanceledEventAttributes canceled =
              TimerCanceledEventAttributes.newBuilder()
                  .setTimerId(timerId)
                  .setStartedEventId(fired.getStartedEventId())
                  .setWorkflowTaskCompletedEventId(workflowTaskCompletedId)
                  .build();
          ctx.addEvent(
              HistoryEvent.newBuilder()
                  .setEventType(EVENT_TYPE_TIMER_CANCELED)
                  .setTimerCanceledEventAttributes(canceled)
                  .build());
          return;
        }
      }
      throw Status.INVALID_ARGUMENT
`,
} as const;

/** @throws Error where the source is not the one that the change was made for. */
export function mendTestServer(source: string): string {
  const { before, after } = testServerMend;
  const [head, tail, ...more] = source.split(before);
  if (head === undefined || tail === undefined || more.length > 0)
    throw new Error(`${testServerMend.file} is not as it was when its mend was written`);
  return head + after + tail;
}
