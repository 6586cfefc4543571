#!/usr/bin/env bash
# Starts an export, shows its status once, waits for its end and prints its result. Needs temporal and jq.
#
# Usage: start-export.sh REQUEST.json
#
# Temporal is found by TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and the other variables that `temporal`
# reads; ATLAS_EXPORT_TASK_QUEUE is the worker's task queue.
# The result goes to standard output as JSON, all else to standard error.
# Exit codes: 0 exported, 1 the export failed, 2 wrong usage.
set -euo pipefail

if [ $# -ne 1 ]; then
  echo 'Usage: start-export.sh REQUEST.json' >&2
  exit 2
fi
request=$(jq --compact-output . "$1")

# The id that every caller makes of this request. The same snapshot to the same bucket is the same id,
# whoever asks and in whatever language, so that two who ask for the same export get the same run and
# Atlas is paid once.
workflow_id=$(jq --raw-output '
  ["snapshot-export", .groupId, .clusterName, .snapshotId, .exportBucketId // .exportBucketName // "no-bucket"]
  | join("/")' <<<"$request")

# While a run of this id is open, the same request joins it. Once it has ended, the same request starts
# another: AllowDuplicate is Temporal's default. That one finds a successful export of the snapshot in
# Atlas's list and pays for none.
run_id=$(temporal workflow start \
  --type exportSnapshot \
  --task-queue "${ATLAS_EXPORT_TASK_QUEUE:-atlas-export}" \
  --workflow-id "$workflow_id" \
  --id-conflict-policy UseExisting \
  --id-reuse-policy AllowDuplicate \
  --input "$request" \
  --output json | jq --raw-output .runId)

# Payloads as they are: in its own short form, `temporal` shows an empty list as null.
run=(--workflow-id "$workflow_id" --run-id "$run_id" --output json --no-json-shorthand-payloads)
document='def document: .payloads[0].data | @base64d | fromjson;'

# A request that is refused at once has no status; its failure says why.
if answer=$(temporal workflow query --type status "${run[@]}" 2>/dev/null); then
  jq --raw-output --arg id "$workflow_id" "$document"'
    .queryResult | document
    | "\($id): \(.phase)" + (if .job then ", job \(.job.exportId) is \(.job.state)" else "" end)' <<<"$answer" >&2
fi

# Ends with 1 when the export failed, and says how by its last event.
if ending=$(temporal workflow result "${run[@]}"); then
  jq "$document .closeEvent.workflowExecutionCompletedEventAttributes.result | document" <<<"$ending"
  exit 0
fi

# The failure's type is what programs match on, its details say what to do. Without a failure the run was
# cancelled or terminated, or `temporal` has said why it could not ask.
jq --raw-output "$document"'
  .status as $status | .closeEvent.workflowExecutionFailedEventAttributes.failure
  | if . == null then "There is no result: \($status // "unknown")"
    else "\(.applicationFailureInfo.type): \(.message)\nNext: \(.applicationFailureInfo.details | document | .nextStep)"
    end' <<<"${ending:-"{}"}" >&2
exit 1
