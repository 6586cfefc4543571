import * as v from 'valibot';

/*
 * What is relied on in the answers of activities. Lengths are bounded, since most of it goes on into places where the
 * server refuses what is too long, and with it the whole task: ids of workflows, labels, results.
 */

/** An id, a name or a state. */
const nameText = v.pipe(v.string(), v.minLength(1), v.maxLength(100));
/** The longest text that the Atlas client lets in. */
const text = v.pipe(v.string(), v.maxLength(10_000));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const duration = v.pipe(v.number(), v.finite());

const progress = v.looseObject({
  exportedCollections: v.optional(count),
  totalCollections: v.optional(count),
});
const stateReason = v.looseObject({ errorCode: v.optional(text), message: v.optional(text) });
const componentEntries = { exportId: nameText, replicaSetName: v.optional(text) };

/** What else a job holds is shown as it came. */
export const jobSchema = v.looseObject({
  exportId: nameText,
  state: nameText,
  stateReason: v.optional(stateReason),
  exportStatus: v.optional(progress),
  components: v.optional(v.array(v.looseObject(componentEntries))),
  snapshotId: v.optional(text),
  exportBucketId: v.optional(text),
  prefix: v.optional(text),
  createdAt: v.optional(text),
  finishedAt: v.optional(text),
});

export const resolvedSchema = v.looseObject({
  snapshotId: nameText,
  exportBucketId: nameText,
  exportBucketName: v.optional(text),
});

export const foundSchema = v.looseObject({
  ours: v.optional(jobSchema),
  oursBesides: v.array(nameText),
  active: v.optional(jobSchema),
  exported: v.optional(jobSchema),
  earlierDurationsMs: v.array(duration),
  readAtMs: v.optional(duration),
});

const pollFailure = v.looseObject({ code: text, message: text, since: text, inARow: count });

const stall = v.looseObject({ kind: text, since: text, noticedAt: text, reason: text });

export const polledSchema = v.looseObject({
  job: jobSchema,
  components: v.array(
    v.looseObject({
      ...componentEntries,
      state: nameText,
      stateReason: v.optional(stateReason),
      exportStatus: v.optional(progress),
      prefix: v.optional(text),
      finishedAt: v.optional(text),
      polls: count,
      pollFailure: v.optional(pollFailure),
      nextPollAt: v.optional(text),
      stall: v.optional(stall),
    }),
  ),
  searchAttributesRegistered: v.optional(v.boolean()),
});

const contents = v.looseObject({
  objects: count,
  dataFiles: count,
  bytes: count,
  collections: count,
  documents: v.optional(count),
});

/** A signal, which anybody can send. */
export const verificationProgressSchema = v.looseObject({
  look: count,
  found: v.optional(contents),
  failure: v.optional(pollFailure),
});

const finding = v.looseObject({
  code: text,
  severity: v.picklist(['failure', 'warning']),
  where: text,
  what: text,
});

/** Every count of the bucket, without a look at whether they agree. */
export const verifiedSchema = v.variant('outcome', [
  v.looseObject({ outcome: v.literal('notChecked'), reason: text }),
  v.looseObject({
    outcome: v.picklist(['proven', 'failed']),
    level: v.picklist(['manifest', 'full']),
    mayOnlyBeLate: v.boolean(),
    checkedAt: text,
    found: contents,
    findings: v.pipe(v.array(finding), v.maxLength(100)),
    findingsCount: count,
    failuresCount: count,
    replicaSets: v.array(
      v.looseObject({
        replicaSetName: text,
        files: count,
        bytes: count,
        collections: count,
        incrementsMissing: count,
        documents: v.optional(count),
      }),
    ),
    manifest: v.looseObject({ address: text, sha256: text, keyId: v.optional(text) }),
  }),
]);

export const projectSchema = v.looseObject({
  exportBucketId: nameText,
  exportBucketName: v.optional(text),
  clusters: v.array(v.looseObject({ clusterName: nameText, sharded: v.boolean(), shardCount: count })),
});

const orderKey = v.pipe(v.number(), v.finite());
const orderPlace = v.looseObject({ orderKey, snapshotId: nameText });
/** The survey's own bound is the number that it was asked for, 500 at the most. */
const candidatesMax = 500;

const occupying = v.pipe(
  v.array(v.looseObject({ snapshotId: nameText, replicaSets: count })),
  v.maxLength(300),
);

export const clusterSchema = v.looseObject({
  due: count,
  exported: count,
  proven: v.optional(count),
  proofUnknown: v.optional(count),
  checkFailed: v.optional(count),
  running: count,
  givenUp: count,
  expiringSoon: count,
  bytesToExport: count,
  sizeUnknown: count,
  candidates: v.pipe(
    v.array(
      v.looseObject({
        orderKey,
        snapshotId: nameText,
        replicaSets: count,
        running: v.boolean(),
        failedJobs: count,
        storageSizeBytes: v.optional(count),
      }),
    ),
    v.maxLength(candidatesMax),
  ),
  candidatesLeft: count,
  after: v.optional(orderPlace),
  ahead: v.optional(v.array(orderPlace)),
  givenUpExamples: v.pipe(v.array(v.looseObject({ snapshotId: nameText, reason: text })), v.maxLength(100)),
  occupying: v.optional(occupying),
});

export const occupiedSchema = v.looseObject({
  clusters: v.array(v.looseObject({ clusterName: nameText, occupying })),
  running: v.array(v.looseObject({ clusterName: nameText, snapshotId: nameText })),
});

export const endedSchema = v.array(
  v.looseObject({
    workflowId: v.string(),
    exported: v.boolean(),
    proven: v.optional(v.boolean()),
    reason: v.optional(text),
  }),
);

export const webhookNamesSchema = v.array(nameText);

export const sentSchema = v.looseObject({ status: count });

/** What a failed activity says of Atlas. */
export const atlasAnswerSchema = v.looseObject({
  code: nameText,
  message: text,
  status: v.optional(count),
  errorCode: v.optional(text),
  retryAfterMs: v.optional(v.pipe(v.number(), v.finite(), v.minValue(0))),
  effect: v.picklist(['none', 'unknown']),
});
