package temporal

import (
	"bytes"
	"context"
	"errors"
)

// Health and DescribeNamespace are answered by the frontend, from the database. A workflow
// needs history and matching as well, which the frontend dials: where they cannot be
// reached, health is SERVING, every namespace answers, and no workflow starts.
const (
	describeWorkflow  = "/" + workflowService + "/DescribeWorkflowExecution"
	describeTaskQueue = "/" + workflowService + "/DescribeTaskQueue"
)

// The probes ask for what is the server's own. Describing a task queue creates it where there
// is none: rows in the database, and partitions in memory for some minutes. The server's own
// worker polls systemQueue from its start on (temporal/common/primitives/task_queues.go).
const (
	systemQueue = "default-worker-tq"
	// noWorkflow is the identifier of a workflow that does not exist.
	noWorkflow = "stigmer-local-probe"
)

// WorkflowServices are what a workflow needs besides the frontend, as Answer.Services names
// them.
var WorkflowServices = []string{"history", "matching"}

// systemNamespace is the namespace that Temporal makes for itself.
const systemNamespace = "temporal-system"

// askService asks history for a workflow that does not exist, or matching for a task queue.
// It returns nil or why the service does not answer.
func askService(ctx context.Context, l *Line, service string) error {
	var err error
	if service == "history" {
		_, err = l.Call(ctx, describeWorkflow, workflowRequest(systemNamespace, noWorkflow))
	} else {
		_, err = l.Call(ctx, describeTaskQueue, queueRequest(systemNamespace, systemQueue))
	}
	if service == "history" && crossed(err) {
		return nil
	}
	return err
}

// aboutServices is one sentence about the services that do not answer, empty if both do.
func aboutServices(answers map[string]error) string {
	const none = "no workflow can start: "
	history, matching := answers["history"], answers["matching"]
	switch {
	case history == nil && matching == nil:
		return ""
	case matching == nil:
		return none + "history does not answer: " + history.Error()
	case history == nil:
		return none + "matching does not answer: " + matching.Error()
	}
	return none + "history and matching do not answer: " + history.Error()
}

// crossed reports whether an error about a workflow came from history. "No such workflow"
// does; "no such namespace" comes from the frontend.
func crossed(err error) bool {
	failed, ok := errors.AsType[*statusError](err)
	return ok && failed.code == codeNotFound && !bytes.Contains(failed.details, []byte(".NamespaceNotFoundFailure"))
}
