package e2e_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
)

const queue = "stigmer"

// clientPatience bounds a whole workflow as its client sees it.
const clientPatience = 30 * time.Second

// reconnect is soon: by itself an SDK waits up to ten seconds between two attempts to reach a server that was
// away, and gives a call up after as many.
var reconnect = grpc.ConnectParams{
	Backoff:           backoff.Config{BaseDelay: 100 * time.Millisecond, Multiplier: 1, MaxDelay: 100 * time.Millisecond},
	MinConnectTimeout: clientPatience,
}

// Greet is a workflow with one activity, which is not tried a second time.
func Greet(ctx workflow.Context, name string) (string, error) {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: clientPatience,
		RetryPolicy:         &temporal.RetryPolicy{MaximumAttempts: 1},
	})
	var greeting string
	err := workflow.ExecuteActivity(ctx, Salute, name).Get(ctx, &greeting)
	return greeting, err
}

// Salute is Greet's activity.
func Salute(_ context.Context, name string) (string, error) { return "hello " + name, nil }

// Wait is a workflow that waits for a signal and for a timer, and returns what the signal said.
func Wait(ctx workflow.Context) (string, error) {
	timer := workflow.NewTimer(ctx, time.Second)
	var said string
	workflow.GetSignalChannel(ctx, "go on").Receive(ctx, &said)
	return said, timer.Get(ctx, nil)
}

// sdkClient is a client of Temporal with a worker in the same process.
type sdkClient struct {
	client.Client
	t      *testing.T
	failed *failedCalls
}

// failedCalls keeps every single call that the server did not answer with
// success: the SDK would otherwise try again in silence.
type failedCalls struct {
	sync.Mutex
	list []string
}

func (f *failedCalls) watch(ctx context.Context, method string, req, reply any, conn *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
	err := invoke(ctx, method, req, reply, conn, opts...)
	if err != nil && !errors.Is(ctx.Err(), context.Canceled) { // a worker that stops cancels its polls
		f.Lock()
		defer f.Unlock()
		f.list = append(f.list, fmt.Sprintf("%s: %v", method[strings.LastIndexByte(method, '/')+1:], err))
	}
	return err
}

// connect makes a client with a worker. The worker and the connection end with
// the returned function, or with the test.
func (h *place) connect(namespace string) (*sdkClient, func()) {
	h.t.Helper()
	failed := &failedCalls{}
	ctx, cancel := context.WithTimeout(context.Background(), clientPatience)
	defer cancel()
	c, err := client.DialContext(ctx, client.Options{
		HostPort: h.address, Namespace: namespace, Logger: log.NewStructuredLogger(slog.New(slog.DiscardHandler)),
		ConnectionOptions: client.ConnectionOptions{
			DialOptions: []grpc.DialOption{grpc.WithNoProxy(), grpc.WithChainUnaryInterceptor(failed.watch), grpc.WithConnectParams(reconnect)},
		},
	})
	if err != nil {
		h.t.Fatalf("dial, namespace %s: %v, calls: %q", namespace, err, failed.list)
	}
	w := worker.New(c, queue, worker.Options{})
	w.RegisterWorkflow(Greet)
	w.RegisterWorkflow(Wait)
	w.RegisterWorkflow(Call)
	w.RegisterActivity(Salute)
	if err := w.Start(); err != nil {
		h.t.Fatalf("worker, namespace %s: %v, calls: %q", namespace, err, failed.list)
	}
	end := sync.OnceFunc(func() { w.Stop(); c.Close() })
	h.t.Cleanup(end)
	return &sdkClient{Client: c, t: h.t, failed: failed}, end
}

// start begins a workflow.
func (c *sdkClient) start(ctx context.Context, run any, args ...any) client.WorkflowRun {
	c.t.Helper()
	started, err := c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{TaskQueue: queue}, run, args...)
	if err != nil {
		c.t.Fatalf("execute: %v, calls: %q", err, c.calls())
	}
	return started
}

// greets runs Greet to its end.
func (c *sdkClient) greets(name string) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), clientPatience)
	defer cancel()
	c.ends(ctx, c.start(ctx, Greet, name), "hello "+name)
}

// goesOn gives Wait the signal that it waits for, and sees it end.
func (c *sdkClient) goesOn(ctx context.Context, run client.WorkflowRun, said string) {
	c.t.Helper()
	c.signal(ctx, run, "go on", said)
	c.ends(ctx, run, said)
}

// signal tries for as long as a server that has just started may take: a call of the SDK gives up before.
func (c *sdkClient) signal(ctx context.Context, run client.WorkflowRun, name, said string) {
	c.t.Helper()
	var err error
	if !poll(awaitDefault, func() bool { err = c.SignalWorkflow(ctx, run.GetID(), run.GetRunID(), name, said); return err == nil }) {
		c.t.Fatalf("signal %s: %v, calls: %q", said, err, c.calls())
	}
}

// greetsAtLast runs Greet until one ends, in a Temporal that was without its database for a while: its shards come back a
// little later, and a task that it was just handing out may be lost until it times out.
func (c *sdkClient) greetsAtLast(name string) {
	c.t.Helper()
	const within = 10 * time.Second
	greet := func() error {
		ctx, cancel := context.WithTimeout(context.Background(), within)
		defer cancel()
		started, err := c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{TaskQueue: queue}, Greet, name)
		if err != nil {
			return err
		}
		var have string
		if err := started.Get(ctx, &have); err != nil {
			return err
		}
		if want := "hello " + name; have != want {
			return fmt.Errorf("it returned %q, not %q", have, want)
		}
		return nil
	}
	var err error
	if !poll(2*awaitDefault, func() bool { err = greet(); return err == nil }) {
		c.t.Fatalf("no workflow ends: %v, calls: %q", err, c.calls())
	}
}

// ends waits for a workflow's result.
func (c *sdkClient) ends(ctx context.Context, run client.WorkflowRun, want string) {
	c.t.Helper()
	var have string
	if err := run.Get(ctx, &have); err != nil || have != want {
		c.t.Fatalf("the workflow returned %q, %v, calls: %q", have, err, c.calls())
	}
}

// flawless checks that no single call has failed so far.
func (c *sdkClient) flawless() {
	c.t.Helper()
	if calls := c.calls(); len(calls) > 0 {
		c.t.Errorf("failed calls: %q", calls)
	}
}

func (c *sdkClient) calls() []string {
	c.failed.Lock()
	defer c.failed.Unlock()
	return append([]string(nil), c.failed.list...)
}
