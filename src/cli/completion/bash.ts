import { programName } from '../program-options.ts';
import type { CompletionNode } from './command-tree.ts';

/** A script for bash, 3.2 or later: macOS has no newer one. */
export function bashCompletion(nodes: readonly CompletionNode[]): string {
  const groups = nodes.filter(({ path, verbs }) => path !== '' && verbs.length > 0).map(({ path }) => path);
  return `# bash completion for ${programName}, made by: ${programName} completion bash
_atlas_export() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" path="" word index
  for ((index = 1; index < COMP_CWORD; index++)); do
    word="\${COMP_WORDS[index]}"
    case "$word" in -*) break ;; esac
    case "$path" in
      "") path="$word" ;;
      ${groups.map((path) => `"${path}"`).join('|')}) path="$path $word" ;;
    esac
  done
  COMPREPLY=()
  case "$path:$previous" in
${valueCases(nodes)}
  esac
  case "$path" in
${nodes.map(wordCase).join('\n')}
  esac
  return 0
}
complete -F _atlas_export ${programName}`;
}

/** After an option that takes a value: its choices, files, or nothing. */
function valueCases(nodes: readonly CompletionNode[]): string {
  return nodes
    .flatMap(({ path, options }) =>
      options
        .filter(({ takesValue }) => takesValue)
        .map(({ flag, choices, file }) => {
          const reply = file ? 'compgen -f -- "$current"' : `compgen -W "${choices.join(' ')}" -- "$current"`;
          return `    "${path}:${flag}") COMPREPLY=($(${reply})); return 0 ;;`;
        }),
    )
    .join('\n');
}

function wordCase({ path, verbs, options, argumentChoices }: CompletionNode): string {
  const words = [...verbs.map(({ name }) => name), ...argumentChoices, ...options.map(({ flag }) => flag)];
  return `    "${path}") COMPREPLY=($(compgen -W "${words.join(' ')}" -- "$current")) ;;`;
}
