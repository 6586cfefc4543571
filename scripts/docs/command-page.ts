import { verbs } from '../../src/cli/commands/index.ts';
import { requestOptions } from '../../src/cli/commands/shared-options.ts';
import { exitCodeMeanings } from '../../src/cli/exit-codes.ts';
import { commonOptions, programName } from '../../src/cli/program-options.ts';
import { isGroup, type OptionSpec, type VerbSpec } from '../../src/cli/verb.ts';
import { table } from './table.ts';

/** `docs/cli.md`: every verb of the command, from what `--help` says too. */
export function commandPage(): string {
  const every = verbs.flatMap((spec): { path: string; spec: VerbSpec }[] =>
    isGroup(spec)
      ? spec.verbs.map((each) => ({ path: `${spec.name} ${each.name}`, spec: each }))
      : [{ path: spec.name, spec }],
  );
  return `# The command ${programName}

Exports snapshots, and follows, lists and schedules exports, from a terminal or a script. \`${programName} --help\` and \`${programName} <verb> --help\` say what is here. Settings come from the environment, as for the worker: see [settings.md](settings.md).

In this checkout: \`npm run cli -- <verb> …\`. From the installed package: \`npx ${programName} <verb> …\`.

${table(
  ['Verb', 'What it does'],
  every.map(({ path, spec }) => [`[\`${path}\`](#${path.replaceAll(' ', '-')})`, spec.summary]),
)}

## Exit codes

${table(
  ['Code', 'Meaning'],
  exitCodeMeanings.map(([code, meaning]) => [String(code), meaning]),
)}

Errors go to standard error: one line, and what to do about it where that is known. With \`--json\` they are \`{"error": {"code", "message", "nextStep", "exitCode"}}\`; match on \`code\`. \`--verbose\`, or \`NODE_DEBUG=${programName}\`, adds where it happened.

## Every verb takes

${optionTable(commonOptions)}

## What an export is asked for with

\`run\`, \`start\` and \`schedule create\` take these.

${optionTable(requestOptions)}

${every.map(({ path, spec }) => section(path, spec)).join('\n\n')}
`;
}

function section(path: string, spec: VerbSpec): string {
  const words = (spec.arguments ?? []).map(({ name, required }) => (required ? `<${name}>` : `[${name}]`));
  const options = spec.options ?? [];
  // Verbs that take a few of these alone have them in a table of their own.
  const asks = requestOptions.every((option) => options.includes(option));
  const own = asks ? options.filter((option) => !requestOptions.includes(option)) : options;
  return [
    `## ${path}`,
    `${spec.summary.charAt(0).toUpperCase()}${spec.summary.slice(1)}.`,
    spec.description ?? '',
    `\`\`\`sh\n${[programName, path, ...words, ...(options.length === 0 ? [] : ['[options]'])].join(' ')}\n\`\`\``,
    (spec.arguments ?? [])
      .map(({ name, description, choices }) => `- \`<${name}>\`: ${description}${choicesText(choices)}`)
      .join('\n'),
    asks ? 'With [what an export is asked for with](#what-an-export-is-asked-for-with).' : '',
    own.length === 0 ? '' : optionTable(own),
    `\`\`\`sh\n${spec.examples.join('\n')}\n\`\`\``,
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function optionTable(options: readonly OptionSpec[]): string {
  return table(
    ['Option', 'Meaning'],
    options.map(({ flags, description, choices, environment }) => [
      `\`${flags}\``,
      `${description}${choicesText(choices)}${environment === undefined ? '' : `; or \`${environment}\``}`,
    ]),
  );
}

function choicesText(choices: readonly string[] | undefined): string {
  return choices === undefined ? '' : `: ${choices.map((choice) => `\`${choice}\``).join(', ')}`;
}
