import { credentialsDefault, knownNamesText } from '../contract/setting-name.ts';
import { createRedactor } from '../telemetry/redact.ts';
import {
  atlasSecretsIn,
  atlasVariablesOf,
  readAtlasSettings,
  type AtlasCredentials,
  type AtlasSettings,
} from './atlas-settings.ts';
import { valueOf, type Environment } from './environment.ts';
import { readOwnSettings, type OwnSettings } from './own-settings.ts';
import { proofSettings, readProofSettings, type ProofSettings } from './proof-settings.ts';
import { quoted, SettingsError, type SettingsProblem } from './settings-error.ts';
import { readWebhookSettings, webhookSecretsIn, type WebhookSettings } from './webhook-settings.ts';
import { readTemporalSettings, type TemporalSettings } from './temporal-settings.ts';

export type { Environment } from './environment.ts';

/** Everything the worker is told from outside, checked. */
export interface Settings extends OwnSettings {
  readonly temporal: TemporalSettings;
  /** The sets of credentials by the names that requests use; `default` may be missing where there are others. */
  readonly atlas: ReadonlyMap<string, AtlasSettings>;
  /** Who can be told what becomes of exports, by the names that requests use. */
  readonly webhooks: ReadonlyMap<string, WebhookSettings>;
  /** Absent where the worker is given no bucket to look into. */
  readonly proof: ProofSettings | undefined;
  /** What is not wrong but worth a line in the log at the start. */
  readonly notices: readonly string[];
}

/**
 * Reads the settings from an environment, and from the files it names (Temporal's configuration and
 * certificates). An empty variable counts as one that is not set.
 *
 * @throws {SettingsError} naming everything that is wrong at once; it throws nothing else
 */
export function readSettings(environment: Environment): Settings {
  const problems: SettingsProblem[] = [];
  const notices: string[] = [];
  const own = readOwnSettings(environment, problems);
  const atlas = readAtlasSettings(environment, { allowHttp: own.allowHttp, problems, notices });
  const webhooks = readWebhookSettings(environment, { allowHttp: own.allowHttp, problems });
  const proof = readProofSettings(environment, { allowHttp: own.allowHttp, problems });
  const temporal = readTemporalSettings(environment, problems);
  if (temporal === undefined || problems.length > 0) {
    throw new SettingsError(withoutSecrets(problems, environment));
  }
  for (const name of ['TEMPORAL_CODEC_ENDPOINT', 'TEMPORAL_CODEC_AUTH']) {
    if (valueOf(environment, name) !== undefined) {
      notices.push(`${name} is set; the worker uses no payload codec and does not read it.`);
    }
  }
  return { ...own, atlas, webhooks, proof, temporal, notices };
}

/** What a client of Temporal needs that never speaks to Atlas. */
export type TemporalClientSettings = Pick<Settings, 'temporal' | 'taskQueue'>;

/**
 * Reads those alone, so that an export can be followed without a credential for Atlas.
 *
 * @throws {SettingsError}
 */
export function readTemporalClientSettings(environment: Environment): TemporalClientSettings {
  const problems: SettingsProblem[] = [];
  const { taskQueue } = readOwnSettings(environment, problems);
  const temporal = readTemporalSettings(environment, problems);
  if (temporal === undefined || problems.length > 0) {
    throw new SettingsError(withoutSecrets(problems, environment));
  }
  return { temporal, taskQueue };
}

/** What a client of Atlas needs that never speaks to Temporal. */
export interface AtlasClientSettings extends Pick<Settings, 'apiVersion' | 'notices'> {
  readonly atlas: AtlasSettings;
}

/**
 * Reads those alone, so that Atlas can be read without a Temporal server.
 *
 * @param credentials name of the set of credentials, as a request would give it
 * @throws {SettingsError}
 */
