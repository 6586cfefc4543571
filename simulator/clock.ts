/** What the simulator reads the time from. Nothing in it keeps timers: every state is computed from `now()` when asked. */
export interface SimulatorClock {
  /** Milliseconds since 1970-01-01T00:00:00Z. Must never go back. */
  now(): number;
}

/** A clock that only moves when told to. */
export interface ManualClock extends SimulatorClock {
  /** Moves the clock forward. Throws a RangeError on a negative number. */
  advance(milliseconds: number): void;
}

/** The machine's own clock. */
export function realClock(): SimulatorClock {
  return { now: () => Date.now() };
}

/** A clock that starts at the present and runs `factor` times as fast as the machine's. */
export function fastClock(factor: number): SimulatorClock {
  if (!Number.isFinite(factor) || factor <= 0) {
    throw new RangeError(`a clock's factor must be a positive number, got ${factor}`);
  }
  const startedAt = Date.now();
  const startedAtMonotonic = performance.now();
  return { now: () => Math.floor(startedAt + (performance.now() - startedAtMonotonic) * factor) };
}

/** A clock for tests. Starts at 2026-08-10T03:28:25Z, the instant of a recorded export, unless told otherwise. */
export function manualClock(startsAt: number = Date.UTC(2026, 7, 10, 3, 28, 25)): ManualClock {
  let current = startsAt;
  return {
    now: () => current,
    advance: (milliseconds) => {
      if (!(milliseconds >= 0)) throw new RangeError(`a clock cannot be moved by ${milliseconds} ms`);
      current += milliseconds;
    },
  };
}

/** Atlas writes whole seconds: `2026-08-10T03:28:25Z`. */
export function timestamp(milliseconds: number): string {
  return new Date(Math.floor(milliseconds / 1000) * 1000).toISOString().replace('.000Z', 'Z');
}
