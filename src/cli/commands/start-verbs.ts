import type { VerbSpec } from '../verb.ts';
import { requestOptions } from './shared-options.ts';

export const runVerb: VerbSpec = {
  name: 'run',
  summary: 'run one export in the foreground, with nothing else running',
  description:
    'Starts a Temporal server and a worker of its own and follows the export to its end. Interrupted or killed, the same command goes on with the same export job: the server keeps its state in atlas-export-worker/ in your data folder ($XDG_DATA_HOME or ~/.local/share). With TEMPORAL_ADDRESS or TEMPORAL_PROFILE set, it uses that server instead. The credential for Atlas is read from MONGODB_ATLAS_*, as the Atlas CLI names them.',
  options: requestOptions,
  examples: [
    'atlas-export run --project 5f0e1d2c3b4a59687766554c --cluster orders --bucket snapshot-archive',
    'atlas-export run --request request.json --json',
  ],
  load: () => import('../verbs/run.ts'),
};

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
