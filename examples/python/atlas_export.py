"""What the workflow takes and answers, as Python types.

Made from the JSON Schemas in docs/schema/ of atlas-export-worker: do not change it by hand.
"""

from typing import Literal, NotRequired, TypeAlias, TypedDict


# A span of time: a string such as `"30s"`, `"5 minutes"` or `"7 days"`, or a number of
# milliseconds. A wrong string is a type error in TypeScript and an `InvalidInput` failure at run
# time. From 1 millisecond to 366 days.
Duration: TypeAlias = str | float


class ExportRequestCustomData(TypedDict):
    """One entry of an export job's custom data. Atlas writes it into the `.complete` file in the
    bucket.
    """

    key: str
    value: str


class ExportRequestPolling(TypedDict):
    """When to look at Atlas. The defaults suit exports from minutes to days."""

    preset: NotRequired[Literal["eager", "balanced", "thrifty"]]
    # Never look more often than this. Default: eager 2 s, balanced 4 s, thrifty 10 s.
    minInterval: NotRequired[Duration]
    # Never look less often than this, while the run's history has room for it. Default: eager 10
    # min, balanced 20 min, thrifty 1 h.
    maxInterval: NotRequired[Duration]


class ExportRequestStalledAfter(TypedDict):
    """After how long an export is said to be stalled, in the status, the log, the metrics. It is
    never ended by it. What is not given is learned from the cluster's earlier exports and
    from the progress seen so far.
    """

    # In Atlas's queue. Default: what the longest of the cluster's earlier exports took, 1 h at
    # least; 6 h without any.
    queued: NotRequired[Duration]
    # Without another collection exported, where Atlas counts them. Default: as for `queued`, and
    # longer for an export that is slow as a whole or pauses by nature.
    noProgress: NotRequired[Duration]
    # Running, where Atlas counts no collections. Default: twice what the longest of the cluster's
    # earlier exports took (four times, of fewer than five), 1 h at least; never without any.
    total: NotRequired[Duration]


class ExportRequest(TypedDict):
    """What a caller asks for: the input of the workflow `exportSnapshot`, as plain JSON."""

    # Project: 24 lowercase hexadecimal digits.
    groupId: str
    # Cluster within the project: letters, digits and hyphens.
    clusterName: str
    # Snapshot to export, or `"latest"` for the newest completed one that is not a fallback
    # snapshot.
    snapshotId: str
    # Export bucket as Atlas knows it: 24 lowercase hexadecimal digits. Give this or
    # `exportBucketName`.
    exportBucketId: NotRequired[str]
    # Export bucket by its bucket name. Looked up in the project; must be the only one of that name.
    exportBucketName: NotRequired[str]
    # Entries for the `.complete` file, 100 at most. The key `exportRequestId` is taken by this
    # product.
    customData: NotRequired[list[ExportRequestCustomData]]
    # When to look at Atlas. The defaults suit exports from minutes to days.
    polling: NotRequired[ExportRequestPolling]
    # After how long an export is said to be stalled, in the status, the log, the metrics. It is
    # never ended by it. What is not given is learned from the cluster's earlier exports and from
    # the progress seen so far.
    stalledAfter: NotRequired[ExportRequestStalledAfter]
    # Time for the whole request, all attempts included, from its start.
    deadline: NotRequired[Duration]
    # How many export jobs may end Failed before the request does, 1 to 20.
    maxAttempts: NotRequired[int]
    # `adopt`: follow the active export as if it were ours, when it goes to the same bucket (to
    # another bucket: wait). `wait`: let it end, then go on. `fail`: end with `ExportConflict`.
    onActiveExport: NotRequired[Literal["adopt", "wait", "fail"]]
    # Whether a successful earlier export of this snapshot to this bucket settles the request.
    skipIfExported: NotRequired[bool]
    # Whether to look into the bucket once Atlas says Successful. `manifest`: `.complete` and the
    # listing. `full`: besides, every object is read. `off`: not. Default: "manifest" where the
    # worker may look into the bucket, else "off".
    verify: NotRequired[Literal["off", "manifest", "full"]]
    # How long objects that are not there yet are waited for before the export has failed.
    verifyWait: NotRequired[Duration]
    # Which of the worker's credentials for Atlas to use, by the name that its settings give them.
    # They say who asks, not what for: the same request with other credentials is the same export.
    credentials: NotRequired[str]
    # Who is told when the export has ended, or seems stuck: the name of a webhook in the worker's
    # settings. Never holds up the export or makes it fail. The same request with another webhook is
    # the same export, and tells the first's.
    webhook: NotRequired[str]


