import * as v from 'valibot';
import { findingCodes } from './findings.ts';

/** Version of the manifest's form. A field may be added under the same name; what a field means never changes. */
export const manifestFormat = 'atlas-export-manifest/1';

const name = v.pipe(v.string(), v.maxLength(2_000));
const time = v.pipe(v.string(), v.isoTimestamp());
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const sha256 = v.pipe(v.string(), v.regex(/^[a-f0-9]{64}$/));
const sha256OfNothing = v.pipe(v.string(), v.regex(/^(?:[a-f0-9]{64})?$/));
const label = v.object({ key: v.string(), value: v.string() });
const documents = v.exactOptional(count);

const jobSchema = v.looseObject({
  exportId: name,
  state: name,
  snapshotId: v.exactOptional(name),
  exportBucketId: v.exactOptional(name),
  prefix: v.exactOptional(name),
  createdAt: v.exactOptional(name),
  finishedAt: v.exactOptional(name),
  components: v.exactOptional(
    v.array(v.looseObject({ exportId: name, replicaSetName: v.exactOptional(name) })),
  ),
});

const completeSchema = v.object({
  orgId: v.exactOptional(v.string()),
  orgName: v.exactOptional(v.string()),
  groupId: v.exactOptional(v.string()),
  groupName: v.exactOptional(v.string()),
  clusterUniqueId: v.exactOptional(v.string()),
  clusterName: v.exactOptional(v.string()),
  snapshotInitiationDate: v.exactOptional(v.string()),
  totalFiles: v.exactOptional(count),
  labels: v.exactOptional(v.array(label)),
  customData: v.exactOptional(v.array(label)),
  other: v.pipe(
    v.record(v.string(), v.unknown()),
    v.description('What Atlas does not document, or documents to be of another type.'),
  ),
});

const replicaSetSchema = v.object({
  replicaSetName: name,
  files: count,
  bytes: count,
  collections: count,
  incrementsMissing: count,
  documents,
});

const collectionSchema = v.object({
  prefix: name,
  database: name,
  collection: name,
  hasMetadata: v.boolean(),
  listingSha256: sha256,
  replicaSets: v.array(
    v.object({ replicaSetName: name, files: count, bytes: count, documents, incrementsMissing: count }),
  ),
});

const findingSchema = v.object({
  code: v.picklist(findingCodes),
  severity: v.picklist(['failure', 'warning']),
  where: v.string(),
  what: v.string(),
});

/** What stands in a manifest, before it is sealed. */
export const manifestContentSchema = v.object({
  format: v.literal(manifestFormat),
  product: v.pipe(v.object({ name, version: name }), v.description('What wrote it.')),
  request: v.pipe(
    v.looseObject({
      groupId: name,
      clusterName: name,
      snapshotId: name,
      exportBucketId: name,
      exportRequestId: v.exactOptional(name),
    }),
    v.description('What was asked for.'),
  ),
  job: v.pipe(jobSchema, v.description('The job that the evidence is about, as Atlas described it last.')),
  attempts: v.pipe(
    v.array(v.looseObject({ attempt: count, origin: name, job: jobSchema })),
    v.description(
      'Every job that was created or followed for the request, this one among them; empty where `atlas-export verify` kept it, which knows the job alone.',
    ),
  ),
  bucket: v.pipe(
    v.object({ provider: v.picklist(['AWS', 'AZURE', 'GCP']), address: name, prefixes: v.array(name) }),
    v.description('Where the export is.'),
  ),
  level: v.picklist(['manifest', 'full']),
  outcome: v.picklist(['proven', 'failed']),
  startedAt: time,
  finishedAt: time,
  complete: v.exactOptional(
    v.pipe(
      completeSchema,
      v.description('What Atlas wrote last; absent where there is none that can be read.'),
    ),
  ),
  files: v.object({
    stated: v.exactOptional(count),
    dataFiles: count,
    metadataFiles: count,
    completeFiles: count,
    agreesAs: v.array(v.picklist(['dataFiles', 'dataAndMetadata', 'everything'])),
  }),
  found: v.object({ objects: count, bytes: count, dataBytes: count, collections: count, documents }),
  replicaSets: v.array(replicaSetSchema),
  collections: v.pipe(v.array(collectionSchema), v.description('The first 500; the evidence has all.')),
  findings: v.object({
    counts: v.record(v.picklist(findingCodes), count),
    first: v.pipe(
      v.array(findingSchema),
      v.description('The first 100, failures before warnings; the evidence has all.'),
    ),
  }),
  evidence: v.object({ kept: v.boolean(), parts: count, rows: count, sha256: sha256OfNothing }),
});

/** A manifest: content, the hash over its canonical form, and a signature where a key was given. */
export const manifestSchema = v.object({
  ...manifestContentSchema.entries,
  sha256,
  signature: v.exactOptional(
    v.object({
      algorithm: v.literal('Ed25519'),
      keyId: v.pipe(sha256, v.description('SHA-256 of the public key in DER (SPKI).')),
      value: v.pipe(
        v.pipe(v.string(), v.base64()),
        v.description('Base64, of the bytes that `sha256` is the hash of.'),
      ),
    }),
  ),
});

export type ManifestContent = v.InferOutput<typeof manifestContentSchema>;
export type Manifest = v.InferOutput<typeof manifestSchema>;
