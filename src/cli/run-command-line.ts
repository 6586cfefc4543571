import { CommanderError } from 'commander';
import type { CliContext } from './context.ts';
import { exitCodes } from './exit-codes.ts';
import { faultOf } from './fault.ts';
import { createOutput, type Output } from './output.ts';
import { createProgram } from './program.ts';
import { programName } from './program-options.ts';
import type { VerbCall, VerbSpec } from './verb.ts';
import { version } from '../worker/version.ts';

interface AskedFor {
  readonly spec: VerbSpec;
  readonly call: Omit<VerbCall, 'context'>;
}

/** One command, from its words to its exit code. */
export async function runCommandLine(words: readonly string[]): Promise<number> {
  // `atlas-export list | head`: whoever read has read enough.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? exitCodes.done : exitCodes.unexpected);
  });
  const parsed = parse(words);
  if (typeof parsed === 'number') return parsed;
  const output = createOutput({ json: parsed.call.options['json'] === true });
  const interrupted = interruption();
  try {
    const { run } = await parsed.spec.load();
    const context: CliContext = { environment: process.env, output, interrupted };
    return await run({ ...parsed.call, context });
  } catch (error) {
    return await complain(error, { output, verbose: isVerbose(parsed.call.options) });
  }
}

/** The verb that was asked for; an exit code where commander has said all there is to say. */
function parse(words: readonly string[]): AskedFor | number {
  let asked: AskedFor | undefined;
  const program = createProgram({
    version,
    onVerb: (spec, call) => {
      asked = { spec, call };
    },
  });
  try {
    program.parse(words, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  }
  return asked ?? exitCodes.usage;
}

/** Ctrl-C asks a verb to end; the second one ends the process at once. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(exitCodes.interrupted);
      controller.abort();
    });
  }
  return controller.signal;
}

function isVerbose(options: Readonly<Record<string, unknown>>): boolean {
  return options['verbose'] === true || (process.env['NODE_DEBUG'] ?? '').includes(programName);
}

/** One line for a person, a document for a machine, and the whole of it for whoever asks. */
async function complain(
  error: unknown,
  { output, verbose }: { output: Output; verbose: boolean },
): Promise<number> {
  const { exitCode, code, message, nextStep } = await faultOf(error);
  if (output.json) output.note(JSON.stringify({ error: { code, message, nextStep, exitCode } }));
  else {
    output.note(`${programName}: ${message}`);
    if (nextStep !== undefined) output.note(nextStep);
  }
  if (verbose) output.note(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return exitCode;
}
