import { BucketError } from './errors.ts';

/** Where a bucket is and how to get at it. Credentials come from the vendor's own default chain. */
export type BucketLocation = S3Location | AzureLocation | GoogleLocation;

export interface S3Location {
  readonly provider: 'AWS';
  readonly bucketName: string;
  /** For example `eu-west-1`. Absent: the environment's (`AWS_REGION`, profile). */
  readonly region?: string;
  /** Another server that speaks S3, or a private endpoint, as a URL. */
  readonly endpoint?: string;
  /** Whether the bucket's name goes into the path instead of the host's name. @default false */
  readonly forcePathStyle?: boolean;
}

export interface AzureLocation {
  readonly provider: 'AZURE';
  /** Of the storage account, for example `https://archive.blob.core.windows.net`. */
  readonly serviceUrl: string;
  /** The container. */
  readonly bucketName: string;
  /** A shared access signature, used instead of Azure's default credentials. Secret. */
  readonly sasToken?: string;
}

export interface GoogleLocation {
  readonly provider: 'GCP';
  readonly bucketName: string;
  /** Another server that speaks Google's JSON API, as a URL; no credential is sent to it. */
  readonly endpoint?: string;
}

/** What Atlas's document of an export bucket says, as far as it matters here. */
export interface ExportBucketDocument {
  /** `AWS`, `AZURE` or `GCP`. Atlas's older documents have none and are of AWS. */
  readonly cloudProvider?: string | undefined;
  readonly bucketName?: string | undefined;
  /** AWS. Atlas may leave it out. In Atlas's own spelling (`EU_WEST_1`) or in Amazon's (`eu-west-1`). */
  readonly region?: string | undefined;
  /** Azure. */
  readonly serviceUrl?: string | undefined;
}

/** What the worker's settings say, which overrides the document. */
export interface BucketOverrides {
  readonly region?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly forcePathStyle?: boolean | undefined;
  readonly sasToken?: string | undefined;
}

/**
 * The bucket that an export goes to.
 * @throws {BucketError} `BUCKET_LOCATION` where document and overrides do not say it.
 */
export function bucketLocation(
  document: ExportBucketDocument,
  overrides: BucketOverrides = {},
): BucketLocation {
  const provider = (document.cloudProvider ?? 'AWS').toUpperCase();
  switch (provider) {
    case 'AWS':
      return s3Location(document, overrides);
    case 'AZURE':
      return azureLocation(document, overrides);
    case 'GCP':
      return {
        provider: 'GCP',
        bucketName: bucketNameOf(document.bucketName),
        ...(overrides.endpoint === undefined ? {} : { endpoint: httpUrl(overrides.endpoint) }),
      };
    default:
      throw unknownLocation(`"${provider}" is none of AWS, AZURE and GCP`);
  }
}

/** Where it is, in words, without secrets: `s3://archive`, `gs://archive`, `https://archive.blob.core.windows.net/exports`. */
export function locationText(location: BucketLocation): string {
  switch (location.provider) {
    case 'AWS':
      return `s3://${location.bucketName}`;
    case 'GCP':
      return `gs://${location.bucketName}`;
    case 'AZURE':
      return `${location.serviceUrl.replace(/\/+$/, '')}/${location.bucketName}`;
  }
}

/** What is known of an export bucket by the words that {@link locationText} has for it. Its region is not in them. */
export function bucketAt(provider: BucketLocation['provider'], address: string): ExportBucketDocument {
  const slash = address.lastIndexOf('/');
  const bucketName = address.slice(slash + 1);
  return provider === 'AZURE'
    ? { cloudProvider: provider, serviceUrl: address.slice(0, slash), bucketName }
    : { cloudProvider: provider, bucketName };
}

function s3Location(document: ExportBucketDocument, overrides: BucketOverrides): S3Location {
  const region = overrides.region ?? document.region;
  return {
    provider: 'AWS',
    bucketName: bucketNameOf(document.bucketName),
    ...(region === undefined ? {} : { region: region.toLowerCase().replaceAll('_', '-') }),
    ...(overrides.endpoint === undefined ? {} : { endpoint: httpUrl(overrides.endpoint) }),
    ...(overrides.forcePathStyle === undefined ? {} : { forcePathStyle: overrides.forcePathStyle }),
  };
}

/** The container is Atlas's `bucketName`, which it does not require: then it is the path of its `serviceUrl`. */
function azureLocation(document: ExportBucketDocument, overrides: BucketOverrides): AzureLocation {
  if (document.serviceUrl === undefined) throw unknownLocation('Atlas says no serviceUrl');
  const url = new URL(httpUrl(document.serviceUrl));
  const inPath = url.pathname.replaceAll(/^\/+|\/+$/g, '');
  const serviceUrl =
    overrides.endpoint ?? (document.bucketName === undefined ? url.origin : `${url.origin}/${inPath}`);
  return {
    provider: 'AZURE',
    serviceUrl: httpUrl(serviceUrl).replace(/\/+$/, ''),
    bucketName: bucketNameOf(document.bucketName ?? inPath),
    ...(overrides.sasToken === undefined ? {} : { sasToken: overrides.sasToken.replace(/^\?/, '') }),
  };
}

function bucketNameOf(name: string | undefined): string {
  if (name === undefined || !/^[a-zA-Z0-9][\w.-]{1,221}$/.test(name)) {
    throw unknownLocation(name === undefined ? 'Atlas says no bucketName' : `"${name}" is no bucket name`);
  }
  return name;
}

function httpUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.search !== '') {
    // Not shown: a URL with a query may hold a signature.
    throw unknownLocation('an address is no http(s) URL without credentials and query');
  }
  return text;
}

function unknownLocation(why: string): BucketError {
  return new BucketError({
    code: 'BUCKET_LOCATION',
    message: `It is not known where the export bucket is: ${why}`,
  });
}
