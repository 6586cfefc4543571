import type { VerbGroupSpec, VerbSpec } from '../verb.ts';
import { atlasVerbs } from './atlas-verbs.ts';
import { completionVerb } from './completion-verb.ts';
import { doctorVerb } from './doctor-verb.ts';
import { followVerbs } from './follow-verbs.ts';
import { keepVerbs } from './keep-verbs.ts';
import { scheduleVerbs } from './schedule-verbs.ts';
import { setupVerb } from './setup-verbs.ts';
import { proofVerbs } from './proof-verbs.ts';
import { runVerb, startVerb } from './start-verbs.ts';

/** Every verb, in the order in which `--help` and `docs/cli.md` show them. */
export const verbs: readonly (VerbSpec | VerbGroupSpec)[] = [
  runVerb,
  startVerb,
  ...followVerbs,
  ...atlasVerbs,
  ...proofVerbs,
  scheduleVerbs,
  keepVerbs,
  doctorVerb,
  setupVerb,
  completionVerb,
];
