import type { KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { BucketError, bucketLocation, type BucketLocation, type BucketOverrides } from '../bucket/index.ts';
import { manifestsFolder, type ManifestPlace } from '../manifest-store/index.ts';
import { signingKey, type TotalFilesCounts } from '../proof/index.ts';
import { checkHttpUrl } from './check-http-url.ts';
import { parseBoolean, valueOf, type Environment } from './environment.ts';
import { readSetting, setting, type OwnSetting } from './own-setting.ts';
import type { SettingsProblem } from './settings-error.ts';

type Provider = BucketLocation['provider'];

/** Export buckets of one provider: one by its name, or all. */
export interface BucketRule {
  readonly provider: Provider;
  /** Of Azure: the container. Absent: any. */
  readonly bucketName?: string;
}

/** What the worker needs to look into export buckets and to keep what it finds. */
export interface ProofSettings {
  readonly buckets: readonly BucketRule[];
  readonly overrides: Readonly<Record<Provider, BucketOverrides>>;
  readonly manifests: ManifestPlace;
  readonly signingKey: KeyObject | undefined;
  readonly totalFilesCounts: TotalFilesCounts;
}

const schemes: Readonly<Record<string, Provider>> = { s3: 'AWS', azure: 'AZURE', gs: 'GCP' };

const address = 'an http(s) address without credentials, query and fragment';
const noOverride = "the storage's own";

/** The table that the reader below and `docs/settings.md` are made from. */
export const proofSettings = {
  buckets: setting<readonly BucketRule[]>({
    name: 'ATLAS_EXPORT_BUCKETS',
    meaning:
      'Export buckets that the worker may look into after an export, by commas; credentials come from each vendor’s own default chain. See docs/proof.md.',
    expected: '"s3://name", "azure://container" or "gs://name", or "s3://*" for all of a provider, by commas',
    fallback: [],
    fallbackText: 'exports are not verified',
    parse: bucketRules,
  }),
  manifests: setting<string | undefined>({
    name: 'ATLAS_EXPORT_MANIFESTS',
    meaning:
      'Where manifests are kept: a folder of the worker’s machine, or a prefix of a bucket that the worker may write to. Needed with `ATLAS_EXPORT_BUCKETS`.',
    expected:
      'an absolute folder, "s3://bucket/prefix", "gs://bucket/prefix", "https://account.blob.core.windows.net/container/prefix" or, with `ATLAS_EXPORT_AZURE_ENDPOINT`, "azure://container/prefix", the prefix not below exported_snapshots/',
    fallback: undefined,
    fallbackText: 'nowhere',
    parse: (text) => text,
  }),
  manifestKeyFile: setting<KeyObject | undefined>({
    name: 'ATLAS_EXPORT_MANIFEST_KEY_FILE',
    meaning: 'File with the Ed25519 private key that signs manifests.',
    expected: 'a readable file with an Ed25519 private key in PEM (PKCS #8)',
    fallback: undefined,
    fallbackText: 'manifests are not signed',
    parse: keyFromFile,
  }),
  totalFilesCounts: setting<TotalFilesCounts>({
    name: 'ATLAS_EXPORT_TOTAL_FILES_COUNTS',
    meaning:
      'What Atlas counts in `totalFiles` of `.complete`, which it does not document. Known, it makes the comparison exact.',
    expected: '"dataFiles", "dataAndMetadata", "everything" or "unknown"',
    fallback: 'unknown',
    parse: (text) => countings.find((counting) => counting === text),
  }),
  s3Endpoint: setting<string | undefined>({
    name: 'ATLAS_EXPORT_S3_ENDPOINT',
    meaning: 'Address of a server that speaks S3, or of a private endpoint.',
    expected: address,
    fallback: undefined,
    fallbackText: noOverride,
    parse: (text) => text,
  }),
  s3Region: setting<string | undefined>({
    name: 'ATLAS_EXPORT_S3_REGION',
    meaning: 'Region of S3 buckets.',
    expected: 'a region such as eu-west-1',
    fallback: undefined,
    fallbackText: 'what Atlas says of the export bucket, else AWS_REGION or the profile',
    parse: (text) => (/^[a-z0-9-]{2,40}$/.test(text) ? text : undefined),
  }),
  s3PathStyle: setting<boolean>({
    name: 'ATLAS_EXPORT_S3_PATH_STYLE',
    meaning: 'Whether a bucket’s name goes into the path instead of the host’s name.',
    expected: '"true" or "false"',
    fallback: false,
    parse: parseBoolean,
  }),
  azureEndpoint: setting<string | undefined>({
    name: 'ATLAS_EXPORT_AZURE_ENDPOINT',
    meaning: 'Service address of the storage account, where it is not the one that Atlas names.',
    expected: address,
    fallback: undefined,
    fallbackText: noOverride,
    parse: (text) => text,
  }),
  azureSasToken: setting<string | undefined>({
    name: 'ATLAS_EXPORT_AZURE_SAS_TOKEN',
    meaning: 'Shared access signature, used instead of Azure’s default credentials.',
    expected: 'the query of a signed address, without spaces',
    fallback: undefined,
    fallbackText: 'Azure’s default credentials',
    secret: true,
    parse: (text) => (/^\??[!-~]{10,4000}$/.test(text) && text.includes('sig=') ? text : undefined),
  }),
  gcsEndpoint: setting<string | undefined>({
    name: 'ATLAS_EXPORT_GCS_ENDPOINT',
    meaning: 'Address of another server that speaks Google’s JSON API; no credential is sent to it.',
    expected: address,
    fallback: undefined,
    fallbackText: noOverride,
    parse: (text) => text,
  }),
};

const countings: readonly TotalFilesCounts[] = ['dataFiles', 'dataAndMetadata', 'everything', 'unknown'];

/** Undefined where the worker is given no bucket, or where anything is wrong, which is then in `problems`. */
export function readProofSettings(
  environment: Environment,
  { allowHttp, problems }: { allowHttp: boolean; problems: SettingsProblem[] },
): ProofSettings | undefined {
  const read = <Value>(spec: OwnSetting<Value>): Value => readSetting(environment, spec, problems);
  const endpointOf = (spec: OwnSetting<string | undefined>): string | undefined => {
    const text = read(spec);
    const checked = text === undefined ? undefined : checkEndpoint(text, allowHttp);
    if (checked === undefined || 'endpoint' in checked) return checked?.endpoint;
    problems.push({ name: spec.name, ...checked });
    return undefined;
  };
  const overrides = {
    AWS: {
      region: read(proofSettings.s3Region),
      endpoint: endpointOf(proofSettings.s3Endpoint),
      forcePathStyle: read(proofSettings.s3PathStyle),
    },
    AZURE: { endpoint: endpointOf(proofSettings.azureEndpoint), sasToken: read(proofSettings.azureSasToken) },
    GCP: { endpoint: endpointOf(proofSettings.gcsEndpoint) },
  };
  const settings = {
    buckets: read(proofSettings.buckets),
    overrides,
    signingKey: read(proofSettings.manifestKeyFile),
    totalFilesCounts: read(proofSettings.totalFilesCounts),
  };
  const manifestsText = read(proofSettings.manifests);
  const manifests = manifestsText === undefined ? undefined : manifestPlace(manifestsText, overrides);
  const { name, expected } = proofSettings.manifests;
  if (manifestsText !== undefined && manifests === undefined) {
    problems.push({ name, wrong: 'is no place that manifests may be kept in', expected });
  }
  problems.push(...halfProblems(environment));
  return settings.buckets.length === 0 || manifests === undefined ? undefined : { ...settings, manifests };
}

function bucketRules(text: string): readonly BucketRule[] | undefined {
  const rules = text.split(',').map((each): BucketRule | undefined => {
    const { scheme = '', name } =
      /^(?<scheme>\w+):\/\/(?<name>\*|[\w.-]{2,222})$/.exec(each.trim())?.groups ?? {};
    const provider = schemes[scheme];
    if (provider === undefined || name === undefined) return undefined;
    return name === '*' ? { provider } : { provider, bucketName: name };
  });
  const known = rules.filter((rule) => rule !== undefined);
  return known.length === rules.length ? known : undefined;
}

function manifestPlace(text: string, overrides: ProofSettings['overrides']): ManifestPlace | undefined {
  if (isAbsolute(text)) return { kind: 'folder', folder: text };
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.username !== '' || url.search !== '' || url.hash !== '') return undefined;
  try {
    return { kind: 'bucket', ...bucketPlace(url, overrides) };
  } catch (error) {
    if (error instanceof RangeError || error instanceof BucketError) return undefined;
    throw error;
  }
}