class StateReason(TypedDict):
    """Why Atlas put a job into its state. The vocabulary of `errorCode` is not published."""

    errorCode: NotRequired[str]
    message: NotRequired[str]


class ExportProgress(TypedDict):
    exportedCollections: NotRequired[float]
    totalCollections: NotRequired[float]


class ExportComponent(TypedDict):
    """A component as the job names it: no state, which only the component's own document can
    tell.
    """

    exportId: str
    replicaSetName: NotRequired[str]


class ExportJob(TypedDict):
    """An export job as Atlas describes it. A field that Atlas left out is absent: nothing is
    filled in.
    """

    exportId: str
    # One of `exportJobStates`, or a state that Atlas has added since.
    state: str
    # Why the job is in this state; Atlas sets it on Failed.
    stateReason: NotRequired[StateReason]
    # Collections exported so far. 0 of 0 tells nothing: an empty cluster shows it to the end.
    exportStatus: NotRequired[ExportProgress]
    # One per shard; absent for a replica set.
    components: NotRequired[list[ExportComponent]]
    snapshotId: NotRequired[str]
    exportBucketId: NotRequired[str]
    # Where in the bucket, as Atlas wrote it: with or without a leading slash.
    prefix: NotRequired[str]
    # ISO 8601, Atlas's clock.
    createdAt: NotRequired[str]
    # ISO 8601, Atlas's clock; set once the job has ended.
    finishedAt: NotRequired[str]


# How an export job came to belong to a request. `created`: This request's POST created it. `found`:
# It carries this request's id: an earlier POST created it although its reply was lost. `adopted`:
# Somebody else started it; this request follows it instead of paying for a second one. `earlier`:
# It had ended Successful before this request asked.
JobOrigin: TypeAlias = Literal["created", "found", "adopted", "earlier"]


class PollFailure(TypedDict):
    """The last look at Atlas that failed. Looks go on until the deadline."""

    # A stable code such as `ATLAS_UNAVAILABLE`, or `TIMEOUT` when the worker itself did not answer
    # in time.
    code: str
    message: str
    # When the first of these failures in a row happened, ISO 8601.
    since: str
    # How many looks in a row have failed.
    inARow: float


class ExportStall(TypedDict):
    kind: Literal["queued", "noProgress", "total"]
    since: str
    noticedAt: str
    reason: str


class ComponentInBucket(TypedDict):
    """What a component has in the bucket. Counted there, and never Atlas's word for the
    component's state.
    """

    evidence: Literal["bucket"]
    files: float
    # Packed.
    bytes: float
    # Collections of which it has files.
    collections: float
    incrementsMissing: float
    # Level `full` only.
    documents: NotRequired[float]


class ComponentStatus(TypedDict):
    """One component (a shard's part of the job), from its own document at Atlas."""

    exportId: str
    replicaSetName: NotRequired[str]
    # As its own document says; `"unknown"` where Atlas shows no document for it. Never derived from
    # the job.
    state: str
    stateReason: NotRequired[StateReason]
    exportStatus: NotRequired[ExportProgress]
    prefix: NotRequired[str]
    finishedAt: NotRequired[str]
    # Looks at this component so far.
    polls: float
    pollFailure: NotRequired[PollFailure]
    # When the next look is due, ISO 8601; absent once it has ended.
    nextPollAt: NotRequired[str]
    # Absent while it gets on, and where Atlas shows nothing of it. The job may get on by its other
    # components.
    stall: NotRequired[ExportStall]
    # What it has in the bucket, once that was looked into; absent too where its replica set is not
    # named.
    inBucket: NotRequired[ComponentInBucket]


class AttemptReport(TypedDict):
    """One export job tracked for a request, or created for it."""

    # 1, 2, …
    attempt: float
    origin: JobOrigin
    # The identity that a job created for this attempt carries in its custom data.
    exportRequestId: str
    # As last seen. A Failed job leaves its partial data under `job.prefix`; Atlas does not remove
    # it.
    job: ExportJob


# How hard the bucket is looked into after an export: see docs/proof.md. `manifest`: `.complete` and
# the listing. `full`: Besides, every object is read.
VerifyLevel: TypeAlias = Literal["off", "manifest", "full"]


