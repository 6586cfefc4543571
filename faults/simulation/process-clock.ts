/** The machine's time, as it was before any clock of this process was moved. */
const machineDate = Date;
const machineMonotonic = performance.now.bind(performance);

let aheadMs = 0;
let installed = false;

export const machineClock = {
  nowMs: (): number => machineDate.now(),
  monotonicMs: (): number => machineMonotonic(),
};

/**
 * Puts this process on Temporal's skipped time: `Date` and `performance.now` run ahead of the machine's by as
 * much as the server has skipped. So code that reads a clock, such as the client's rate-limit gate, its tokens
 * and the create lease, lives through the same hours as the workflows do, and is not changed for it. Timers
 * stay the machine's: they bound single requests. It cannot be undone; a process that skips time does nothing else.
 */
export function installProcessClock(): void {
  if (installed) return;
  installed = true;
  const shifted = new Proxy(machineDate, {
    construct: (target, parameters: unknown[], newTarget) => {
      const date: unknown = Reflect.construct(
        target,
        parameters.length === 0 ? [target.now() + aheadMs] : parameters,
        newTarget,
      );
      if (!(date instanceof machineDate)) throw new TypeError('not a date');
      return date;
    },
    get: (target, property) => {
      if (property === 'now') return () => target.now() + aheadMs;
      const value: unknown = Reflect.get(target, property, target);
      return value;
    },
  });
  Object.defineProperty(globalThis, 'Date', { value: shifted, writable: true, configurable: true });
  Object.defineProperty(performance, 'now', {
    value: () => machineMonotonic() + aheadMs,
    writable: true,
    configurable: true,
  });
}

/** For a new server, whose time is the machine's again. */
export function resetProcessClock(): void {
  aheadMs = 0;
}

/** Moves the process's clock to the server's. It never goes back. */
export function moveProcessClock(serverTimeMs: number, machineTimeMs: number): void {
  // Whole milliseconds, as `Date.now` has them.
  aheadMs = Math.max(aheadMs, Math.round(serverTimeMs - machineTimeMs));
}
