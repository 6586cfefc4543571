import { credentialsDefault } from '../contract/setting-name.ts';
import { checkHttpUrl } from './check-http-url.ts';
import { valueOf, type Environment } from './environment.ts';
import { namesOfVariables, variableOf } from './named-variables.ts';
import { quoted, type SettingsProblem } from './settings-error.ts';

/** How the worker shows Atlas who it is: an API key, or a service account. */
export type AtlasCredentials =
  | { readonly type: 'digest'; readonly publicKey: string; readonly privateKey: string }
  | { readonly type: 'serviceAccount'; readonly clientId: string; readonly clientSecret: string };

/** One set of credentials, and the Atlas that they are for. */
export interface AtlasSettings {
  /** Scheme, host and port, without a slash at the end. */
  readonly baseUrl: string;
  readonly credentials: AtlasCredentials;
}

/** The variables of the Atlas CLI that are read, as `docs/settings.md` describes them. */
export const atlasVariables = {
  publicKey: 'MONGODB_ATLAS_PUBLIC_API_KEY',
  privateKey: 'MONGODB_ATLAS_PRIVATE_API_KEY',
  clientId: 'MONGODB_ATLAS_CLIENT_ID',
  clientSecret: 'MONGODB_ATLAS_CLIENT_SECRET',
  opsManagerUrl: 'MONGODB_ATLAS_OPS_MANAGER_URL',
  baseUrl: 'MONGODB_ATLAS_BASE_URL',
  service: 'MONGODB_ATLAS_SERVICE',
} as const;

type AtlasVariables = Readonly<Record<keyof typeof atlasVariables, string>>;

/** Base URL of each service, as the Atlas CLI has them. */
const baseUrlOfService = {
  cloud: 'https://cloud.mongodb.com',
  cloudgov: 'https://cloud.mongodbgov.com',
} as const;

/** The names Terraform's provider uses for the same keys: an easy mistake. */
const terraformNames: Readonly<Record<string, string>> = {
  [atlasVariables.publicKey]: 'MONGODB_ATLAS_PUBLIC_KEY',
  [atlasVariables.privateKey]: 'MONGODB_ATLAS_PRIVATE_KEY',
};

/** What reading collects on the way. */
interface Reading {
  readonly allowHttp: boolean;
  readonly problems: SettingsProblem[];
  readonly notices: string[];
}

/**
 * Every set of credentials by its name: `default` from the Atlas CLI's variables, `team-a` from the same ones with
 * `__TEAM_A` at their end. What is wrong is in `problems`, and left out. There is at least one, or a problem; the
 * default ones may be missing where there are others.
 */
export function readAtlasSettings(environment: Environment, reading: Reading): Map<string, AtlasSettings> {
  const bases = Object.values(atlasVariables);
  const names = namesOfVariables(
    environment,
    { prefix: 'MONGODB_ATLAS_', bases, reserved: credentialsDefault },
    reading.problems,
  );
  const sets = new Map<string, AtlasSettings>();
  const needed = names.length === 0 || hasAny(environment, credentialVariables(atlasVariables));
  const credentials = needed ? readCredentials(environment, atlasVariables, reading) : undefined;
  const baseUrl = readBaseUrl(environment, atlasVariables, reading);
  if (credentials !== undefined && baseUrl !== undefined) {
    sets.set(credentialsDefault, { baseUrl, credentials });
  }
  for (const name of names) {
    const variables = atlasVariablesOf(name);
    const own = readCredentials(environment, variables, reading);
    const ownUrl = hasAny(environment, addressVariables(variables))
      ? readBaseUrl(environment, variables, reading)
      : baseUrl;
    if (own !== undefined && ownUrl !== undefined) sets.set(name, { baseUrl: ownUrl, credentials: own });
  }
  return sets;
}

/** The variables of the credentials of this name. */
export function atlasVariablesOf(name: string): AtlasVariables {
  if (name === credentialsDefault) return atlasVariables;
  return {
    publicKey: variableOf(atlasVariables.publicKey, name),
    privateKey: variableOf(atlasVariables.privateKey, name),
    clientId: variableOf(atlasVariables.clientId, name),
    clientSecret: variableOf(atlasVariables.clientSecret, name),
    opsManagerUrl: variableOf(atlasVariables.opsManagerUrl, name),
    baseUrl: variableOf(atlasVariables.baseUrl, name),
    service: variableOf(atlasVariables.service, name),
  };
}

/** The values that stand in variables for secrets, whether they are right or not. */
export function atlasSecretsIn(environment: Environment): string[] {
  const secret = new RegExp(`^(${atlasVariables.privateKey}|${atlasVariables.clientSecret})(__|$)`);
  return Object.keys(environment)
    .filter((name) => secret.test(name))
    .flatMap((name) => valueOf(environment, name) ?? []);
}

