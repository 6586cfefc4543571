import { commonOptions } from '../program-options.ts';
import { isGroup, type OptionSpec, type VerbGroupSpec, type VerbSpec } from '../verb.ts';

/** One place in the command line, and what can come next there. */
export interface CompletionNode {
  /** The words that lead here: empty, `start`, `schedule create`. */
  readonly path: string;
  readonly verbs: readonly { readonly name: string; readonly summary: string }[];
  readonly options: readonly CompletionOption[];
  readonly argumentChoices: readonly string[];
}

export interface CompletionOption {
  /** `--cluster`. */
  readonly flag: string;
  readonly description: string;
  readonly takesValue: boolean;
  readonly choices: readonly string[];
  readonly file: boolean;
}

const help: CompletionOption = {
  flag: '--help',
  description: 'show help',
  takesValue: false,
  choices: [],
  file: false,
};

/** Every place of the command line, from the verbs' own descriptions. */
export function completionNodes(verbs: readonly (VerbSpec | VerbGroupSpec)[], path = ''): CompletionNode[] {
  const below = verbs.flatMap((spec) => {
    const here = path === '' ? spec.name : `${path} ${spec.name}`;
    return isGroup(spec) ? completionNodes(spec.verbs, here) : [verbNode(spec, here)];
  });
  const names = verbs.map(({ name, summary }) => ({ name, summary }));
  return [{ path, verbs: names, options: [help], argumentChoices: [] }, ...below];
}

function verbNode(spec: VerbSpec, path: string): CompletionNode {
  const options = [...(spec.options ?? []), ...commonOptions].map(completionOption);
  const argumentChoices = (spec.arguments ?? []).flatMap(({ choices }) => choices ?? []);
  return { path, verbs: [], options: [...options, help], argumentChoices };
}

function completionOption({ flags, description, choices = [], file = false }: OptionSpec): CompletionOption {
  const [flag = '', value] = flags.split(' ');
  return { flag, description, takesValue: value !== undefined, choices, file };
}
