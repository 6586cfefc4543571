import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { timestamp } from './clock.ts';
import type { ExportJob, Label } from './export-engine.ts';
import { drawFraction, drawId, drawInteger } from './seed.ts';

/** How much an export holds. */
export interface ExportContents {
  /** Per database; there are two. */
  readonly collections: number;
  /** Per collection and replica set. */
  readonly files: number;
  /** Per file. */
  readonly documents: number;
  /** Bytes of each document beside its usual ones, which gzip makes a quarter smaller. Default 0. */
  readonly attachmentBytes: number;
  /** What `totalFiles` counts, which Atlas does not document. Default `dataAndMetadata`. */
  readonly totalFilesCounts: 'dataFiles' | 'dataAndMetadata' | 'everything';
}

/** What is wrong with what is in the bucket. */
export type BucketFault =
  /** One file in the middle of a series is not there. `totalFiles` counts it. */
  | { readonly kind: 'incrementMissing' }
  /** The last file of a series is not there, which no gap shows. `totalFiles` counts it. */
  | { readonly kind: 'lastFileMissing' }
  | { readonly kind: 'metadataMissing' }
  /** One file ends in the middle. */
  | { readonly kind: 'gzipTruncated' }
  /** One byte of one file is another. */
  | { readonly kind: 'gzipCorrupt' }
  /** One line of one file is no JSON. */
  | { readonly kind: 'jsonInvalid' }
  /** `totalFiles` is off by this. */
  | { readonly kind: 'totalFilesWrong'; readonly by: number }
  /** `.complete` is that of another request. */
  | { readonly kind: 'completeOfAnotherExport' }
  | { readonly kind: 'completeMissing' }
  /** `.complete` is there at once, half of the files only so much later. */
  | { readonly kind: 'filesLate'; readonly lateMs: number }
  /** No file of this component, counted from 0. `totalFiles` counts them. */
  | { readonly kind: 'replicaSetAbsent'; readonly component: number };

/** What the writer needs to know besides the job. */
export interface ExportOrigin {
  readonly orgId: string;
  readonly clusterId: string;
  readonly snapshotInitiationMs: number;
  readonly seed: string;
}

export interface ExportObject {
  readonly key: string;
  /** Made when it is asked for: a million of them need not be in memory at once. */
  readonly body: () => Buffer;
}

export const defaultContents: ExportContents = {
  collections: 3,
  files: 3,
  documents: 40,
  attachmentBytes: 0,
  totalFilesCounts: 'dataAndMetadata',
};

const databases = ['shop', 'big data'];

/** What a job leaves in its bucket, in the order in which it is written, but for `.complete`. */
export function* exportObjects(job: ExportJob, origin: ExportOrigin): Generator<ExportObject> {
  const { files, documents, attachmentBytes } = contentsOf(job);
  const fault = job.plan.bucketFault;
  const absent = fault?.kind === 'replicaSetAbsent' ? fault.component : -1;
  let dataFiles = 0;
  for (const collection of collectionsOf(job)) {
    const isFirst = dataFiles === 0;
    const folder = `${withoutSlash(job.prefix)}/${collection}`;
    for (const [component, { replicaSetName }] of job.parts.entries()) {
      for (let increment = 0; increment < files; increment += 1) {
        const at = { isFirst, increment, component };
        dataFiles += 1;
        if (component === absent || isLeftOut(fault, at, files)) continue;
        yield {
          key: `${folder}/${replicaSetName}.${increment}.json.gz`,
          body: () => {
            const first = increment * documents;
            return dataFile(
              { origin, collection: `${collection}/${replicaSetName}`, first, documents, attachmentBytes },
              damageOf(fault, at),
            );
          },
        };
      }
    }
    if (!(isFirst && fault?.kind === 'metadataMissing')) yield metadataFile(folder, collection);
  }
}

/** The file that Atlas writes last. */
export function completeFile(job: ExportJob, origin: ExportOrigin): ExportObject {
  const fault = job.plan.bucketFault;
  const { files, totalFilesCounts } = contentsOf(job);
  const collections = collectionsOf(job).length;
  const dataFiles = collections * files * job.parts.length;
  const counted = {
    dataFiles,
    dataAndMetadata: dataFiles + collections,
    everything: dataFiles + collections + 1,
  };
  const document = {
    orgId: origin.orgId,
    orgName: 'Simulated organization',
    groupId: job.groupId,
    groupName: 'Simulated project',
    clusterUniqueId: origin.clusterId,
    clusterName: job.clusterName,
    snapshotInitiationDate: timestamp(origin.snapshotInitiationMs).replace('Z', '.000Z'),
    totalFiles: counted[totalFilesCounts] + (fault?.kind === 'totalFilesWrong' ? fault.by : 0),
    labels: [],
    customData: fault?.kind === 'completeOfAnotherExport' ? foreignLabels(job.customData) : job.customData,
  };
  return {
    key: `${withoutSlash(job.prefix)}/.complete`,
    body: () => Buffer.from(JSON.stringify(document, undefined, 2)),
  };
}

