import { Worker, type WorkflowBundle } from '@temporalio/worker';
import { globalHandlers } from '@temporalio/worker/lib/workflow/vm-shared.js';
import type { RawHistory } from './read-history.ts';

interface Replayed {
  readonly workflowId: string;
  readonly history: RawHistory;
}

/** The replaying worker: takes one history at a time, and answers each. */
interface Feed {
  readonly give: (next: Replayed | undefined) => void;
  readonly results: ReturnType<typeof Worker.runReplayHistories>;
}

/**
 * Replays histories with the workflow code that ran them. One replaying worker is kept for all of them: each new
 * one would load the bundle again, which takes longer than a seed's histories do.
 */
export class Replayer {
  readonly #workflowBundle: WorkflowBundle;
  #feed: Feed | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(workflowBundle: WorkflowBundle) {
    this.#workflowBundle = workflowBundle;
  }

  /** Undefined where it replays, else why it does not. One after the other, as the worker takes them. */
  async errorOf(replayed: Replayed): Promise<string | undefined> {
    const before = this.#last;
    const mine = (async (): Promise<string | undefined> => {
      await before;
      this.#feed ??= this.#open();
      this.#feed.give(replayed);
      const { done, value } = await this.#feed.results.next();
      if (done === true) throw new Error('the replaying worker has ended');
      // A replaying worker runs in this thread and hooks each promise of it, for stack traces that nobody asks for.
      globalHandlers.uninstall();
      return value.error?.message;
    })();
    this.#last = mine.catch(() => undefined);
    return await mine;
  }

  async close(): Promise<void> {
    await this.#last;
    this.#feed?.give(undefined);
    await this.#feed?.results.next();
  }

  #open(): Feed {
    let give: (next: Replayed | undefined) => void = () => {};
    const next = (): Promise<Replayed | undefined> =>
      new Promise((resolve) => {
        give = resolve;
      });
    let waiting = next();
    async function* histories(): AsyncGenerator<Replayed> {
      for (;;) {
        const given = await waiting;
        if (given === undefined) return;
        waiting = next();
        yield given;
      }
    }
    const results = Worker.runReplayHistories({ workflowBundle: this.#workflowBundle }, histories());
    return { give: (replayed) => give(replayed), results };
  }
}