# What the bucket was found to show. `pending`: Not known yet: the check is under way, waits for
# late objects, or cannot get at the storage. `proven`: No failure was found; what could not be told
# is among the findings, as warnings. `notChecked`: Nobody looked; the reason says why.
VerificationOutcome: TypeAlias = Literal["pending", "proven", "failed", "notChecked"]


class BucketContents(TypedDict):
    """Counts of what lies under an export's prefix."""

    # Everything, `.complete` and `metadata.json` among it.
    objects: float
    dataFiles: float
    # Of all objects, packed.
    bytes: float
    collections: float
    # Level `full` only.
    documents: NotRequired[float]


class VerificationFinding(TypedDict):
    """One thing that a check found."""

    # Stable: what to match on. docs/proof.md says where they are explained.
    code: str
    severity: Literal["failure", "warning"]
    # The key or folder, a replica set, or a field of `.complete`.
    where: str
    # In words.
    what: str


class ManifestReference(TypedDict):
    """Where the manifest of a check is."""

    # A path of the worker's machine, or an address such as `s3://bucket/prefix/…/manifest.json`.
    address: str
    # The manifest's own hash, over its canonical form, as it stands in it.
    sha256: str
    # SHA-256 of the public key whose private key signed it; absent where none is configured.
    keyId: NotRequired[str]


class ExportVerification(TypedDict):
    """What is known from looking into the bucket. Nothing in it is Atlas's word, and none of it
    is part of Atlas's.
    """

    level: VerifyLevel
    outcome: VerificationOutcome
    # Why nobody looked, in words.
    reason: NotRequired[str]
    # Checks that came to their end.
    looks: float
    # When the latest of them did, ISO 8601.
    checkedAt: NotRequired[str]
    # What that one found; while it is `pending`, what a check has found so far.
    found: NotRequired[BucketContents]
    # The first ten, failures before warnings; the manifest has more, and its evidence all.
    findings: list[VerificationFinding]
    # All of them.
    findingsCount: float
    manifest: NotRequired[ManifestReference]
    # When objects that may only be late are looked for again, ISO 8601.
    nextLookAt: NotRequired[str]
    # Why the bucket cannot be looked into now. It says nothing about the export; it is tried until
    # the deadline.
    failure: NotRequired[PollFailure]


class ExportResult(TypedDict):
    """What the workflow `exportSnapshot` returns."""

    outcome: Literal["exported", "alreadyExported"]
    groupId: str
    clusterName: str
    snapshotId: str
    exportBucketId: str
    # Known when the bucket was looked up.
    exportBucketName: NotRequired[str]
    exportId: str
    # `"Successful"`, from Atlas.
    state: str
    prefix: NotRequired[str]
    createdAt: NotRequired[str]
    finishedAt: NotRequired[str]
    job: ExportJob
    origin: JobOrigin
    # True when somebody else had started the job.
    adopted: bool
    components: list[ComponentStatus]
    attempts: list[AttemptReport]
    polls: float
    # What the bucket shows. Absent in results of releases that did not look.
    verification: NotRequired[ExportVerification]
    notes: list[str]


# What the workflow is doing. What came of it is a field of its own, the outcome. `resolving`:
# Looking up the newest snapshot or the bucket's id. `creating`: Finding out whether the job exists
# already, and creating it if it does not. `waiting`: Another active export of this snapshot has to
# end first. `tracking`: Following the export job. `retrying`: The last job Failed; pausing before
# the next attempt. `verifying`: The job was Successful; the bucket is looked into. `done`: Ended;
# see the outcome.
ExportPhase: TypeAlias = Literal[
    "resolving",
    "creating",
    "waiting",
    "tracking",
    "retrying",
    "verifying",
    "done",
]


# What became of a request. `exported`: Atlas says the job was Successful. `alreadyExported`: An
# earlier export of this snapshot to this bucket was Successful; nothing was paid for again.
# `cancelled`: The workflow was cancelled: tracking stopped, the export job at Atlas goes on.
ExportOutcome: TypeAlias = Literal["exported", "alreadyExported", "failed", "cancelled"]


class ExportStatusFailure(TypedDict):
    """Why it has failed; set with the outcome `failed`. What else is known is in the failure's
    details.
    """

    type: str
    message: str