function contentsOf(job: ExportJob): ExportContents {
  return { ...defaultContents, ...job.plan.contents };
}

/** Names with dots and letters beyond ASCII among them. */
function collectionsOf(job: ExportJob): string[] {
  const { collections } = contentsOf(job);
  return databases.flatMap((database) =>
    Array.from({ length: collections }, (_, index) =>
      index === 1 ? `${database}/orders.archived.größe` : `${database}/collection-${index}`,
    ),
  );
}

function isLeftOut(
  fault: BucketFault | undefined,
  at: { readonly isFirst: boolean; readonly increment: number; readonly component: number },
  files: number,
): boolean {
  if (!at.isFirst || at.component !== 0) return false;
  if (fault?.kind === 'incrementMissing') return at.increment === Math.max(0, files - 2);
  return fault?.kind === 'lastFileMissing' && at.increment === files - 1;
}

function damageOf(
  fault: BucketFault | undefined,
  at: { readonly isFirst: boolean; readonly increment: number; readonly component: number },
): BucketFault['kind'] | undefined {
  return at.isFirst && at.increment === 0 && at.component === 0 ? fault?.kind : undefined;
}

function dataFile(
  file: {
    readonly origin: ExportOrigin;
    readonly collection: string;
    readonly first: number;
    readonly documents: number;
    readonly attachmentBytes: number;
  },
  damage: BucketFault['kind'] | undefined,
): Buffer {
  const lines = Array.from({ length: file.documents }, (_, index) =>
    JSON.stringify({
      ...exportedDocument(file.origin.seed, file.collection, file.first + index),
      ...attachment(file, file.first + index),
    }),
  );
  if (damage === 'jsonInvalid') lines[Math.floor(lines.length / 2)] = '{"_id": 1, "cut": ';
  const packed = gzipSync(lines.map((line) => `${line}\n`).join(''));
  if (damage === 'gzipTruncated') return packed.subarray(0, Math.floor(packed.length / 2));
  if (damage === 'gzipCorrupt') {
    const at = Math.floor(packed.length / 2);
    packed[at] = (packed[at] ?? 0) ^ 0xff;
  }
  return packed;
}

/** A document in canonical extended JSON, as an export has them. */
function exportedDocument(seed: string, collection: string, index: number): object {
  const draw = (what: string, below: number): number => drawInteger(seed, below, what, collection, index);
  return {
    _id: { $oid: drawId(seed, 'document', collection, index) },
    number: { $numberInt: String(index) },
    placedAt: { $date: { $numberLong: String(1_700_000_000_000 + draw('placed', 1e9)) } },
    total: { $numberDecimal: (drawFraction(seed, 'total', collection, index) * 1000).toFixed(2) },
    customer: `Customer ${draw('customer', 10_000)}, Straße ${draw('street', 500)}`,
    lines: Array.from({ length: 1 + draw('lines', 4) }, (_, line) => ({
      sku: drawId(seed, 'sku', collection, index, line).slice(0, 8),
      quantity: { $numberInt: String(1 + draw(`quantity ${line}`, 9)) },
    })),
  };
}

/** Bytes that repeat nothing, as those of a picture. */
function attachment(
  {
    origin,
    collection,
    attachmentBytes,
  }: { readonly origin: ExportOrigin; readonly collection: string; readonly attachmentBytes: number },
  index: number,
): object {
  if (attachmentBytes === 0) return {};
  const bytes = createHash('shake256', { outputLength: Math.ceil((attachmentBytes * 3) / 4) });
  const base64 = bytes.update(JSON.stringify([origin.seed, collection, index])).digest('base64');
  return { attachment: { $binary: { base64, subType: '00' } } };
}

/** What stands in `metadata.json` is not documented; the official import script feeds it to mongorestore. */
function metadataFile(folder: string, collection: string): ExportObject {
  const document = {
    options: {},
    indexes: [{ v: { $numberInt: '2' }, key: { _id: { $numberInt: '1' } }, name: '_id_' }],
    collectionName: collection.slice(collection.indexOf('/') + 1),
    type: 'collection',
  };
  return { key: `${folder}/metadata.json`, body: () => Buffer.from(JSON.stringify(document)) };
}

function foreignLabels(labels: readonly Label[]): Label[] {
  return labels.map(({ key, value }) => ({
    ...(key === undefined ? {} : { key }),
    value: `not ${value ?? ''}`,
  }));
}

function withoutSlash(prefix: string): string {
  return prefix.replace(/^\//, '');
}
