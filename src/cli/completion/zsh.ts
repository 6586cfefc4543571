import { programName } from '../program-options.ts';
import type { CompletionNode, CompletionOption } from './command-tree.ts';

/** A script for zsh, for a folder of \`fpath\` or to be sourced after \`compinit\`. */
export function zshCompletion(nodes: readonly CompletionNode[]): string {
  return `#compdef ${programName}
# zsh completion for ${programName}, made by: ${programName} completion zsh
${nodes.map(nodeFunction).join('\n')}
if [ "$funcstack[1]" = "_atlas-export" ]; then
  ${functionName('')} "$@"
else
  compdef ${functionName('')} ${programName}
fi`;
}

function functionName(path: string): string {
  return `_atlas_export${path === '' ? '' : `_${path.replaceAll(/[ -]/g, '_')}`}`;
}

function nodeFunction(node: CompletionNode): string {
  const { path, verbs, options, argumentChoices } = node;
  const specs = options.map(optionSpec);
  if (verbs.length === 0) {
    const choices = argumentChoices.length === 0 ? [] : [`'1: :(${argumentChoices.join(' ')})'`];
    // Without the last one, zsh offers no options behind an argument of the user's own.
    const argument = [...choices, `'*: :'`];
    return `${functionName(path)}() {\n  _arguments ${[...specs, ...argument].join(' ')}\n}`;
  }
  const described = verbs.map(({ name, summary }) => `'${escape(name)}:${escape(summary)}'`).join(' ');
  const cases = verbs
    .map(({ name }) => `    ${name}) ${functionName(path === '' ? name : `${path} ${name}`)} ;;`)
    .join('\n');
  return `${functionName(path)}() {
  local curcontext="$curcontext" line state
  _arguments -C ${specs.join(' ')} '1: :->verb' '*::argument:->rest'
  case $state in
    verb) local -a verbs; verbs=(${described}); _describe verb verbs ;;
    rest) case $line[1] in
${cases}
    esac ;;
  esac
}`;
}

function optionSpec({ flag, description, takesValue, choices, file }: CompletionOption): string {
  const action = file ? '_files' : choices.length > 0 ? `(${choices.join(' ')})` : '';
  return `'*${flag}[${escape(description)}]${takesValue ? `:value:${action}` : ''}'`;
}

/** What stands in brackets or before a colon in zsh's own notation. */
function escape(text: string): string {
  return text.replaceAll(/[[\]:]/g, (sign) => `\\${sign}`).replaceAll("'", `'\\''`);
}
