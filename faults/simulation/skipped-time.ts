import { msToTs } from '@temporalio/common/lib/time.js';
import type { TestService } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { machineClock, moveProcessClock } from './process-clock.ts';

/**
 * Who may stop time, and when. The server skips to its next timer whenever nobody holds its lock: it takes the
 * lock itself while a workflow or activity task is under way, and a run holds it here while it sets things up
 * or does something at an exact instant.
 */
export class SkippedTime {
  readonly #environment: TestWorkflowEnvironment;
  readonly #testService: TestService;

  /** The server starts with its time held. */
  constructor(environment: TestWorkflowEnvironment) {
    const { testService } = environment.connection;
    if (testService === undefined) throw new TypeError('a server that cannot skip time');
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
    if (durationMs > 0) await this.lendLock(durationMs);
    await this.nowMs();
  }

  /** For who holds time: lets it run until `work` is done, or `instantMs` has come. Returns whether it was done. */
  async runWhile(work: Promise<unknown>, instantMs: number): Promise<boolean> {
    const testService = this.#testService;
    const tooLate = testService
      .sleepUntil({ timestamp: msToTs(instantMs) })
      .then(() => false);
    await testService.unlockTimeSkipping({});
    try {
      return await Promise.race([work.then(() => true), tooLate]);
    } finally {
      await testService.lockTimeSkipping({});
      await this.nowMs();
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

  /** Gives back a lock that the server keeps for an activity of a workflow that has ended (sdk-java issue 1138). */
  async unlockLeaked(): Promise<void> {
    await this.#testService.unlockTimeSkipping({});
  }
}
