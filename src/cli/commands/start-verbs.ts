import type { VerbSpec } from '../verb.ts';
import { requestOptions } from './shared-options.ts';

export const startVerb: VerbSpec = {
  name: 'start',
  summary: 'start an export, or join it if it runs already',
  description:
    'Hands the request to Temporal and returns; a worker has to be running somewhere. The same snapshot to the same bucket is one export, however often it is asked for.',
  options: [
    ...requestOptions,
    {
      flags: '--id <workflow id>',
      description:
        'workflow id (default: made from the request, so that the same request is the same export)',
    },
    { flags: '--watch', description: 'follow it to its end' },
  ],
  examples: [
    'atlas-export start --project 5f0e1d2c3b4a59687766554c --cluster orders --bucket snapshot-archive',
    'atlas-export start --request request.json --watch',
  ],
  load: () => import('../verbs/start.ts'),
};
