// Code generated from the JSON Schemas in docs/schema/ of atlas-export-worker; DO NOT EDIT.

package main

// Duration: A span of time: a string such as `"30s"`, `"5 minutes"` or `"7 days"`, or a number of
// milliseconds. A wrong string is a type error in TypeScript and an `InvalidInput` failure at run
// time. From 1 millisecond to 366 days.
type Duration any

// ExportRequestCustomData: One entry of an export job's custom data. Atlas writes it into the
// `.complete` file in the bucket.
type ExportRequestCustomData struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// ExportRequestPolling: When to look at Atlas. The defaults suit exports from minutes to days.
type ExportRequestPolling struct {
	Preset string `json:"preset,omitempty"`
	// Never look more often than this. Default: eager 2 s, balanced 4 s, thrifty 10 s.
	MinInterval Duration `json:"minInterval,omitempty"`
	// Never look less often than this, while the run's history has room for it. Default: eager 10 min,
	// balanced 20 min, thrifty 1 h.
	MaxInterval Duration `json:"maxInterval,omitempty"`
}

// ExportRequestStalledAfter: After how long an export is said to be stalled, in the status, the
// log, the metrics. It is never ended by it. What is not given is learned from the cluster's
// earlier exports and from the progress seen so far.
type ExportRequestStalledAfter struct {
	// In Atlas's queue. Default: what the longest of the cluster's earlier exports took, 1 h at least;
	// 6 h without any.
	Queued Duration `json:"queued,omitempty"`
	// Without another collection exported, where Atlas counts them. Default: as for `queued`, and
	// longer for an export that is slow as a whole or pauses by nature.
	NoProgress Duration `json:"noProgress,omitempty"`
	// Running, where Atlas counts no collections. Default: twice what the longest of the cluster's
	// earlier exports took (four times, of fewer than five), 1 h at least; never without any.
	Total Duration `json:"total,omitempty"`
}

// ExportRequest: What a caller asks for: the input of the workflow `exportSnapshot`, as plain JSON.
type ExportRequest struct {
	// Project: 24 lowercase hexadecimal digits.
	GroupID string `json:"groupId"`
	// Cluster within the project: letters, digits and hyphens.
	ClusterName string `json:"clusterName"`
	// Snapshot to export, or `"latest"` for the newest completed one that is not a fallback snapshot.
	SnapshotID string `json:"snapshotId"`
	// Export bucket as Atlas knows it: 24 lowercase hexadecimal digits. Give this or
	// `exportBucketName`.
	ExportBucketID string `json:"exportBucketId,omitempty"`
	// Export bucket by its bucket name. Looked up in the project; must be the only one of that name.
	ExportBucketName string `json:"exportBucketName,omitempty"`
	// Entries for the `.complete` file, 100 at most. The key `exportRequestId` is taken by this
	// product.
	CustomData []ExportRequestCustomData `json:"customData,omitempty"`
	// When to look at Atlas. The defaults suit exports from minutes to days.
	Polling *ExportRequestPolling `json:"polling,omitempty"`
	// After how long an export is said to be stalled, in the status, the log, the metrics. It is never
	// ended by it. What is not given is learned from the cluster's earlier exports and from the
	// progress seen so far.
	StalledAfter *ExportRequestStalledAfter `json:"stalledAfter,omitempty"`
	// Time for the whole request, all attempts included, from its start.
	Deadline Duration `json:"deadline,omitempty"`
	// How many export jobs may end Failed before the request does, 1 to 20.
	MaxAttempts *int `json:"maxAttempts,omitempty"`
	// `adopt`: follow the active export as if it were ours, when it goes to the same bucket (to
	// another bucket: wait). `wait`: let it end, then go on. `fail`: end with `ExportConflict`.
	OnActiveExport string `json:"onActiveExport,omitempty"`
	// Whether a successful earlier export of this snapshot to this bucket settles the request.
	SkipIfExported *bool `json:"skipIfExported,omitempty"`
	// Whether to look into the bucket once Atlas says Successful. `manifest`: `.complete` and the
	// listing. `full`: besides, every object is read. `off`: not. Default: "manifest" where the worker
	// may look into the bucket, else "off".
	Verify string `json:"verify,omitempty"`
	// How long objects that are not there yet are waited for before the export has failed.
	VerifyWait Duration `json:"verifyWait,omitempty"`
	// Which of the worker's credentials for Atlas to use, by the name that its settings give them.
	// They say who asks, not what for: the same request with other credentials is the same export.
	Credentials string `json:"credentials,omitempty"`
	// Who is told when the export has ended, or seems stuck: the name of a webhook in the worker's
	// settings. Never holds up the export or makes it fail. The same request with another webhook is
	// the same export, and tells the first's.
	Webhook string `json:"webhook,omitempty"`
}

