// Starts an export, shows its status once, waits for its end and prints its result.
//
// Usage: start-export REQUEST.json
//
// Temporal is found by TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and the other variables that Temporal's
// own command reads; ATLAS_EXPORT_TASK_QUEUE is the worker's task queue.
// The result goes to standard output as JSON, all else to standard error.
// Exit codes: 0 exported, 1 the export failed, 2 wrong usage.
package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"
	sdklog "go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "Usage: start-export REQUEST.json")
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1], os.Stdout, os.Stderr); err != nil {
		explain(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, requestFile string, stdout, stderr io.Writer) error {
	request, err := readRequest(requestFile)
	if err != nil {
		return err
	}
	options, err := envconfig.LoadDefaultClientOptions()
	if err != nil {
		return err
	}
	options.Logger = sdklog.NewStructuredLogger(slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: slog.LevelWarn})))
	temporalClient, err := client.DialContext(ctx, options)
	if err != nil {
		return err
	}
	defer temporalClient.Close()
	result, err := export(ctx, temporalClient, request, stderr)
	if err != nil {
		return err
	}
	encoder := json.NewEncoder(stdout)
	encoder.SetIndent("", "  ")
	return encoder.Encode(result)
}

// readRequest refuses a field that ExportRequest does not have: dropping it without a word could
// mean an export that nobody asked for.
func readRequest(path string) (ExportRequest, error) {
	var request ExportRequest
	text, err := os.ReadFile(path)
	if err != nil {
		return request, err
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	return request, decoder.Decode(&request)
}

// workflowID is the id that every caller makes of this request. The same snapshot to the same bucket
// is the same id, whoever asks and in whatever language, so that two who ask for the same export get
// the same run and Atlas is paid once.
func workflowID(request ExportRequest) string {
	bucket := cmp.Or(request.ExportBucketID, request.ExportBucketName, "no-bucket")
	return strings.Join([]string{"snapshot-export", request.GroupID, request.ClusterName, request.SnapshotID, bucket}, "/")
}

// export starts the export, or joins the run of the same request, and returns its result.
func export(ctx context.Context, temporalClient client.Client, request ExportRequest, stderr io.Writer) (ExportResult, error) {
	var result ExportResult
	run, err := temporalClient.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID:        workflowID(request),
		TaskQueue: cmp.Or(os.Getenv("ATLAS_EXPORT_TASK_QUEUE"), "atlas-export"),
		// While a run of this id is open, the same request joins it. Once it has ended, the same request
		// starts another: Temporal's default reuse policy. That one finds a successful export of the
		// snapshot in Atlas's list and pays for none.
		WorkflowIDConflictPolicy: enums.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
	}, "exportSnapshot", request)
	if err != nil {
		return result, err
	}
	if err := showStatus(ctx, temporalClient, run, stderr); err != nil {
		return result, err
	}
	return result, run.Get(ctx, &result)
}

// showStatus shows what is known now, which costs Atlas nothing.
func showStatus(ctx context.Context, temporalClient client.Client, run client.WorkflowRun, stderr io.Writer) error {
	answer, err := temporalClient.QueryWorkflow(ctx, run.GetID(), run.GetRunID(), "status")
	var refused *serviceerror.QueryFailed
	if errors.As(err, &refused) {
		// A request that is refused at once has no status; its failure says why.
		return nil
	}
	if err != nil {
		return err
	}
	var status ExportStatus
	if err := answer.Get(&status); err != nil {
		return err
	}
	state := ""
	if status.Job != nil {
		state = fmt.Sprintf(", job %s is %s", status.Job.ExportID, status.Job.State)
	}
	fmt.Fprintf(stderr, "%s: %s%s\n", run.GetID(), status.Phase, state)
	return nil
}

// explain shows a failed export: its type is what programs match on, its details say what to do.
// Any other error, such as a run that somebody cancelled, speaks for itself.
func explain(stderr io.Writer, err error) {
	var failure *temporal.ApplicationError
	if !errors.As(err, &failure) {
		fmt.Fprintln(stderr, err)
		return
	}
	fmt.Fprintf(stderr, "%s: %s\n", failure.Type(), failure.Message())
	var details ExportFailureDetails
	if failure.HasDetails() && failure.Details(&details) == nil {
		fmt.Fprintf(stderr, "Next: %s\n", details.NextStep)
	}
}