export function readAtlasClientSettings(
  environment: Environment,
  credentials: string = credentialsDefault,
): AtlasClientSettings {
  const problems: SettingsProblem[] = [];
  const notices: string[] = [];
  const { apiVersion, allowHttp } = readOwnSettings(environment, problems);
  const sets = readAtlasSettings(environment, { allowHttp, problems, notices });
  const atlas = sets.get(credentials);
  if (atlas === undefined && problems.length === 0) problems.push(noSuchCredentials(credentials, sets));
  if (atlas === undefined || problems.length > 0) {
    throw new SettingsError(withoutSecrets(problems, environment));
  }
  return { atlas, apiVersion, notices };
}

/**
 * Reads what looking into buckets needs, for a process that speaks to neither Temporal nor, perhaps, Atlas.
 *
 * @throws {SettingsError} also where no bucket may be looked into
 */
export function readProofClientSettings(environment: Environment): ProofSettings {
  const problems: SettingsProblem[] = [];
  const { allowHttp } = readOwnSettings(environment, problems);
  const proof = readProofSettings(environment, { allowHttp, problems });
  const { name, expected } = proofSettings.buckets;
  if (proof === undefined && problems.length === 0) problems.push({ name, wrong: 'is missing', expected });
  if (proof === undefined || problems.length > 0) {
    throw new SettingsError(withoutSecrets(problems, environment));
  }
  return proof;
}

function noSuchCredentials(name: string, sets: ReadonlyMap<string, unknown>): SettingsProblem {
  const { publicKey, clientId } = atlasVariablesOf(name);
  return {
    name: `${publicKey} and ${clientId}`,
    wrong: 'are missing',
    expected: `one of them with its other half for the credentials ${quoted(name)}, or one of the names that are set: ${knownNamesText([...sets.keys()])}`,
  };
}

/** The values that must never be written anywhere. */
export function secretsOf({
  atlas,
  webhooks,
  proof,
  temporal,
}: Pick<Settings, 'atlas' | 'webhooks' | 'proof' | 'temporal'>): string[] {
  const { apiKey, metadata, tls } = temporal.connectionOptions;
  const secrets = [...atlas.values()].flatMap(({ credentials }) => credentialSecrets(credentials));
  // The key is a secret without its prefix too, and addresses of this kind often carry one of their own.
  for (const { url, secrets: written } of webhooks.values()) {
    secrets.push(url, ...written.flatMap((secret) => [secret, secret.replace(/^whsec_/, '')]));
  }
  if (apiKey !== undefined) secrets.push(apiKey);
  const { sasToken } = proof?.overrides.AZURE ?? {};
  if (sasToken !== undefined) secrets.push(sasToken, new URLSearchParams(sasToken).get('sig') ?? '');
  for (const value of Object.values(metadata ?? {})) {
    if (typeof value === 'string') secrets.push(value);
  }
  if (typeof tls === 'object' && tls?.clientCertPair) {
    secrets.push(Buffer.from(tls.clientCertPair.key).toString());
  }
  return secrets;
}

function credentialSecrets(credentials: AtlasCredentials): string[] {
  return credentials.type === 'digest'
    ? [credentials.privateKey, basicAuthorization(credentials.publicKey, credentials.privateKey)]
    : [credentials.clientSecret, basicAuthorization(credentials.clientId, credentials.clientSecret)];
}

/** A token endpoint is asked with this, from which base64 gives the secret back. */
function basicAuthorization(name: string, secret: string): string {
  return Buffer.from(`${name}:${secret}`).toString('base64');
}

/** A secret pasted into the wrong variable would otherwise be shown as that variable's wrong value. */
function withoutSecrets(problems: readonly SettingsProblem[], environment: Environment): SettingsProblem[] {
  const others = ['TEMPORAL_API_KEY', proofSettings.azureSasToken.name];
  const clean = createRedactor([
    ...atlasSecretsIn(environment),
    ...webhookSecretsIn(environment),
    ...others.flatMap((name) => valueOf(environment, name) ?? []),
  ]);
  return problems.map(({ name, wrong, expected }) => ({ name: clean(name), wrong: clean(wrong), expected }));
}
