import { existsSync } from 'node:fs';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { loadClientConfigProfile, toClientOptions, type ClientConfigProfile } from '@temporalio/envconfig';
import type { NativeConnectionOptions } from '@temporalio/worker';
import { parseBoolean, valueOf, type Environment } from './environment.ts';
import { quoted, type SettingsProblem } from './settings-error.ts';

export interface TemporalSettings {
  /** As given, for people: `localhost:7233`. */
  readonly address: string;
  readonly namespace: string;
  /** Address, API key, TLS and metadata, for `NativeConnection.connect`. */
  readonly connectionOptions: NativeConnectionOptions;
}

const addressDefault = 'localhost:7233';
const namespaceDefault = 'default';

const booleanVariables = ['TEMPORAL_TLS', 'TEMPORAL_TLS_DISABLE_HOST_VERIFICATION'];

/** What is given as a path or as data, one of the two at most. */
const pathOrData = [
  'TEMPORAL_TLS_CLIENT_CERT',
  'TEMPORAL_TLS_CLIENT_KEY',
  'TEMPORAL_TLS_SERVER_CA_CERT',
] as const;

/**
 * Reads `TEMPORAL_*` and Temporal's configuration file with `@temporalio/envconfig`. What that library lets
 * pass in silence (a boolean that is none, a certificate without its key) is a problem here.
 */
export function readTemporalSettings(
  environment: Environment,
  problems: SettingsProblem[],
): TemporalSettings | undefined {
  const countBefore = problems.length;
  const overrideEnvVars = temporalVariables(environment);
  problems.push(...booleanProblems(environment));
  // What makes envconfig throw is told here and taken away from it, so that it can go on to the rest.
  for (const { spoiled, ...problem } of spoilingProblems(environment)) {
    problems.push(problem);
    for (const name of spoiled) delete overrideEnvVars[name];
  }
  const profile = loadProfile(overrideEnvVars, problems);
  if (profile === undefined) return undefined;
  const address = profile.address ?? addressDefault;
  const namespace = profile.namespace ?? namespaceDefault;
  problems.push(...profileProblems({ ...profile, address, namespace }));
  const connectionOptions = connectionOptionsOf(profile, problems);
  if (connectionOptions === undefined || problems.length > countBefore) return undefined;
  return { address, namespace, connectionOptions: { ...connectionOptions, address } };
}

function temporalVariables(environment: Environment): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const name of Object.keys(environment)) {
    const value = valueOf(environment, name);
    if (value !== undefined) variables[name] = value;
    // An empty one of these takes the entry of the configuration file away.
    else if (name.startsWith('TEMPORAL_GRPC_META_')) variables[name] = '';
  }
  return variables;
}

function booleanProblems(environment: Environment): SettingsProblem[] {
  const problems: SettingsProblem[] = [];
  for (const name of booleanVariables) {
    const text = valueOf(environment, name);
    if (text !== undefined && parseBoolean(text) === undefined) {
      problems.push({ name, wrong: `is ${quoted(text)}`, expected: '"true" or "false"' });
    }
  }
  if (parseBoolean(valueOf(environment, 'TEMPORAL_TLS_DISABLE_HOST_VERIFICATION') ?? '') === true) {
    problems.push({
      name: 'TEMPORAL_TLS_DISABLE_HOST_VERIFICATION',
      wrong: 'is set, which the TypeScript SDK cannot do',
      expected: "the server's own certificate authority in TEMPORAL_TLS_SERVER_CA_CERT_PATH",
    });
  }
  return problems;
}

function spoilingProblems(
  environment: Environment,
): (SettingsProblem & { readonly spoiled: readonly string[] })[] {
  const problems: (SettingsProblem & { readonly spoiled: readonly string[] })[] = [];
  for (const name of pathOrData) {
    const both = [`${name}_PATH`, `${name}_DATA`];
    if (both.every((each) => valueOf(environment, each) !== undefined)) {
      problems.push({
        name: both.join(' and '),
        wrong: 'are both set',
        expected: 'one of the two',
        // Certificate and key go together: one left alone would be a problem that is none.
        spoiled: pathOrData.flatMap((each) => [`${each}_PATH`, `${each}_DATA`]),
      });
    }
  }
  const file = valueOf(environment, 'TEMPORAL_CONFIG_FILE');
  if (file !== undefined && !existsSync(file)) {
    problems.push({
      name: 'TEMPORAL_CONFIG_FILE',
      wrong: `is ${quoted(file)}, which is not there`,
      expected: 'a file that can be read',
      spoiled: ['TEMPORAL_CONFIG_FILE', 'TEMPORAL_PROFILE'],
    });
  }
  const profile = valueOf(environment, 'TEMPORAL_PROFILE');
  // envconfig looks the name up in a plain object, where "__proto__" finds more than profiles.
  if (profile !== undefined && (profile in {} || profile.length > 200)) {
    problems.push({
      name: 'TEMPORAL_PROFILE',
      wrong: `is ${quoted(profile)}`,
      expected: 'a profile of the configuration file',
      spoiled: ['TEMPORAL_PROFILE'],
    });
  }
  return problems;
}

