import type { VerbSpec } from '../verb.ts';
import { clusterOption, credentialsOption, projectOption } from './shared-options.ts';

export const doctorVerb: VerbSpec = {
  name: 'doctor',
  summary: 'look at everything an export needs, before any money is spent',
  description:
    'Reads only. Each line is ok, warning, problem or unknown, and says what to do. With --project, the roles and the buckets are looked at, with --cluster also the cluster, its snapshots and the exports in the way. With --credentials, Atlas is asked with those of this name. Ends with 0 when there is no problem; else with 2 for settings, 3 for Temporal, 4 for reaching Atlas, or 1 for what would make the export fail.',
  options: [
    projectOption,
    clusterOption,
    { flags: '--snapshot <id>', description: 'snapshot that is to be exported (default: latest)' },
    { flags: '--bucket <name>', description: 'bucket to export to, by its bucket name' },
    { flags: '--bucket-id <id>', description: 'bucket to export to, by its id at Atlas' },
    credentialsOption,
  ],
  examples: [
    'atlas-export doctor',
    'atlas-export doctor --project 5f0e1d2c3b4a59687766554c --cluster orders --bucket snapshot-archive',
  ],
  load: () => import('../verbs/doctor.ts'),
};
