package e2e_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"go.temporal.io/api/enums/v1"
	nexuspb "go.temporal.io/api/nexus/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/workflow"
)

// Call is a workflow that returns the result of an operation behind the Nexus endpoint queue.
func Call(ctx workflow.Context) (result string, err error) {
	operation := workflow.NewNexusClient(queue, "service").ExecuteOperation(ctx, "operation", nil, workflow.NexusOperationOptions{})
	err = operation.Get(ctx, &result)
	return result, err
}

// nexusHandler is a program outside Temporal that begins an operation, and completes it later: by a
// request to the URL that Temporal has given it, which Temporal answers at its HTTP port.
type nexusHandler struct {
	*httptest.Server
	callbacks chan *http.Request
}

// newNexusHandler serves as github.com/nexus-rpc/api has it (SPEC.md, Start Operation).
func newNexusHandler(t *testing.T) *nexusHandler {
	n := &nexusHandler{callbacks: make(chan *http.Request, 1)}
	n.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, start *http.Request) {
		callback, err := http.NewRequest(http.MethodPost, start.URL.Query().Get("callback"), nil)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		for name, values := range start.Header {
			if own, ok := strings.CutPrefix(name, "Nexus-Callback-"); ok {
				callback.Header[own] = values
			}
		}
		select { // a start that is repeated has the same callback
		case n.callbacks <- callback:
		default:
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusCreated)
		fmt.Fprint(w, `{"token": "one", "state": "running"}`)
	}))
	t.Cleanup(n.Close)
	return n
}

// complete calls back with a result.
func (n *nexusHandler) complete(t *testing.T, callback *http.Request, result string) {
	t.Helper()
	callback.Header.Set("Content-Type", "application/json")
	callback.Header.Set("Nexus-Operation-State", "succeeded")
	callback.Header.Set("Nexus-Operation-Token", "one")
	callback.Body = io.NopCloser(strings.NewReader(fmt.Sprintf("%q", result)))
	answer, err := http.DefaultClient.Do(callback)
	check(t, err)
	defer answer.Body.Close()
	if text, err := io.ReadAll(answer.Body); err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("the callback to %s is answered with %s: %s", callback.URL, answer.Status, text)
	}
}

// awaitEvent waits for an event in the history of a run.
func (c *sdkClient) awaitEvent(ctx context.Context, run client.WorkflowRun, kind enums.EventType) {
	c.t.Helper()
	for history := c.GetWorkflowHistory(ctx, run.GetID(), run.GetRunID(), true, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT); history.HasNext(); {
		event, err := history.Next()
		check(c.t, err)
		if event.GetEventType() == kind {
			return
		}
	}
	c.t.Fatalf("%s ended without %s", run.GetID(), kind)
}

// TestRealNexusCallback: a workflow that waits for the result of a Nexus operation gets it, although
// Temporal was killed, restarted, stopped and started before the operation ends. A worker's operation
// would prove nothing: Temporal sends itself a callback by another way than the URL. It is an older Temporal's: 1.8.2 begins
// an operation of another program only after minutes.
func TestRealNexusCallback(t *testing.T) {
	t.Parallel()
	old := os.Getenv(oldTemporalVariable)
	if old == "" {
		t.Skip(oldTemporalVariable + " names no Temporal; make test does")
	}
	h, n := newPlace(t, old), newNexusHandler(t)
	h.local("start")
	c, _ := h.connect("default")
	ctx, cancel := context.WithTimeout(context.Background(), 4*clientPatience)
	defer cancel()
	_, err := c.OperatorService().CreateNexusEndpoint(ctx, &operatorservice.CreateNexusEndpointRequest{Spec: &nexuspb.EndpointSpec{
		Name:   queue,
		Target: &nexuspb.EndpointTarget{Variant: &nexuspb.EndpointTarget_External_{External: &nexuspb.EndpointTarget_External{Url: n.URL}}},
	}})
	check(t, err)
	run := c.start(ctx, Call)
	c.awaitEvent(ctx, run, enums.EVENT_TYPE_NEXUS_OPERATION_STARTED)
	h.crash()
	h.local("restart")
	h.stop()
	h.local("start")
	n.complete(t, <-n.callbacks, "by a callback")
	c.ends(ctx, run, "by a callback")
	h.stop()
}
