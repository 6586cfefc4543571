import type { VerbSpec } from '../verb.ts';

export const setupVerb: VerbSpec = {
  name: 'setup',
  summary: 'register the search attributes that exports carry',
  description:
    'Registers AtlasGroupId, AtlasClusterName, AtlasSnapshotId and AtlasExportState (Keyword) in the namespace. Exports then carry them, so that they can be searched for in the Web UI, and `list` need not read other exports. Everything else works without. Once is enough. On Temporal Cloud, add them to the namespace there.',
  examples: ['atlas-export setup'],
  load: () => import('../verbs/setup.ts'),
};
