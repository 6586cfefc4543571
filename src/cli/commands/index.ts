import type { VerbGroupSpec, VerbSpec } from '../verb.ts';
import { followVerbs } from './follow-verbs.ts';
import { setupVerb } from './setup-verbs.ts';
import { startVerb } from './start-verbs.ts';

/** Every verb, in the order in which `--help` and `docs/cli.md` show them. */
export const verbs: readonly (VerbSpec | VerbGroupSpec)[] = [startVerb, ...followVerbs, setupVerb];
