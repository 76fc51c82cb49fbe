package e2e_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ncruces/go-sqlite3"
	"github.com/nexus-rpc/sdk-go/nexus"
	"go.temporal.io/api/enums/v1"
	nexuspb "go.temporal.io/api/nexus/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/temporalnexus"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/stigmer/local/probes/sqlite"
)

// sdkDynamicConfig is what the Go SDK's own integration tests give start-dev (internal/cmd/build/main.go of
// go.temporal.io/sdk, and testsuite/devserver.go), but for the port 7243. Temporal ignores the keys that its
// version does not know.
const sdkDynamicConfig = `frontend.enableServerVersionCheck=false
frontend.enableExecuteMultiOperation=true
frontend.enableUpdateWorkflowExecution=true
frontend.enableUpdateWorkflowExecutionAsyncAccepted=true
frontend.workerVersioningRuleAPIs=true
frontend.workerVersioningDataAPIs=true
frontend.workerVersioningWorkflowAPIs=true
system.enableActivityEagerExecution=true
system.enableEagerWorkflowStart=true
system.forceSearchAttributesCacheRefreshOnRead=true
worker.buildIdScavengerEnabled=true
worker.removableBuildIdDurationSinceDefault=1
system.enableDeployments=true
system.enableDeploymentVersions=true
matching.wv.VersionDrainageStatusVisibilityGracePeriod=10
matching.wv.VersionDrainageStatusRefreshInterval=1
matching.useNewMatcher=true
frontend.activityAPIsEnabled=true
frontend.enableCancelWorkerPollsOnShutdown=true
callback.allowedAddresses=[{"Pattern":"*","AllowInsecure":true}]
system.refreshNexusEndpointsMinWait="0s"
component.nexusoperations.recordCancelRequestCompletionEvents=true
history.enableRequestIdRefLinks=true
component.nexusoperations.useSystemCallbackURL=false
component.nexusoperations.callback.endpoint.template="http://localhost:7243/namespaces/{{.NamespaceName}}/nexus/callback"
nexusoperation.enableStandalone=true
history.enableCHASMCallbacks=true
frontend.ListWorkersEnabled=true
activity.startDelayEnabled=true
history.enableUpdateCallbacks=true
activity.enableCallbacks=true`

// allowedAddresses is callback.allowedAddresses as servers before 1.32 call it.
const allowedAddresses = `component.callbacks.allowedAddresses=[{"Pattern":"*","AllowInsecure":true}]`

const sdkNamespace = "integration-test-namespace"

// sdkFlags are the arguments of start-dev under which these tests run, on a home's own ports.
func (p *place) sdkFlags(httpPort, db string) []string {
	flags := []string{
		"--ip", "127.0.0.1", "--port", p.port, "--namespace", sdkNamespace, "--temporal-log-level", "warn", "--headless", "--db-filename", db,
		"--search-attribute", "CustomKeywordField=Keyword", "--search-attribute", "CustomStringField=Text",
		"--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", "synchronous=OFF", "--http-port", httpPort,
	}
	for line := range strings.SplitSeq(sdkDynamicConfig+"\n"+allowedAddresses, "\n") {
		flags = append(flags, "--dynamic-config-value", strings.ReplaceAll(line, "7243", httpPort))
	}
	return flags
}

const sdkQueue = "sdk"

// Collect is a workflow that joins what updates bring, until a signal ends it.
func Collect(ctx workflow.Context) (all string, err error) {
	err = workflow.SetUpdateHandler(ctx, "add", func(_ workflow.Context, text string) (string, error) {
		all += text
		return all, nil
	})
	if err == nil {
		workflow.GetSignalChannel(ctx, "go on").Receive(ctx, nil)
	}
	return all, err
}

// Answer is the workflow behind the Nexus operation that Call waits for.
func Answer(ctx workflow.Context, _ nexus.NoValue) (string, error) { return Wait(ctx) }

const answerID = "answer"

// serveSDK runs a worker for Collect, and for the service that Call calls.
func (c *sdkClient) serveSDK() {
	c.t.Helper()
	w := worker.New(c.Client, sdkQueue, worker.Options{})
	w.RegisterWorkflow(Collect)
	w.RegisterWorkflow(Answer)
	service := nexus.NewService("service")
	check(c.t, service.Register(temporalnexus.NewWorkflowRunOperation("operation", Answer, func(context.Context, nexus.NoValue, nexus.StartOperationOptions) (client.StartWorkflowOptions, error) {
		return client.StartWorkflowOptions{ID: answerID}, nil
	})))
	w.RegisterNexusService(service)
	check(c.t, w.Start())
	c.t.Cleanup(w.Stop)
}

