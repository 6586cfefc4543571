import { constants } from 'node:os';
import type { Logger } from '@temporalio/common';

const stopSignals = ['SIGTERM', 'SIGINT'] as const;

export interface StopSignal {
  /** Aborted by the first SIGTERM or SIGINT. */
  readonly signal: AbortSignal;
  /** Leaves signals to node again. */
  release(): void;
}

/** The first SIGTERM or SIGINT asks the process to drain, the second ends it at once with 128 and its number. */
export function stopSignal({ logger, onStop }: { logger: Logger; onStop: () => void }): StopSignal {
  const controller = new AbortController();
  const stop = (signal: NodeJS.Signals): void => {
    if (controller.signal.aborted) {
      logger.warn(`second ${signal}: ending at once`);
      process.exit(128 + constants.signals[signal]);
    }
    logger.info(`${signal}: draining; a second one ends at once`);
    onStop();
    controller.abort();
  };
  for (const name of stopSignals) process.on(name, stop);
  return {
    signal: controller.signal,
    release: () => {
      for (const name of stopSignals) process.off(name, stop);
    },
  };
}
