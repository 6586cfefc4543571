import { isLoopback, valueOf, type Environment } from './environment.ts';
import { quoted, type SettingsProblem } from './settings-error.ts';

/** How the worker shows Atlas who it is: an API key, or a service account. */
export type AtlasCredentials =
  | { readonly type: 'digest'; readonly publicKey: string; readonly privateKey: string }
  | { readonly type: 'serviceAccount'; readonly clientId: string; readonly clientSecret: string };

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

/** Reads base URL and credentials; undefined when anything is wrong, which is then in `problems`. */
export function readAtlasSettings(
  environment: Environment,
  { allowHttp, problems, notices }: { allowHttp: boolean; problems: SettingsProblem[]; notices: string[] },
): AtlasSettings | undefined {
  const credentials = readCredentials(environment, { problems, notices });
  const baseUrl = readBaseUrl(environment, { allowHttp, problems });
  return credentials === undefined || baseUrl === undefined ? undefined : { baseUrl, credentials };
}

/** A service account wins where both kinds are set, as in the Atlas CLI. */
function readCredentials(
  environment: Environment,
  { problems, notices }: { problems: SettingsProblem[]; notices: string[] },
): AtlasCredentials | undefined {
  const [clientId, clientSecret] = readPair(environment, {
    names: [atlasVariables.clientId, atlasVariables.clientSecret],
    problems,
  });
  const [publicKey, privateKey] = readPair(environment, {
    names: [atlasVariables.publicKey, atlasVariables.privateKey],
    problems,
  });
  if (clientId !== undefined && clientSecret !== undefined) {
    if (publicKey !== undefined) {
      notices.push(
        'Both a service account and an API key are set; the service account is used, as in the Atlas CLI.',
      );
    }
    return { type: 'serviceAccount', clientId, clientSecret };
  }
  if (publicKey !== undefined && privateKey !== undefined) return { type: 'digest', publicKey, privateKey };
  if (
    Object.values(atlasVariables)
      .slice(0, 4)
      .some((name) => valueOf(environment, name) !== undefined)
  ) {
    return undefined;
  }
  problems.push({
    name: `${atlasVariables.publicKey} and ${atlasVariables.privateKey}`,
    wrong: `are missing${terraformHint(environment)}`,
    expected: `both halves of an API key, or a service account in ${atlasVariables.clientId} and ${atlasVariables.clientSecret}`,
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
  { allowHttp, problems }: { allowHttp: boolean; problems: SettingsProblem[] },
): string | undefined {
  const countBefore = problems.length;
  const urls: string[] = [];
  for (const name of [atlasVariables.opsManagerUrl, atlasVariables.baseUrl]) {
    const text = valueOf(environment, name)?.trim();
    if (text === undefined) continue;
    const checked = checkBaseUrl(text, allowHttp);
    if ('origin' in checked) urls.push(checked.origin);
    else problems.push({ name, ...checked });
  }
  const service = valueOf(environment, atlasVariables.service)?.trim() ?? 'cloud';
  if (service === 'cloud' || service === 'cloudgov') urls.push(baseUrlOfService[service]);
  else {
    problems.push({
      name: atlasVariables.service,
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
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // A URL may carry a password, so a wrong one is not repeated.
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    return { wrong: 'is not an http or https address', expected };
  }
  if (url.username !== '' || url.password !== '')
    return { wrong: 'carries a user name or password', expected };
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    return { wrong: 'carries a path, a query or a fragment', expected };
  }
  if (url.protocol === 'http:' && !allowHttp && !isLoopback(url.hostname)) {
    return {
      wrong: 'is plain http to another machine',
      expected: 'https, or ATLAS_EXPORT_ALLOW_HTTP=true where that machine is the simulator',
    };
  }
  return { origin: url.origin };
}