class ExportStatus(TypedDict):
    """What the query `status` answers. Everything in it is either from Atlas or about the run
    itself.
    """

    phase: ExportPhase
    # Absent until the phase is `done`.
    outcome: NotRequired[ExportOutcome]
    # `"unknown"` where a request that was refused names none; so are the next two.
    groupId: str
    clusterName: str
    # The snapshot's id; `"latest"` until that is resolved.
    snapshotId: str
    exportBucketId: NotRequired[str]
    exportBucketName: NotRequired[str]
    # The worker's credentials for Atlas that this run uses; absent for the default ones.
    credentials: NotRequired[str]
    # The webhook in the worker's settings that this run tells; absent where nobody is told.
    webhook: NotRequired[str]
    # The job as last seen.
    job: NotRequired[ExportJob]
    # How `job` came to belong to this request; absent while it only stands in the way.
    origin: NotRequired[JobOrigin]
    components: list[ComponentStatus]
    attempts: list[AttemptReport]
    attemptsMax: float
    # Looks at the job so far; components count their own.
    polls: float
    # Latest successful look, ISO 8601.
    lastPollAt: NotRequired[str]
    nextPollAt: NotRequired[str]
    pollFailure: NotRequired[PollFailure]
    # Absent while the job gets on; one that has passed is in the notes.
    stall: NotRequired[ExportStall]
    # What the bucket shows; absent until the job was Successful.
    verification: NotRequired[ExportVerification]
    deadlineAt: str
    # Why it has failed; set with the outcome `failed`. What else is known is in the failure's
    # details.
    failure: NotRequired[ExportStatusFailure]
    # What a person should know now, in words.
    notes: list[str]


class AtlasAnswer(TypedDict):
    """An error answer of Atlas, or the lack of one, as it crosses from an activity to the
    workflow.
    """

    # Stable code of this product, such as `ATLAS_NOT_FOUND`.
    code: str
    message: str
    status: NotRequired[float]
    # Atlas's own code, an open set.
    errorCode: NotRequired[str]
    # How long Atlas asked to be left alone.
    retryAfterMs: NotRequired[float]
    # Whether the request may have taken effect although it failed.
    effect: Literal["none", "unknown"]


class InputProblem(TypedDict):
    """One thing wrong with a request."""

    # Where: `polling.minInterval`, `customData[2].key`, or empty for the request as a whole.
    path: str
    # What is wrong, in words.
    message: str


class ExportFailureDetails(TypedDict):
    """First of the failure's `details`."""

    # What to do about it, in words.
    nextStep: str
    # The last known job.
    job: NotRequired[ExportJob]
    attempts: NotRequired[list[AttemptReport]]
    # The identity a job created for this request carries in its custom data.
    exportRequestId: NotRequired[str]
    # What Atlas answered, where an answer of Atlas is the reason.
    atlas: NotRequired[AtlasAnswer]
    # What the bucket shows, where it was looked into.
    verification: NotRequired[ExportVerification]
    # With `InvalidInput`: everything that is wrong.
    problems: NotRequired[list[InputProblem]]


# The ways an export can fail: `type` of the `ApplicationFailure` that ends the workflow. This list
# is what callers match on; a name is never changed or given another meaning. `InvalidInput`: The
# request itself is wrong; the details name every problem. `UnknownCredentials`: The worker has no
# credentials of the name that the request gives; the message names those it has. Only before a job
# exists. `UnknownWebhook`: The worker has no webhook of the name that the request gives; the
# message names those it has. Only before a job exists. `AtlasUnauthorized`: Atlas refused the
# credential, or the credential may not do this (401, 403). Only before a job exists.
# `AtlasNotFound`: The project, cluster, snapshot or bucket does not exist at Atlas.
# `AtlasRejected`: Atlas refused the request for another reason (400, 402, …); its own words are in
# the details. `ExportConflict`: Another export of this snapshot is active and `onActiveExport` is
# `fail`, or Atlas insists on a conflict. `ExportFailed`: Every attempt ended Failed at Atlas.
# `ExportCancelled`: Somebody cancelled the export job at Atlas. `ExportLost`: Atlas no longer knows
# the export job. `VerificationFailed`: Atlas says the job was Successful, and the bucket does not
# show what it should; the details name what. `DeadlineExceeded`: The request's deadline passed; the
# job at Atlas, if there is one, goes on.
ExportFailureType: TypeAlias = Literal[
    "InvalidInput",
    "UnknownCredentials",
    "UnknownWebhook",
    "AtlasUnauthorized",
    "AtlasNotFound",
    "AtlasRejected",
    "ExportConflict",
    "ExportFailed",
    "ExportCancelled",
    "ExportLost",
    "VerificationFailed",
    "DeadlineExceeded",
]