function bucketPlace(
  url: URL,
  overrides: ProofSettings['overrides'],
): { location: BucketLocation; prefix: string } {
  const parts = url.pathname.split('/').filter((part) => part !== '');
  if (url.protocol === 'https:') {
    const [bucketName, ...rest] = parts;
    const { sasToken } = overrides.AZURE;
    const document = { cloudProvider: 'AZURE', serviceUrl: url.origin, bucketName };
    return { location: bucketLocation(document, { sasToken }), prefix: manifestsFolder(rest.join('/')) };
  }
  const provider = schemes[url.protocol.slice(0, -1)];
  if (provider === undefined) throw new RangeError(`${url.protocol} names no storage`);
  const serviceUrl = overrides.AZURE.endpoint;
  const document = { cloudProvider: provider, serviceUrl, bucketName: url.hostname };
  return {
    location: bucketLocation(document, overrides[provider]),
    prefix: manifestsFolder(parts.join('/')),
  };
}

function checkEndpoint(
  text: string,
  allowHttp: boolean,
): { readonly endpoint: string } | { readonly wrong: string; readonly expected: string } {
  const checked = checkHttpUrl(text, { allowHttp, expected: address });
  if (!('url' in checked)) return checked;
  const { search, hash } = checked.url;
  if (search !== '' || hash !== '') return { wrong: 'carries a query or a fragment', expected: address };
  return { endpoint: text.replace(/\/+$/, '') };
}

/** A proof without a manifest proves nothing to anybody else, and a place for manifests alone verifies nothing. */
function halfProblems(environment: Environment): SettingsProblem[] {
  const { buckets, manifests } = proofSettings;
  const isSet = ({ name }: { name: string }): boolean => valueOf(environment, name) !== undefined;
  if (isSet(buckets) === isSet(manifests)) return [];
  const missing = isSet(buckets) ? manifests : buckets;
  return [{ name: missing.name, wrong: 'is missing', expected: missing.expected }];
}

function keyFromFile(path: string): KeyObject | undefined {
  try {
    return signingKey(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
