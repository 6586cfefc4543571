import type { VerbSpec } from '../verb.ts';

export const completionVerb: VerbSpec = {
  name: 'completion',
  summary: 'write a script that completes commands with the tab key',
  arguments: [{ name: 'shell', description: 'your shell', required: true, choices: ['bash', 'zsh', 'fish'] }],
  examples: [
    'source <(atlas-export completion bash)',
    'atlas-export completion zsh > "${fpath[1]}/_atlas-export"',
    'atlas-export completion fish > ~/.config/fish/completions/atlas-export.fish',
  ],
  load: () => import('../verbs/completion.ts'),
};
