import { ownSettings } from './own-settings.ts';
import { webhookVariables } from './webhook-settings.ts';
import { proofSettings } from './proof-settings.ts';
import type { OwnSetting } from './own-setting.ts';
import { atlasVariables } from './atlas-settings.ts';

/** One line of `docs/settings.md`. */
export interface SettingsTableRow {
  readonly name: string;
  readonly meaning: string;
  /** What happens when it is not set. */
  readonly default: string;
  readonly accepted: string;
  readonly secret: boolean;
  /** Whose name it is: the Atlas CLI's, Temporal's, or this product's. */
  readonly owner: 'Atlas CLI' | 'Temporal' | 'atlas-export-worker';
  /** What it is about, where that has a table of its own. */
  readonly about?: 'proof';
}

/** Every variable the worker reads; the documentation is generated from this. */
export function settingsTable(): SettingsTableRow[] {
  const proofRows = rowsOf(proofSettings).map((row) => ({ ...row, about: 'proof' as const }));
  return [...atlasRows, ...temporalRows, ...rowsOf(ownSettings), ...webhookRows, ...proofRows];
}

function rowsOf(settings: Readonly<Record<string, OwnSetting<unknown>>>): SettingsTableRow[] {
  return Object.values(settings).map(({ name, meaning, expected, fallbackText, secret }) => ({
    name,
    meaning,
    default: fallbackText,
    accepted: expected,
    secret,
    owner: 'atlas-export-worker',
  }));
}

const webhookRows: readonly SettingsTableRow[] = [
  own({
    name: `${webhookVariables.url}__<NAME>`,
    meaning:
      'Where to tell of exports whose request names this webhook: ATLAS_EXPORT_WEBHOOK_URL__TEAM_A is of "team-a". See docs/webhooks.md.',
    default: '',
    accepted:
      'an https address; plain http towards this machine only, unless ATLAS_EXPORT_ALLOW_HTTP is true. The name in capital letters and digits, in words joined by single underscores',
    secret: true,
  }),
  own({
    name: `${webhookVariables.secret}__<NAME>`,
    meaning: 'What to sign with. Two while one takes the place of the other.',
    default: '',
    accepted: '"whsec_" and 24 to 64 random bytes in base64; two with a space between',
    secret: true,
  }),
];

const key = '1 to 1000 printable ASCII characters';
const url =
  'https://host[:port]; plain http towards this machine only, unless ATLAS_EXPORT_ALLOW_HTTP is true';

const atlasRows: readonly SettingsTableRow[] = [
  atlas(atlasVariables.publicKey, 'Public half of an API key.', key),
  { ...atlas(atlasVariables.privateKey, 'Private half of an API key.', key), secret: true },
  atlas(
    atlasVariables.clientId,
    'Client id of a service account. A service account wins over an API key.',
    key,
  ),
  { ...atlas(atlasVariables.clientSecret, 'Secret of a service account.', key), secret: true },
  atlas(
    atlasVariables.opsManagerUrl,
    'Where the Atlas Admin API is, without a path. Wins over the two below.',
    url,
  ),
  atlas(atlasVariables.baseUrl, 'The same under its newer name.', url),
  {
    ...atlas(atlasVariables.service, 'Atlas, or Atlas for Government.', '"cloud" or "cloudgov"'),
    default: 'cloud',
  },
  atlas(
    'MONGODB_ATLAS_…__<NAME>',
    'Each of the above, with two underscores and a name at its end, for further credentials: MONGODB_ATLAS_CLIENT_ID__TEAM_A is of those that a request names "team-a". A secret where the one above is. Without an address of their own they are for the same Atlas as the default ones.',
    'as above; the name in capital letters and digits, in words joined by single underscores',
  ),
];

const temporalRows: readonly SettingsTableRow[] = [
  temporal('TEMPORAL_ADDRESS', 'Temporal server.', { accepted: 'host:port', default: 'localhost:7233' }),
  temporal('TEMPORAL_NAMESPACE', 'Namespace.', { accepted: 'a name', default: 'default' }),
  {
    ...temporal('TEMPORAL_API_KEY', 'API key; turns TLS on.', { accepted: 'printable ASCII characters' }),
    secret: true,
  },
  temporal('TEMPORAL_TLS', 'Whether to use TLS.', {
    accepted: '"true" or "false"',
    default: 'true where an API key or another TLS setting is given',
  }),
  temporal('TEMPORAL_TLS_CLIENT_CERT_PATH, …_DATA', 'Client certificate.', { accepted: 'PEM' }),
  {
    ...temporal('TEMPORAL_TLS_CLIENT_KEY_PATH, …_DATA', "The client certificate's key.", { accepted: 'PEM' }),
    secret: true,
  },
  temporal('TEMPORAL_TLS_SERVER_CA_CERT_PATH, …_DATA', "The server's certificate authority.", {
    accepted: 'PEM',
    default: "the system's",
  }),
  temporal('TEMPORAL_TLS_SERVER_NAME', 'Name to expect in the server’s certificate.', {
    accepted: 'a host name',
  }),
  temporal('TEMPORAL_GRPC_META_<NAME>', 'Header to send with every request to Temporal.', {
    accepted: 'text',
  }),
  temporal('TEMPORAL_CONFIG_FILE', "Temporal's configuration file.", {
    accepted: 'a TOML file',
    default: "temporalio/temporal.toml in the user's configuration folder, if there is one",
  }),
  temporal('TEMPORAL_PROFILE', 'Profile in that file.', { accepted: 'a name', default: 'default' }),
];

function own(row: Omit<SettingsTableRow, 'owner'>): SettingsTableRow {
  return { ...row, owner: 'atlas-export-worker' };
}

function atlas(name: string, meaning: string, accepted: string): SettingsTableRow {
  return { name, meaning, default: '', accepted, secret: false, owner: 'Atlas CLI' };
}

function temporal(
  name: string,
  meaning: string,
  texts: { readonly accepted: string; readonly default?: string },
): SettingsTableRow {
  return { name, meaning, default: '', secret: false, owner: 'Temporal', ...texts };
}
