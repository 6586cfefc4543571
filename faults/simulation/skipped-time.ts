import { setTimeout as machineSleep } from 'node:timers/promises';
import { msToTs, tsToMs } from '@temporalio/common/lib/time.js';
import { Connection, type TestService } from '@temporalio/client';
import {
  InternalConnectionOptionsSymbol,
  type InternalConnectionOptions,
} from '@temporalio/client/lib/connection.js';
import { machineClock, moveProcessClock, resetProcessClock } from './process-clock.ts';

/** The two clocks may differ by a little. */
const leapMsMin = 50;
/** Each check is a call to the server, and a seed is a matter of two seconds. */
const checkedEveryMs = 80;
/** The server may take its time to do what it was asked; a lock that is given back too early lets time leap. */
const stuckMsMin = 250;
/** Where something is under way after all, the next look at it, which reads every history, comes later and later. */
const stuckMsMax = 2_000;
/**
 * Nearer than this to the instant, time gets there without being skipped, and the lock is this side's own again: one
 * that is given back then would be missed by whoever lends it next.
 */
const arrivingMs = 2_000;

/** gRPC's servers take one ping in five minutes. */
const keepAliveMs = 10 * 60_000;

/** gRPC's UNKNOWN */
const unknownStatus = 2;

/** Says, by Temporal's own books, whether nothing at all is under way: time may go on. */
export type IdleCheck = () => Promise<boolean>;

/** An activity's hold on time. */
export interface HeldTime {
  readonly sinceMs: number;
  release(): Promise<void>;
}

/**
 * Who may stop time, and when. The server skips to its next timer whenever nobody holds its lock. It counts
 * its own locks for what is under way, and that count goes wrong in both directions: an activity whose workflow
 * ended meanwhile never gives its lock back (sdk-java issue 1138), and an activity that times out while it
 * waits for its next attempt gives back one that it does not hold. So the count is not relied on:
 *
 * - each activity also takes a lock of this process's own, so no time can be skipped under its feet;
 * - a lock too many shows as time that does not go on although Temporal says that nothing is under way, and one
 *   is given back;
 * - a lock too few shows as a leap: each held span is compared with the machine's clock, and a run in which it
 *   was longer does not count (see `leaps`).
 */
export class SkippedTime {
  readonly #connection: Connection;
  readonly #testService: TestService;
  readonly #held = new Set<symbol>();
  /** How often a lock that nobody holds any more has been given back. */
  locksGivenBack = 0;
  /** Spans in which time was skipped although it was held: there must be none. */
  readonly leaps: string[] = [];

  private constructor(connection: Connection, testService: TestService) {
    this.#connection = connection;
    this.#testService = testService;
  }

  /** The server at this address, which starts with its time held. */
  static async of(address: string): Promise<SkippedTime> {
    const options: InternalConnectionOptions = {
      address,
      // The usual ones repeat a call that failed: an unlock that is refused, because there is nothing to unlock,
      // would be sent again until it takes the lock of something that is under way.
      interceptors: [],
      // The server hangs up on who sends pings as often as the SDK does while a call waits, and lent time may wait long.
      channelArgs: { 'grpc.keepalive_time_ms': keepAliveMs },
      [InternalConnectionOptionsSymbol]: { supportsTestService: true },
    };
    const connection = await Connection.connect(options);
    const { testService } = connection;
    if (testService === undefined) throw new TypeError('a server that cannot skip time');
    resetProcessClock();
    return new SkippedTime(connection, testService);
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }

  /** Who holds time, in words. */
  describe(): string {
    const holders = [...this.#held].map(({ description }) => description);
    return holders.length === 0 ? 'nobody held time' : `time was held by ${holders.join(', ')}`;
  }

  /** The server's time; the process's clock is moved to it. */
  async nowMs(): Promise<number> {
    const beforeMs = machineClock.nowMs();
    const { time } = await this.#testService.getCurrentTime({});
    const serverMs = tsToMs(time);
    moveProcessClock(serverMs, (beforeMs + machineClock.nowMs()) / 2);
    return serverMs;
  }

  /** For who holds time: lets it run to an instant, and holds it again in that very instant. */
  async runUntil(instantMs: number, isIdle: IdleCheck): Promise<void> {
    if (instantMs <= (await this.nowMs())) return;
    let over = false;
    const arrived = this.lendLockUntil(instantMs).finally(() => {
      over = true;
    });
    await Promise.all([arrived, this.#unlockStuck({ instantMs, isOver: () => over, isIdle })]);
    await this.nowMs();
  }

  /** Holds time for an activity, and moves the process's clock to the server's. */
  async hold(what: string): Promise<HeldTime> {
    await this.#testService.lockTimeSkipping({});
    const holder = Symbol(what);
    this.#held.add(holder);
    // From before the first reading until after the last: what the readings take is no leap.
    const machineSinceMs = machineClock.monotonicMs();
    const sinceMs = await this.nowMs();
    let released = false;
    return {
      sinceMs,
      release: async () => {
        if (released) return;
        released = true;
        const tookMs = (await this.nowMs()) - sinceMs;
        const leaptMs = tookMs - (machineClock.monotonicMs() - machineSinceMs);
        if (leaptMs > leapMsMin) this.leaps.push(`${Math.round(leaptMs)} ms were skipped under ${what}`);
        this.#held.delete(holder);
        await this.#testService.unlockTimeSkipping({});
      },
    };
  }

  async #unlocks(): Promise<boolean> {
    try {
      await this.#testService.unlockTimeSkipping({});
      return true;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === unknownStatus) return false;
      throw error;
    }
  }

  /** Gives back locks that nobody holds, while time should run and does not. */
  async #unlockStuck({
    instantMs,
    isOver,
    isIdle,
  }: {
    readonly instantMs: number;
    readonly isOver: () => boolean;
    readonly isIdle: IdleCheck;
  }): Promise<void> {
    let before = { serverMs: await this.nowMs(), machineMs: machineClock.monotonicMs() };
    let stuckSinceMs = before.machineMs;
    let patienceMs = stuckMsMin;
    while (!isOver()) {
      await machineSleep(checkedEveryMs);
      const now = { serverMs: await this.nowMs(), machineMs: machineClock.monotonicMs() };
      const skippedMs = now.serverMs - before.serverMs - (now.machineMs - before.machineMs);
      before = now;
      if (skippedMs > checkedEveryMs || this.#held.size > 0) {
        stuckSinceMs = now.machineMs;
        patienceMs = stuckMsMin;
      }
      if (now.machineMs - stuckSinceMs < patienceMs || isOver()) continue;
      const quiet = await isIdle();
      if (isOver() || this.#held.size > 0) continue;
      patienceMs = quiet ? stuckMsMin : Math.min(2 * patienceMs, stuckMsMax);
      stuckSinceMs = machineClock.monotonicMs();
      if (!quiet || instantMs - (await this.nowMs()) < arrivingMs || !(await this.#unlocks())) continue;
      this.locksGivenBack += 1;
    }
  }

  /**
   * Gives one lock away until an instant; not at all where that has passed. An activity whose worker "died" holds
   * the server's time, in the machine's own, until it times out: lending its lock lets the time be skipped meanwhile.
   */
  async lendLockUntil(instantMs: number): Promise<void> {
    // The server counts from when it hears of it, so what this side does before that is not to be counted.
    const durationMs = Math.round(instantMs - (await this.nowMs()));
    if (durationMs <= 0) return;
    await this.#testService.unlockTimeSkippingWithSleep({ duration: msToTs(durationMs) });
  }
}
