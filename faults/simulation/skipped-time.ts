import { setTimeout as machineSleep } from 'node:timers/promises';
import { msToTs } from '@temporalio/common/lib/time.js';
import type { TestService } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { machineClock, moveProcessClock, resetProcessClock } from './process-clock.ts';

const checkedEveryMs = 250;
/** Longer than any workflow task takes: a lock given back too early lets time leap under a task's feet. */
const quietMsMin = 5_000;

/**
 * Who may stop time, and when. The server skips to its next timer whenever nobody holds its lock: it takes the
 * lock itself while a workflow or activity task is under way, and a run holds it here while it sets things up
 * or does something at an exact instant.
 */
export class SkippedTime {
  readonly #environment: TestWorkflowEnvironment;
  readonly #testService: TestService;
  #activities = 0;
  #quietSinceMs = machineClock.monotonicMs();
  /** How often a lock that was stuck has been given back. */
  locksGivenBack = 0;

  /** The server starts with its time held. */
  constructor(environment: TestWorkflowEnvironment) {
    const { testService } = environment.connection;
    if (testService === undefined) throw new TypeError('a server that cannot skip time');
    resetProcessClock();
    this.#environment = environment;
    this.#testService = testService;
  }

  /** The server's time; the process's clock is moved to it. */
  async nowMs(): Promise<number> {
    const beforeMs = machineClock.nowMs();
    const serverMs = await this.#environment.currentTimeMs();
    moveProcessClock(serverMs, (beforeMs + machineClock.nowMs()) / 2);
    return serverMs;
  }

  /** For who holds time: lets it run to an instant, and holds it again in that very instant. */
  async runUntil(instantMs: number): Promise<void> {
    const durationMs = instantMs - (await this.nowMs());
    if (durationMs <= 0) return;
    let over = false;
    const arrived = this.lendLock(durationMs).finally(() => {
      over = true;
    });
    await Promise.all([arrived, this.#unlockStuck(() => over)]);
    await this.nowMs();
  }

  /** An activity is under way from here until the returned function is called. */
  activityBegins(): () => void {
    this.#activities += 1;
    return () => {
      this.#activities -= 1;
      this.#quietSinceMs = machineClock.monotonicMs();
    };
  }

  /**
   * The server never gives back the lock of an activity whose workflow ended meanwhile (sdk-java issue 1138),
   * as when an export is cancelled during a look: its time would go by in the machine's own for good. So where
   * it does although nothing has been under way for a while, one lock is given back.
   */
  async #unlockStuck(isOver: () => boolean): Promise<void> {
    let before = { serverMs: await this.nowMs(), machineMs: machineClock.monotonicMs() };
    while (!isOver()) {
      await machineSleep(checkedEveryMs);
      const now = { serverMs: await this.nowMs(), machineMs: machineClock.monotonicMs() };
      const skippedMs = now.serverMs - before.serverMs - (now.machineMs - before.machineMs);
      const quiet = this.#activities === 0 && now.machineMs - this.#quietSinceMs > quietMsMin;
      if (!isOver() && quiet && skippedMs < checkedEveryMs) {
        await this.#testService.unlockTimeSkipping({});
        this.locksGivenBack += 1;
      }
      before = now;
    }
  }

  /**
   * Gives one lock away for `durationMs` of skipped time. An activity whose worker "died" holds the server's
   * time, in the machine's own, until it times out: lending its lock lets the time be skipped meanwhile.
   */
  async lendLock(durationMs: number): Promise<void> {
    const duration = msToTs(Math.max(1, Math.round(durationMs)));
    await this.#testService.unlockTimeSkippingWithSleep({ duration });
  }
}
