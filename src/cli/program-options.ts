import type { OptionSpec } from './verb.ts';

export const programName = 'atlas-export';

/** Options that every verb takes. */
export const commonOptions: readonly OptionSpec[] = [
  { flags: '--json', description: 'write JSON for machines, one document a line' },
  { flags: '--verbose', description: 'show errors in full' },
];
