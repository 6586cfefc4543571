import { verbs } from '../commands/index.ts';
import { bashCompletion } from '../completion/bash.ts';
import { completionNodes } from '../completion/command-tree.ts';
import { fishCompletion } from '../completion/fish.ts';
import { zshCompletion } from '../completion/zsh.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import type { VerbCall } from '../verb.ts';

export async function run({ arguments: [shell], context: { output } }: VerbCall): Promise<ExitCode> {
  const nodes = completionNodes(verbs);
  const script =
    shell === 'zsh' ? zshCompletion(nodes) : shell === 'fish' ? fishCompletion(nodes) : bashCompletion(nodes);
  output.document({ shell, script });
  output.line(script);
  return exitCodes.done;
}