// StateReason: Why Atlas put a job into its state. The vocabulary of `errorCode` is not published.
type StateReason struct {
	ErrorCode string `json:"errorCode,omitempty"`
	Message   string `json:"message,omitempty"`
}

type ExportProgress struct {
	ExportedCollections *float64 `json:"exportedCollections,omitempty"`
	TotalCollections    *float64 `json:"totalCollections,omitempty"`
}

// ExportComponent: A component as the job names it: no state, which only the component's own
// document can tell.
type ExportComponent struct {
	ExportID       string `json:"exportId"`
	ReplicaSetName string `json:"replicaSetName,omitempty"`
}

// ExportJob: An export job as Atlas describes it. A field that Atlas left out is absent: nothing is
// filled in.
type ExportJob struct {
	ExportID string `json:"exportId"`
	// One of `exportJobStates`, or a state that Atlas has added since.
	State string `json:"state"`
	// Why the job is in this state; Atlas sets it on Failed.
	StateReason *StateReason `json:"stateReason,omitempty"`
	// Collections exported so far. 0 of 0 tells nothing: an empty cluster shows it to the end.
	ExportStatus *ExportProgress `json:"exportStatus,omitempty"`
	// One per shard; absent for a replica set.
	Components     []ExportComponent `json:"components,omitempty"`
	SnapshotID     string            `json:"snapshotId,omitempty"`
	ExportBucketID string            `json:"exportBucketId,omitempty"`
	// Where in the bucket, as Atlas wrote it: with or without a leading slash.
	Prefix string `json:"prefix,omitempty"`
	// ISO 8601, Atlas's clock.
	CreatedAt string `json:"createdAt,omitempty"`
	// ISO 8601, Atlas's clock; set once the job has ended.
	FinishedAt string `json:"finishedAt,omitempty"`
}

// JobOrigin: How an export job came to belong to a request. `created`: This request's POST created
// it. `found`: It carries this request's id: an earlier POST created it although its reply was
// lost. `adopted`: Somebody else started it; this request follows it instead of paying for a second
// one. `earlier`: It had ended Successful before this request asked.
type JobOrigin string

const (
	JobOriginCreated JobOrigin = "created"
	JobOriginFound   JobOrigin = "found"
	JobOriginAdopted JobOrigin = "adopted"
	JobOriginEarlier JobOrigin = "earlier"
)

// PollFailure: The last look at Atlas that failed. Looks go on until the deadline.
type PollFailure struct {
	// A stable code such as `ATLAS_UNAVAILABLE`, or `TIMEOUT` when the worker itself did not answer in
	// time.
	Code    string `json:"code"`
	Message string `json:"message"`
	// When the first of these failures in a row happened, ISO 8601.
	Since string `json:"since"`
	// How many looks in a row have failed.
	InARow float64 `json:"inARow"`
}

type ExportStall struct {
	Kind      string `json:"kind"`
	Since     string `json:"since"`
	NoticedAt string `json:"noticedAt"`
	Reason    string `json:"reason"`
}

// ComponentInBucket: What a component has in the bucket. Counted there, and never Atlas's word for
// the component's state.
type ComponentInBucket struct {
	Evidence string  `json:"evidence"`
	Files    float64 `json:"files"`
	// Packed.
	Bytes float64 `json:"bytes"`
	// Collections of which it has files.
	Collections       float64 `json:"collections"`
	IncrementsMissing float64 `json:"incrementsMissing"`
	// Level `full` only.
	Documents *float64 `json:"documents,omitempty"`
}

// ComponentStatus: One component (a shard's part of the job), from its own document at Atlas.
type ComponentStatus struct {
	ExportID       string `json:"exportId"`
	ReplicaSetName string `json:"replicaSetName,omitempty"`
	// As its own document says; `"unknown"` where Atlas shows no document for it. Never derived from
	// the job.
	State        string          `json:"state"`
	StateReason  *StateReason    `json:"stateReason,omitempty"`
	ExportStatus *ExportProgress `json:"exportStatus,omitempty"`
	Prefix       string          `json:"prefix,omitempty"`
	FinishedAt   string          `json:"finishedAt,omitempty"`
	// Looks at this component so far.
	Polls       float64      `json:"polls"`
	PollFailure *PollFailure `json:"pollFailure,omitempty"`
	// When the next look is due, ISO 8601; absent once it has ended.
	NextPollAt string `json:"nextPollAt,omitempty"`
	// Absent while it gets on, and where Atlas shows nothing of it. The job may get on by its other
	// components.
	Stall *ExportStall `json:"stall,omitempty"`
	// What it has in the bucket, once that was looked into; absent too where its replica set is not
	// named.
	InBucket *ComponentInBucket `json:"inBucket,omitempty"`
}

