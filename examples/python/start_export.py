"""Starts an export, shows its status once, waits for its end and prints its result.

Usage: python start_export.py REQUEST.json

Temporal is found by TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and the other variables that Temporal's
own command reads; ATLAS_EXPORT_TASK_QUEUE is the worker's task queue.
The result goes to standard output as JSON, all else to standard error.
Exit codes: 0 exported, 1 the export failed, 2 wrong usage.
"""

import asyncio
import json
import os
import sys
from pathlib import Path

from temporalio.client import (
    Client,
    WorkflowFailureError,
    WorkflowHandle,
    WorkflowQueryFailedError,
)
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.envconfig import ClientConfig
from temporalio.exceptions import ApplicationError

from atlas_export import ExportFailureDetails, ExportRequest, ExportResult, ExportStatus


def workflow_id(request: ExportRequest) -> str:
    """The id that every caller makes of this request.

    The same snapshot to the same bucket is the same id, whoever asks and in whatever language, so
    that two who ask for the same export get the same run and Atlas is paid once.
    """
    bucket = request.get("exportBucketId") or request.get("exportBucketName") or "no-bucket"
    return "/".join(
        [
            "snapshot-export",
            request["groupId"],
            request["clusterName"],
            request["snapshotId"],
            bucket,
        ]
    )


async def export(client: Client, request: ExportRequest, task_queue: str) -> ExportResult:
    """Starts the export, or joins the run of the same request, and returns its result."""
    handle = await client.start_workflow(
        "exportSnapshot",
        request,
        id=workflow_id(request),
        task_queue=task_queue,
        # While a run of this id is open, the same request joins it. Once it has ended, the same
        # request starts another: Temporal's default reuse policy. That one finds a successful
        # export of the snapshot in Atlas's list and pays for none.
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        result_type=ExportResult,
    )
    await show_status(handle)
    return await handle.result()


async def show_status(handle: WorkflowHandle) -> None:
    """Shows what is known now, which costs Atlas nothing."""
    try:
        status: ExportStatus = await handle.query("status", result_type=ExportStatus)
    except WorkflowQueryFailedError:
        # A request that is refused at once has no status; its failure says why.
        return
    job = status.get("job")
    state = f", job {job['exportId']} is {job['state']}" if job else ""
    print(f"{handle.id}: {status['phase']}{state}", file=sys.stderr)


def explain(error: ApplicationError) -> None:
    """Shows a failed export: its type is what programs match on, its details say what to do."""
    print(f"{error.type}: {error.message}", file=sys.stderr)
    if error.details:
        details: ExportFailureDetails = error.details[0]
        print(f"Next: {details['nextStep']}", file=sys.stderr)


async def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    request: ExportRequest = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    task_queue = os.environ.get("ATLAS_EXPORT_TASK_QUEUE", "atlas-export")
    config = ClientConfig.load_client_connect_config()
    config.setdefault("target_host", "localhost:7233")
    client = await Client.connect(**config)
    try:
        result = await export(client, request, task_queue)
    except WorkflowFailureError as error:
        if not isinstance(error.cause, ApplicationError):
            # Somebody cancelled or terminated the run; the job at Atlas goes on.
            print(f"The run ended without a result: {error.cause}", file=sys.stderr)
            return 1
        explain(error.cause)
        return 1
    print(json.dumps(result, indent=2))
    return 0


if __name__ == "__main__":
    code = asyncio.run(main())
    # Not sys.exit: a thread of temporalio may still run while the interpreter shuts down, which then
    # aborts ("PyGILState_Release") now and then, with the result printed and the exit code lost.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
