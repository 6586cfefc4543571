import { Argument, Command, Option } from 'commander';
import { verbs } from './commands/index.ts';
import { exitCodeMeanings } from './exit-codes.ts';
import { commonOptions, programName } from './program-options.ts';
import { isGroup, type OptionSpec, type VerbCall, type VerbGroupSpec, type VerbSpec } from './verb.ts';

export interface ProgramOptions {
  readonly version: string;
  /** Called with the verb that was asked for and what it was given. */
  readonly onVerb: (spec: VerbSpec, call: Omit<VerbCall, 'context'>) => void;
}

/** The command line, made from the verbs' descriptions. Parsing it runs nothing. */
export function createProgram({ version, onVerb }: ProgramOptions): Command {
  const program = new Command(programName)
    .description(
      'Export MongoDB Atlas snapshots to your own bucket, once each, and follow them to their end.',
    )
    .version(version, '--version', 'show the version')
    .helpCommand(false)
    .helpOption('--help', 'show this help')
    .showHelpAfterError('(--help shows how)')
    .addHelpText('after', `\nExit codes:\n${exitCodeLines()}`)
    .exitOverride();
  for (const spec of verbs) {
    program.addCommand(isGroup(spec) ? groupCommand(spec, onVerb) : verbCommand(spec, onVerb));
  }
  return inheritSettings(program);
}

function groupCommand(spec: VerbGroupSpec, onVerb: ProgramOptions['onVerb']): Command {
  const command = new Command(spec.name).description(spec.summary).helpCommand(false);
  for (const each of spec.verbs) command.addCommand(verbCommand(each, onVerb));
  return inheritSettings(command);
}

function verbCommand(spec: VerbSpec, onVerb: ProgramOptions['onVerb']): Command {
  const command = new Command(spec.name).summary(spec.summary);
  command.description([sentence(spec.summary), spec.description ?? ''].join('\n\n').trim());
  const names = spec.arguments ?? [];
  for (const { name, description, required, choices } of names) {
    const argument = new Argument(required ? `<${name}>` : `[${name}]`, description);
    command.addArgument(choices === undefined ? argument : argument.choices([...choices]));
  }
  for (const each of [...(spec.options ?? []), ...commonOptions]) command.addOption(commanderOption(each));
  command.addHelpText('after', `\nExamples:\n${spec.examples.map((example) => `  ${example}`).join('\n')}`);
  return command.action((): void => {
    onVerb(spec, { arguments: command.args, options: command.opts<Record<string, unknown>>() });
  });
}

function commanderOption(spec: OptionSpec): Option {
  const option = new Option(spec.flags, spec.description);
  if (spec.choices !== undefined) option.choices([...spec.choices]);
  if (spec.environment !== undefined) option.env(spec.environment);
  if (spec.default !== undefined) option.default(spec.default);
  if (spec.repeatable === true) {
    option.argParser((value: string, earlier: readonly string[] | undefined) => [...(earlier ?? []), value]);
  }
  return option;
}

/** commander copies these only to commands that it makes itself. */
function inheritSettings(parent: Command): Command {
  for (const command of parent.commands) {
    command.copyInheritedSettings(parent);
    inheritSettings(command);
  }
  return parent;
}

function sentence(summary: string): string {
  return `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;
}

function exitCodeLines(): string {
  return exitCodeMeanings.map(([code, meaning]) => `  ${String(code).padEnd(4)} ${meaning}`).join('\n');
}