// AttemptReport: One export job tracked for a request, or created for it.
type AttemptReport struct {
	// 1, 2, …
	Attempt float64   `json:"attempt"`
	Origin  JobOrigin `json:"origin"`
	// The identity that a job created for this attempt carries in its custom data.
	ExportRequestID string `json:"exportRequestId"`
	// As last seen. A Failed job leaves its partial data under `job.prefix`; Atlas does not remove it.
	Job ExportJob `json:"job"`
}

// VerifyLevel: How hard the bucket is looked into after an export: see docs/proof.md. `manifest`:
// `.complete` and the listing. `full`: Besides, every object is read.
type VerifyLevel string

const (
	VerifyLevelOff      VerifyLevel = "off"
	VerifyLevelManifest VerifyLevel = "manifest"
	VerifyLevelFull     VerifyLevel = "full"
)

// VerificationOutcome: What the bucket was found to show. `pending`: Not known yet: the check is
// under way, waits for late objects, or cannot get at the storage. `proven`: No failure was found;
// what could not be told is among the findings, as warnings. `notChecked`: Nobody looked; the
// reason says why.
type VerificationOutcome string

const (
	VerificationOutcomePending    VerificationOutcome = "pending"
	VerificationOutcomeProven     VerificationOutcome = "proven"
	VerificationOutcomeFailed     VerificationOutcome = "failed"
	VerificationOutcomeNotChecked VerificationOutcome = "notChecked"
)

// BucketContents: Counts of what lies under an export's prefix.
type BucketContents struct {
	// Everything, `.complete` and `metadata.json` among it.
	Objects   float64 `json:"objects"`
	DataFiles float64 `json:"dataFiles"`
	// Of all objects, packed.
	Bytes       float64 `json:"bytes"`
	Collections float64 `json:"collections"`
	// Level `full` only.
	Documents *float64 `json:"documents,omitempty"`
}

// VerificationFinding: One thing that a check found.
type VerificationFinding struct {
	// Stable: what to match on. docs/proof.md says where they are explained.
	Code     string `json:"code"`
	Severity string `json:"severity"`
	// The key or folder, a replica set, or a field of `.complete`.
	Where string `json:"where"`
	// In words.
	What string `json:"what"`
}

// ManifestReference: Where the manifest of a check is.
type ManifestReference struct {
	// A path of the worker's machine, or an address such as `s3://bucket/prefix/…/manifest.json`.
	Address string `json:"address"`
	// The manifest's own hash, over its canonical form, as it stands in it.
	Sha256 string `json:"sha256"`
	// SHA-256 of the public key whose private key signed it; absent where none is configured.
	KeyID string `json:"keyId,omitempty"`
}

// ExportVerification: What is known from looking into the bucket. Nothing in it is Atlas's word,
// and none of it is part of Atlas's.
type ExportVerification struct {
	Level   VerifyLevel         `json:"level"`
	Outcome VerificationOutcome `json:"outcome"`
	// Why nobody looked, in words.
	Reason string `json:"reason,omitempty"`
	// Checks that came to their end.
	Looks float64 `json:"looks"`
	// When the latest of them did, ISO 8601.
	CheckedAt string `json:"checkedAt,omitempty"`
	// What that one found; while it is `pending`, what a check has found so far.
	Found *BucketContents `json:"found,omitempty"`
	// The first ten, failures before warnings; the manifest has more, and its evidence all.
	Findings []VerificationFinding `json:"findings"`
	// All of them.
	FindingsCount float64            `json:"findingsCount"`
	Manifest      *ManifestReference `json:"manifest,omitempty"`
	// When objects that may only be late are looked for again, ISO 8601.
	NextLookAt string `json:"nextLookAt,omitempty"`
	// Why the bucket cannot be looked into now. It says nothing about the export; it is tried until
	// the deadline.
	Failure *PollFailure `json:"failure,omitempty"`
}