// adds sends an update to Collect.
func (c *sdkClient) adds(ctx context.Context, run client.WorkflowRun, text, want string) {
	c.t.Helper()
	update, err := c.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		WorkflowID: run.GetID(), RunID: run.GetRunID(), UpdateName: "add", Args: []any{text}, WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	check(c.t, err)
	var have string
	if err := update.Get(ctx, &have); err != nil || have != want {
		c.t.Fatalf("the update returned %q, %v", have, err)
	}
}

// TestRealSDKSettings: the settings of the Go SDK's own integration tests start, and each kind of them holds: a
// search attribute is found, an update works, a Nexus operation's result comes back to the HTTP port although
// Temporal was killed, and the database is in WAL mode and whole although everything was killed.
func TestRealSDKSettings(t *testing.T) { onEachTemporal(t, sdkSettings) }

func sdkSettings(t *testing.T, p *place) {
	httpPort, err := freePort()
	check(t, err)
	db := filepath.Join(p.dir, "temporal.sqlite")
	start := append([]string{"start"}, p.sdkFlags(httpPort, db)...)
	p.local(start...)
	c, _ := p.connect(sdkNamespace)
	c.serveSDK()
	ctx, cancel := context.WithTimeout(context.Background(), 4*clientPatience)
	defer cancel()

	collect, err := c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{TaskQueue: sdkQueue, TypedSearchAttributes: temporal.NewSearchAttributes(
		temporal.NewSearchAttributeKeyKeyword("CustomKeywordField").ValueSet("a-keyword"),
		temporal.NewSearchAttributeKeyString("CustomStringField").ValueSet("some words of text"),
	)}, Collect)
	check(t, err)
	p.lists(ctx, c, `CustomKeywordField = "a-keyword" AND CustomStringField = "words"`, collect.GetID())
	c.adds(ctx, collect, "a", "a")

	_, err = c.OperatorService().CreateNexusEndpoint(ctx, &operatorservice.CreateNexusEndpointRequest{Spec: &nexuspb.EndpointSpec{
		Name:   queue,
		Target: &nexuspb.EndpointTarget{Variant: &nexuspb.EndpointTarget_Worker_{Worker: &nexuspb.EndpointTarget_Worker{Namespace: sdkNamespace, TaskQueue: sdkQueue}}},
	}})
	check(t, err)
	call := c.start(ctx, Call)
	c.awaitEvent(ctx, call, enums.EVENT_TYPE_NEXUS_OPERATION_STARTED)
	if have, want := c.callback(ctx, answerID), "http://localhost:"+httpPort+"/namespaces/"+sdkNamespace+"/nexus/callback"; have != want {
		t.Errorf("the operation's result goes to %s, not %s", have, want)
	}
	p.crash()
	c.adds(ctx, collect, "b", "ab")
	check(t, c.SignalWorkflow(ctx, answerID, "", "go on", "by a callback"))
	c.ends(ctx, call, "by a callback")

	if log, err := os.Stat(db + "-wal"); err != nil || log.Size() == 0 {
		t.Fatalf("nothing is in the write-ahead log (%v), so the next kill proves nothing", err)
	}
	p.abandoned()
	p.local(start...)
	c.adds(ctx, collect, "c", "abc")
	check(t, c.SignalWorkflow(ctx, collect.GetID(), collect.GetRunID(), "go on", nil))
	c.ends(ctx, collect, "abc")
	p.lists(ctx, c, `CustomKeywordField = "a-keyword" AND ExecutionStatus = "Completed"`, collect.GetID())
	p.exits(0, []string{"state"}, "Healthy")
	if mode := journalMode(t, db); mode != "wal" {
		t.Errorf("the journal mode is %s", mode)
	}
	p.stop()
}

// callback is the URL to which Temporal sends a workflow's result.
func (c *sdkClient) callback(ctx context.Context, id string) (url string) {
	c.t.Helper()
	poll(awaitDefault, func() bool {
		described, err := c.DescribeWorkflowExecution(ctx, id, "")
		for _, callback := range described.GetCallbacks() {
			url = callback.GetCallback().GetNexus().GetUrl()
		}
		return err == nil && url != ""
	})
	return url
}

// journalMode reads SQLite's journal mode from a database's file.
func journalMode(t *testing.T, db string) (mode string) {
	t.Helper()
	check(t, sqlite.Read(context.Background(), db, func(conn *sqlite3.Conn) error {
		return sqlite.Each(conn, "PRAGMA journal_mode", func(row *sqlite3.Stmt) { mode = row.ColumnText(0) })
	}))
	return mode
}
