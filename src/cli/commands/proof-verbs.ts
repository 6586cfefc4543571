import type { OptionSpec, VerbSpec } from '../verb.ts';
import { clusterOption, credentialsOption, projectOption } from './shared-options.ts';

const project = '--project 5f0e1d2c3b4a59687766554c';

const publicKeyOption: OptionSpec = {
  flags: '--public-key <file>',
  description:
    'public key in PEM that manifests must be signed with (default: that of ATLAS_EXPORT_MANIFEST_KEY_FILE; without either, only their hash is checked)',
  file: true,
};

/** Evidence, after the fact. These need the settings of the worker's proof, and no Temporal. */
export const proofVerbs: readonly VerbSpec[] = [
  {
    name: 'verify',
    summary: 'check an old export again in its bucket, and say what has changed since',
    description:
      'Looks into the bucket as a worker does after an export, with the same settings (ATLAS_EXPORT_BUCKETS and the others of "Proof" in docs/settings.md), and compares with the best earlier check in the manifest store: the newest that found no failure, of level full before others. Ends with 0 when the export is whole: no failure now, nothing changed since, and its manifests as they were sealed; else with 1. Writes nothing without --save. By a manifest it needs no Atlas, so that an export can be checked which Atlas has forgotten.',
    arguments: [
      {
        name: 'export',
        description:
          'a prefix in the bucket (exported_snapshots/…), the id of an export job (with --project), or a manifest: a file or its address in the manifest store',
        required: true,
      },
    ],
    options: [
      {
        flags: '--level <level>',
        description: 'how hard to look: manifest lists, full reads every object (default: manifest)',
        choices: ['manifest', 'full'],
      },
      { flags: '--save', description: 'keep a new manifest with its evidence in the manifest store' },
      publicKeyOption,
      projectOption,
      clusterOption,
      credentialsOption,
    ],
    examples: [
      'atlas-export verify exported_snapshots/5f0e1d2c3b4a596877665540/5f0e1d2c3b4a59687766554c/orders/2026-11-24T0330/1795490000',
      `atlas-export verify 5f0e1d2c3b4a596877665541 ${project} --cluster orders --level full --save`,
      'atlas-export verify manifest.json --public-key manifest-key.pub.pem --json',
    ],
    load: () => import('../verbs/verify.ts'),
  },
  {
    name: 'audit',
    summary: 'list what is due, exported and proven in a project, and what failed attempts have left',
    description:
      'Reads the snapshots and export jobs of each cluster at Atlas, the manifests in the manifest store, and the sizes of what failed or cancelled jobs have left in the bucket, which this product never deletes. A snapshot is proven when Atlas says that its export was Successful and the newest manifest of that job is as it was sealed and found no failure; the bucket itself is not looked into again (`verify` does). Ends with 0 when everything that is due is proven, with 1 when something is not, or when a cluster could not be read, which does not hold up the others. Snapshots that Atlas has deleted are not due any more.',
    options: [
      projectOption,
      {
        flags: '--cluster <name>',
        description: 'only this cluster; may be repeated (default: all of the project)',
        repeatable: true,
      },
      { flags: '--bucket <name>', description: 'export bucket, where the project has several' },
      {
        flags: '--frequency <kinds>',
        description:
          'which snapshots are due: a list of hourly, daily, weekly, monthly, yearly, onDemand (default: all)',
      },
      {
        flags: '--since <when>',
        description: 'only snapshots taken since: a date, or how long ago, such as "90 days"',
      },
      { flags: '--csv', description: 'due snapshots as comma-separated values' },
      publicKeyOption,
      credentialsOption,
    ],
    examples: [
      `atlas-export audit ${project} --since "90 days"`,
      `atlas-export audit ${project} --bucket snapshot-archive --frequency weekly,monthly --csv`,
    ],
    load: () => import('../verbs/audit.ts'),
  },
];