// ExportResult: What the workflow `exportSnapshot` returns.
type ExportResult struct {
	Outcome        string `json:"outcome"`
	GroupID        string `json:"groupId"`
	ClusterName    string `json:"clusterName"`
	SnapshotID     string `json:"snapshotId"`
	ExportBucketID string `json:"exportBucketId"`
	// Known when the bucket was looked up.
	ExportBucketName string `json:"exportBucketName,omitempty"`
	ExportID         string `json:"exportId"`
	// `"Successful"`, from Atlas.
	State      string    `json:"state"`
	Prefix     string    `json:"prefix,omitempty"`
	CreatedAt  string    `json:"createdAt,omitempty"`
	FinishedAt string    `json:"finishedAt,omitempty"`
	Job        ExportJob `json:"job"`
	Origin     JobOrigin `json:"origin"`
	// True when somebody else had started the job.
	Adopted    bool              `json:"adopted"`
	Components []ComponentStatus `json:"components"`
	Attempts   []AttemptReport   `json:"attempts"`
	Polls      float64           `json:"polls"`
	// What the bucket shows. Absent in results of releases that did not look.
	Verification *ExportVerification `json:"verification,omitempty"`
	Notes        []string            `json:"notes"`
}

// ExportPhase: What the workflow is doing. What came of it is a field of its own, the outcome.
// `resolving`: Looking up the newest snapshot or the bucket's id. `creating`: Finding out whether
// the job exists already, and creating it if it does not. `waiting`: Another active export of this
// snapshot has to end first. `tracking`: Following the export job. `retrying`: The last job Failed;
// pausing before the next attempt. `verifying`: The job was Successful; the bucket is looked into.
// `done`: Ended; see the outcome.
type ExportPhase string

const (
	ExportPhaseResolving ExportPhase = "resolving"
	ExportPhaseCreating  ExportPhase = "creating"
	ExportPhaseWaiting   ExportPhase = "waiting"
	ExportPhaseTracking  ExportPhase = "tracking"
	ExportPhaseRetrying  ExportPhase = "retrying"
	ExportPhaseVerifying ExportPhase = "verifying"
	ExportPhaseDone      ExportPhase = "done"
)

// ExportOutcome: What became of a request. `exported`: Atlas says the job was Successful.
// `alreadyExported`: An earlier export of this snapshot to this bucket was Successful; nothing was
// paid for again. `cancelled`: The workflow was cancelled: tracking stopped, the export job at
// Atlas goes on.
type ExportOutcome string

const (
	ExportOutcomeExported        ExportOutcome = "exported"
	ExportOutcomeAlreadyExported ExportOutcome = "alreadyExported"
	ExportOutcomeFailed          ExportOutcome = "failed"
	ExportOutcomeCancelled       ExportOutcome = "cancelled"
)

// ExportStatusFailure: Why it has failed; set with the outcome `failed`. What else is known is in
// the failure's details.
type ExportStatusFailure struct {
	Type    string `json:"type"`
	Message string `json:"message"`
}

// ExportStatus: What the query `status` answers. Everything in it is either from Atlas or about the
// run itself.
type ExportStatus struct {
	Phase ExportPhase `json:"phase"`
	// Absent until the phase is `done`.
	Outcome ExportOutcome `json:"outcome,omitempty"`
	// `"unknown"` where a request that was refused names none; so are the next two.
	GroupID     string `json:"groupId"`
	ClusterName string `json:"clusterName"`
	// The snapshot's id; `"latest"` until that is resolved.
	SnapshotID       string `json:"snapshotId"`
	ExportBucketID   string `json:"exportBucketId,omitempty"`
	ExportBucketName string `json:"exportBucketName,omitempty"`
	// The worker's credentials for Atlas that this run uses; absent for the default ones.
	Credentials string `json:"credentials,omitempty"`
	// The webhook in the worker's settings that this run tells; absent where nobody is told.
	Webhook string `json:"webhook,omitempty"`
	// The job as last seen.
	Job *ExportJob `json:"job,omitempty"`
	// How `job` came to belong to this request; absent while it only stands in the way.
	Origin      JobOrigin         `json:"origin,omitempty"`
	Components  []ComponentStatus `json:"components"`
	Attempts    []AttemptReport   `json:"attempts"`
	AttemptsMax float64           `json:"attemptsMax"`
	// Looks at the job so far; components count their own.
	Polls float64 `json:"polls"`
	// Latest successful look, ISO 8601.
	LastPollAt  string       `json:"lastPollAt,omitempty"`
	NextPollAt  string       `json:"nextPollAt,omitempty"`
	PollFailure *PollFailure `json:"pollFailure,omitempty"`
	// Absent while the job gets on; one that has passed is in the notes.
	Stall *ExportStall `json:"stall,omitempty"`
	// What the bucket shows; absent until the job was Successful.
	Verification *ExportVerification `json:"verification,omitempty"`
	DeadlineAt   string              `json:"deadlineAt"`
	// Why it has failed; set with the outcome `failed`. What else is known is in the failure's
	// details.
	Failure *ExportStatusFailure `json:"failure,omitempty"`
	// What a person should know now, in words.
	Notes []string `json:"notes"`
}

