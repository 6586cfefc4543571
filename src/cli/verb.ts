import type { CliContext } from './context.ts';
import type { ExitCode } from './exit-codes.ts';

/** One word of the command line: what it takes, what it says about itself, and where its code is. */
export interface VerbSpec {
  readonly name: string;
  /** One line, without a full stop. */
  readonly summary: string;
  /** What somebody should know before using it; paragraphs. */
  readonly description?: string;
  readonly arguments?: readonly ArgumentSpec[];
  readonly options?: readonly OptionSpec[];
  /** Command lines that work as they stand, but for ids and names. */
  readonly examples: readonly string[];
  /** Loaded when the verb is used, so that `--help` and completion stay quick. */
  readonly load: () => Promise<VerbModule>;
}

/** A word that only leads to others: `schedule create`. */
export interface VerbGroupSpec {
  readonly name: string;
  readonly summary: string;
  readonly verbs: readonly VerbSpec[];
}

export interface ArgumentSpec {
  readonly name: string;
  readonly description: string;
  readonly required: boolean;
  /** The only values it takes, for completion and the message about a wrong one. */
  readonly choices?: readonly string[];
}

export interface OptionSpec {
  /** As commander reads them: `--cluster <name>`. */
  readonly flags: string;
  readonly description: string;
  readonly choices?: readonly string[];
  readonly default?: string;
  /** May be given several times; its values come as a list. */
  readonly repeatable?: boolean;
  /** Environment variable that stands in for it. */
  readonly environment?: string;
  /** Completed with the names of files. */
  readonly file?: boolean;
}

export interface VerbModule {
  readonly run: (call: VerbCall) => Promise<ExitCode>;
}

/** A verb as it was called. What is in it is text; the verb checks it. */
export interface VerbCall {
  readonly arguments: readonly (string | undefined)[];
  readonly options: Readonly<Record<string, unknown>>;
  readonly context: CliContext;
}

export function isGroup(spec: VerbSpec | VerbGroupSpec): spec is VerbGroupSpec {
  return 'verbs' in spec;
}
