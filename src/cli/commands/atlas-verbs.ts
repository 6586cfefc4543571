import type { VerbSpec } from '../verb.ts';
import { clusterOption, credentialsOption, projectOption } from './shared-options.ts';

const project = '--project 5f0e1d2c3b4a59687766554c';

/** What Atlas has. These need the credential, and no Temporal. */
export const atlasVerbs: readonly VerbSpec[] = [
  {
    name: 'snapshots',
    summary: 'list the snapshots of a cluster at Atlas',
    options: [projectOption, clusterOption, credentialsOption],
    examples: [`atlas-export snapshots ${project} --cluster orders`],
    load: async () => ({ run: (await import('../verbs/atlas-lists.ts')).snapshots }),
  },
  {
    name: 'buckets',
    summary: 'list the export buckets of a project at Atlas',
    options: [projectOption, credentialsOption],
    examples: [`atlas-export buckets ${project}`],
    load: async () => ({ run: (await import('../verbs/atlas-lists.ts')).buckets }),
  },
  {
    name: 'jobs',
    summary: 'list the export jobs of a cluster at Atlas, and which of them this product started',
    options: [projectOption, clusterOption, credentialsOption],
    examples: [`atlas-export jobs ${project} --cluster orders`],
    load: async () => ({ run: (await import('../verbs/atlas-lists.ts')).jobs }),
  },
];