function credentialVariables(variables: AtlasVariables): string[] {
  return [variables.publicKey, variables.privateKey, variables.clientId, variables.clientSecret];
}

function addressVariables(variables: AtlasVariables): string[] {
  return [variables.opsManagerUrl, variables.baseUrl, variables.service];
}

function hasAny(environment: Environment, names: readonly string[]): boolean {
  return names.some((name) => valueOf(environment, name) !== undefined);
}

/** A service account wins where both kinds are set, as in the Atlas CLI. */
function readCredentials(
  environment: Environment,
  variables: AtlasVariables,
  { problems, notices }: Reading,
): AtlasCredentials | undefined {
  const [clientId, clientSecret] = readPair(environment, {
    names: [variables.clientId, variables.clientSecret],
    problems,
  });
  const [publicKey, privateKey] = readPair(environment, {
    names: [variables.publicKey, variables.privateKey],
    problems,
  });
  if (clientId !== undefined && clientSecret !== undefined) {
    if (publicKey !== undefined) {
      notices.push(
        `Both a service account and an API key are set (${variables.clientId}, ${variables.publicKey}); the service account is used, as in the Atlas CLI.`,
      );
    }
    return { type: 'serviceAccount', clientId, clientSecret };
  }
  if (publicKey !== undefined && privateKey !== undefined) return { type: 'digest', publicKey, privateKey };
  if (hasAny(environment, credentialVariables(variables))) return undefined;
  problems.push({
    name: `${variables.publicKey} and ${variables.privateKey}`,
    wrong: `are missing${terraformHint(environment)}`,
    expected: `both halves of an API key, or a service account in ${variables.clientId} and ${variables.clientSecret}`,
  });
  return undefined;
}

/** Both values of a pair, each checked; a half pair is a problem. */
function readPair(
  environment: Environment,
  { names, problems }: { names: readonly [string, string]; problems: SettingsProblem[] },
): readonly [string | undefined, string | undefined] {
  const [first, second] = names.map((name) => valueOf(environment, name));
  if (first === undefined && second === undefined) return [undefined, undefined];
  for (const [name, value, other] of [
    [names[0], first, names[1]],
    [names[1], second, names[0]],
  ] as const) {
    if (value === undefined) {
      problems.push({
        name,
        wrong: `is missing${terraformHint(environment)}`,
        expected: `the value that belongs to ${other}`,
      });
    } else if (!/^[!-~]{1,1000}$/.test(value)) {
      problems.push({
        name,
        wrong: 'holds white space, a control character or another character that cannot be part of a key',
        expected: '1 to 1000 printable ASCII characters, without quotation marks or a line end around them',
      });
    }
  }
  const usable = [first, second].every((value) => value !== undefined && /^[!-~]{1,1000}$/.test(value));
  return usable ? [first, second] : [undefined, undefined];
}

function terraformHint(environment: Environment): string {
  const used = Object.entries(terraformNames).filter(
    ([name, terraform]) =>
      valueOf(environment, name) === undefined && valueOf(environment, terraform) !== undefined,
  );
  if (used.length === 0) return '';
  return ` (${used.map(([, terraform]) => terraform).join(' and ')} is Terraform's name and not read here)`;
}

/** The first of `…_OPS_MANAGER_URL`, `…_BASE_URL` and `…_SERVICE` decides; each that is set is checked. */
function readBaseUrl(
  environment: Environment,
  variables: AtlasVariables,
  { allowHttp, problems }: Reading,
): string | undefined {
  const countBefore = problems.length;
  const urls: string[] = [];
  for (const name of [variables.opsManagerUrl, variables.baseUrl]) {
    const text = valueOf(environment, name)?.trim();
    if (text === undefined) continue;
    const checked = checkBaseUrl(text, allowHttp);
    if ('origin' in checked) urls.push(checked.origin);
    else problems.push({ name, ...checked });
  }
  const service = valueOf(environment, variables.service)?.trim() ?? 'cloud';
  if (service === 'cloud' || service === 'cloudgov') urls.push(baseUrlOfService[service]);
  else {
    problems.push({
      name: variables.service,
      wrong: `is ${quoted(service)}`,
      expected: '"cloud" or "cloudgov"',
    });
  }
  return problems.length > countBefore ? undefined : urls[0];
}

function checkBaseUrl(
  text: string,
  allowHttp: boolean,
): { origin: string } | { wrong: string; expected: string } {
  const expected = 'an address such as https://cloud.mongodb.com, without a path';
  const checked = checkHttpUrl(text, { allowHttp, expected });
  if (!('url' in checked)) return checked;
  const { url } = checked;
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    return { wrong: 'carries a path, a query or a fragment', expected };
  }
  return { origin: url.origin };
}
