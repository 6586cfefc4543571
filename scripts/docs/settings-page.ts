import { settingsTable, type SettingsTableRow } from '../../src/config.ts';
import { metricDescriptions } from '../../src/contract/metric-names.ts';
import { table } from './table.ts';

/** `docs/settings.md`: every environment variable and every metric. */
export function settingsPage(): string {
  const rows = settingsTable();
  const of = (owner: SettingsTableRow['owner'], about?: SettingsTableRow['about']): string =>
    table(
      ['Variable', 'Meaning', 'Default', 'Accepted'],
      rows
        .filter((row) => row.owner === owner && row.about === about)
        .map((row) => [
          variables(row.name),
          row.secret ? `${row.meaning} **Secret.**` : row.meaning,
          row.default === '' ? '–' : row.default,
          row.accepted,
        ]),
    );
  return `# Settings

The worker is configured by its environment, and by Temporal's configuration file where there is one. An empty variable counts as one that is not set. When something is missing or wrong, it names every problem in one message and ends with exit code 2, before it connects to anything. A secret is never written to a log, an error, a history or a metric.

## The Atlas Admin API

The names are the Atlas CLI's. Either an API key or a service account is needed, as the default credentials or under a name. A variable that starts with \`MONGODB_ATLAS_\`, has two underscores in it and is not of this table is refused.

${of('Atlas CLI')}

## Temporal

The names are those of Temporal's own CLI and SDKs.

${of('Temporal')}

## The worker

A variable that starts with \`ATLAS_EXPORT_\` and is not on this page is refused, since it is a typing mistake.

${of('atlas-export-worker')}

## Proof

What the worker needs to look into the bucket after an export ([proof.md](proof.md)). The settings of a storage hold for export buckets and for a bucket of manifests.

${of('atlas-export-worker', 'proof')}

## Metrics

\`/metrics\` on the same port as \`/healthz\` and \`/readyz\` answers in Prometheus's text format. Beside these metrics it has the Temporal SDK's, whose names start with \`temporal_\`.

${table(
  ['Metric', 'Kind', 'Unit', 'Meaning', 'Labels'],
  metricDescriptions.map(({ name, kind, unit, description, labels }) => [
    code(name),
    kind,
    unit,
    description,
    labels.length === 0 ? '–' : labels.map(code).join(', '),
  ]),
)}
`;
}

/** A row can stand for several variables: `TEMPORAL_TLS_CLIENT_CERT_PATH, …_DATA`. */
function variables(names: string): string {
  return names.split(', ').map(code).join(', ');
}

function code(text: string): string {
  return `\`${text}\``;
}