function loadProfile(
  overrideEnvVars: Record<string, string>,
  problems: SettingsProblem[],
): ClientConfigProfile | undefined {
  try {
    return loadClientConfigProfile({ overrideEnvVars });
  } catch (error) {
    problems.push({
      name: overrideEnvVars['TEMPORAL_PROFILE'] === undefined ? 'TEMPORAL_CONFIG_FILE' : 'TEMPORAL_PROFILE',
      wrong: `could not be read: ${firstLine(error)}`,
      expected: 'a configuration of the Temporal CLI, or none',
    });
    return undefined;
  }
}

/** The profile may come from a TOML file, in which anything can have any type. */
function profileProblems(profile: {
  readonly [Field in keyof ClientConfigProfile]: unknown;
}): SettingsProblem[] {
  const problems: SettingsProblem[] = [];
  const { address, namespace, apiKey } = profile;
  if (typeof address !== 'string' || !isAddress(address)) {
    problems.push({
      name: 'TEMPORAL_ADDRESS',
      wrong: `is ${quoted(String(address))}`,
      expected: 'host:port, without a scheme, such as localhost:7233',
    });
  }
  if (typeof namespace !== 'string' || !/^[!-~]{1,255}$/.test(namespace)) {
    problems.push({
      name: 'TEMPORAL_NAMESPACE',
      wrong: `is ${quoted(String(namespace))}`,
      expected: 'the name of a namespace: 1 to 255 printable characters without spaces',
    });
  }
  if (apiKey !== undefined && (typeof apiKey !== 'string' || !/^[!-~]{1,10000}$/.test(apiKey))) {
    problems.push({
      name: 'TEMPORAL_API_KEY',
      wrong: 'holds white space, a control character or another character that cannot be part of a key',
      expected: 'printable ASCII characters, without a line end',
    });
  }
  return problems;
}

function isAddress(text: string): boolean {
  const match =
    /^(?:\[[0-9a-fA-F:.]{2,45}\]|[A-Za-z0-9]([\w.-]{0,251}[A-Za-z0-9.])?)(?::(?<port>\d{1,5}))?$/.exec(text);
  if (match === null) return false;
  const port = match.groups?.['port'];
  return port === undefined || (Number(port) > 0 && Number(port) <= 65_535);
}

/** Reads the certificate files and lets node check what is in them, keys against certificates included. */
function connectionOptionsOf(
  profile: ClientConfigProfile,
  problems: SettingsProblem[],
): NativeConnectionOptions | undefined {
  const { tls } = profile;
  if (tls?.disabled !== true && (tls?.clientCert === undefined) !== (tls?.clientKey === undefined)) {
    const [missing, other] =
      tls?.clientCert === undefined
        ? ['TEMPORAL_TLS_CLIENT_CERT', 'TEMPORAL_TLS_CLIENT_KEY']
        : ['TEMPORAL_TLS_CLIENT_KEY', 'TEMPORAL_TLS_CLIENT_CERT'];
    problems.push({
      name: `${missing}_PATH or ${missing}_DATA`,
      wrong: 'is missing',
      expected: `what belongs to ${other}`,
    });
    return undefined;
  }
  try {
    const { connectionOptions } = toClientOptions(profile);
    checkCertificates(connectionOptions.tls);
    return connectionOptions;
  } catch (error) {
    problems.push({
      name: 'TEMPORAL_TLS_*',
      wrong: `could not be used: ${firstLine(error)}`,
      expected:
        'certificates and keys in PEM form, in files that can be read, the key fitting its certificate',
    });
    return undefined;
  }
}

function checkCertificates(tls: NativeConnectionOptions['tls']): void {
  if (typeof tls !== 'object' || tls === null) return;
  const { clientCertPair, serverRootCACertificate } = tls;
  const options: SecureContextOptions = {};
  if (clientCertPair) {
    options.cert = Buffer.from(clientCertPair.crt);
    options.key = Buffer.from(clientCertPair.key);
  }
  if (serverRootCACertificate) {
    // node takes a CA without any certificate in it for an empty list.
    if (!Buffer.from(serverRootCACertificate).includes('-----BEGIN CERTIFICATE-----')) {
      throw new Error('the server CA certificate is not in PEM form');
    }
    options.ca = Buffer.from(serverRootCACertificate);
  }
  createSecureContext(options);
}

/** A parser's message goes on with the text around the mistake, where secrets stand; its first line does not. */
function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n')[0]?.slice(0, 200) ?? '';
}
