/** Against the heartbeat timeout of 6 s (see workflows/activity-calls.ts); the worker passes each on as it comes. */
export const heartbeatMs = 2_000;
