import { programName } from '../program-options.ts';
import type { CompletionNode } from './command-tree.ts';

/** A script for fish, for its folder of completions or to be sourced. */
export function fishCompletion(nodes: readonly CompletionNode[]): string {
  return [
    `# fish completion for ${programName}, made by: ${programName} completion fish`,
    `complete -c ${programName} -f`,
    ...nodes.flatMap(nodeLines),
  ].join('\n');
}

function nodeLines(node: CompletionNode): string[] {
  const { path, verbs, options, argumentChoices } = node;
  const start = `complete -c ${programName} -n '${condition(node)}'`;
  return [
    ...verbs.map(({ name, summary }) => `${start} -a ${name} -d '${escape(summary)}'`),
    ...argumentChoices.map((choice) => `${start} -a ${choice}`),
    ...(path === '' ? [] : options).map(({ flag, description, takesValue, choices, file }) => {
      const value = takesValue
        ? file
          ? ' -r -F'
          : ` -x${choices.length > 0 ? ` -a '${choices.join(' ')}'` : ''}`
        : '';
      return `${start} -l ${flag.slice(2)}${value} -d '${escape(description)}'`;
    }),
  ];
}

function condition({ path, verbs }: CompletionNode): string {
  if (path === '') return '__fish_use_subcommand';
  const seen = path
    .split(' ')
    .map((word) => `__fish_seen_subcommand_from ${word}`)
    .join('; and ');
  if (verbs.length === 0) return seen;
  return `${seen}; and not __fish_seen_subcommand_from ${verbs.map(({ name }) => name).join(' ')}`;
}

function escape(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
}
