/** One place in the source of Temporal's time-skipping server that is changed before the server is used. */
interface TestServerMend {
  readonly file: string;
  /** Is there exactly once. */
  readonly before: string;
  readonly after: string;
}

/**
 * A worker may answer a workflow task by cancelling a timer that has fired since the task was started. Temporal
 * takes such an answer: the timer's event waits for the task's end and is taken back. The time-skipping server
 * refuses it, but has struck the task off its list by then, so that the workflow stands still for ever. Here it
 * does as Temporal does.
 */
const cancelledTimer: TestServerMend = {
  file: 'io/temporal/internal/testservice/TestWorkflowMutableStateImpl.java',
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
};

/**
 * The server skips time while its count of locks is 0, and the count goes wrong (see faults/simulation/skipped-time.ts).
 * Where it is short by one, the server throws in the middle of what it is doing: the events are in the history by
 * then, and the workflow stays locked for ever. The error's text is every lock there ever was, too long for a
 * header, so that not even the caller hears of it. Here the count stays at 0. Whoever gives a lock back from
 * outside is still told that there is none.
 */
const uncountedUnlock: TestServerMend = {
  file: 'io/temporal/internal/testservice/SelfAdvancingTimerImpl.java',
  before: `
    if (lockCount == 0) {
      throw new IllegalStateException("Unbalanced lock and unlock calls: \\n" + getDiagnostics());
    }
`,
  after: `
    if (lockCount == 0) {
      if (!"External Caller".equals(caller)) return;
      throw new IllegalStateException("Unbalanced lock and unlock calls");
    }
`,
};

export const testServerMends: readonly TestServerMend[] = [cancelledTimer, uncountedUnlock];

/** @throws Error where the source is not the one that the change was made for. */
export function mendTestServer({ file, before, after }: TestServerMend, source: string): string {
  const [head, tail, ...more] = source.split(before);
  if (head === undefined || tail === undefined || more.length > 0)
    throw new Error(`${file} is not as it was when its mend was written`);
  return head + after + tail;
}
