import type { Environment } from '../config.ts';
import type { Output } from './output.ts';

/** What a verb works with. Nothing else of the process is touched. */
export interface CliContext {
  readonly environment: Environment;
  readonly output: Output;
  /** Aborted by Ctrl-C. A verb that waits ends then, and says how to go on. */
  readonly interrupted: AbortSignal;
}