// AtlasAnswer: An error answer of Atlas, or the lack of one, as it crosses from an activity to the
// workflow.
type AtlasAnswer struct {
	// Stable code of this product, such as `ATLAS_NOT_FOUND`.
	Code    string   `json:"code"`
	Message string   `json:"message"`
	Status  *float64 `json:"status,omitempty"`
	// Atlas's own code, an open set.
	ErrorCode string `json:"errorCode,omitempty"`
	// How long Atlas asked to be left alone.
	RetryAfterMs *float64 `json:"retryAfterMs,omitempty"`
	// Whether the request may have taken effect although it failed.
	Effect string `json:"effect"`
}

// InputProblem: One thing wrong with a request.
type InputProblem struct {
	// Where: `polling.minInterval`, `customData[2].key`, or empty for the request as a whole.
	Path string `json:"path"`
	// What is wrong, in words.
	Message string `json:"message"`
}

// ExportFailureDetails: First of the failure's `details`.
type ExportFailureDetails struct {
	// What to do about it, in words.
	NextStep string `json:"nextStep"`
	// The last known job.
	Job      *ExportJob      `json:"job,omitempty"`
	Attempts []AttemptReport `json:"attempts,omitempty"`
	// The identity a job created for this request carries in its custom data.
	ExportRequestID string `json:"exportRequestId,omitempty"`
	// What Atlas answered, where an answer of Atlas is the reason.
	Atlas *AtlasAnswer `json:"atlas,omitempty"`
	// What the bucket shows, where it was looked into.
	Verification *ExportVerification `json:"verification,omitempty"`
	// With `InvalidInput`: everything that is wrong.
	Problems []InputProblem `json:"problems,omitempty"`
}

// ExportFailureType: The ways an export can fail: `type` of the `ApplicationFailure` that ends the
// workflow. This list is what callers match on; a name is never changed or given another meaning.
// `InvalidInput`: The request itself is wrong; the details name every problem.
// `UnknownCredentials`: The worker has no credentials of the name that the request gives; the
// message names those it has. Only before a job exists. `UnknownWebhook`: The worker has no webhook
// of the name that the request gives; the message names those it has. Only before a job exists.
// `AtlasUnauthorized`: Atlas refused the credential, or the credential may not do this (401, 403).
// Only before a job exists. `AtlasNotFound`: The project, cluster, snapshot or bucket does not
// exist at Atlas. `AtlasRejected`: Atlas refused the request for another reason (400, 402, …); its
// own words are in the details. `ExportConflict`: Another export of this snapshot is active and
// `onActiveExport` is `fail`, or Atlas insists on a conflict. `ExportFailed`: Every attempt ended
// Failed at Atlas. `ExportCancelled`: Somebody cancelled the export job at Atlas. `ExportLost`:
// Atlas no longer knows the export job. `VerificationFailed`: Atlas says the job was Successful,
// and the bucket does not show what it should; the details name what. `DeadlineExceeded`: The
// request's deadline passed; the job at Atlas, if there is one, goes on.
type ExportFailureType string

const (
	ExportFailureTypeInvalidInput       ExportFailureType = "InvalidInput"
	ExportFailureTypeUnknownCredentials ExportFailureType = "UnknownCredentials"
	ExportFailureTypeUnknownWebhook     ExportFailureType = "UnknownWebhook"
	ExportFailureTypeAtlasUnauthorized  ExportFailureType = "AtlasUnauthorized"
	ExportFailureTypeAtlasNotFound      ExportFailureType = "AtlasNotFound"
	ExportFailureTypeAtlasRejected      ExportFailureType = "AtlasRejected"
	ExportFailureTypeExportConflict     ExportFailureType = "ExportConflict"
	ExportFailureTypeExportFailed       ExportFailureType = "ExportFailed"
	ExportFailureTypeExportCancelled    ExportFailureType = "ExportCancelled"
	ExportFailureTypeExportLost         ExportFailureType = "ExportLost"
	ExportFailureTypeVerificationFailed ExportFailureType = "VerificationFailed"
	ExportFailureTypeDeadlineExceeded   ExportFailureType = "DeadlineExceeded"
)
