package e2e_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stigmer/local/probes/proc"
	"golang.org/x/sys/unix"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
)

// cmdExits runs a program that must exit with a status: "exits CODE PROGRAM...",
// where any as CODE is any status.
func cmdExits(ts *testscript.TestScript, neg bool, args []string) {
	requireUsage(ts, neg, len(args) > 1, "exits CODE PROGRAM [ARGS...]")
	err := ts.Exec(args[1], args[2:]...)
	have := 0
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		have = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if args[0] != "any" && args[0] != strconv.Itoa(have) {
		ts.Fatalf("exit status %d, not %s", have, args[0])
	}
}

// cmdSignal sends a signal by PID: "signal KILL $PID...".
func cmdSignal(ts *testscript.TestScript, neg bool, args []string) {
	requireUsage(ts, neg, len(args) > 1, "signal NAME PID...")
	sig := unix.SignalNum("SIG" + args[0])
	if sig == 0 {
		ts.Fatalf("unknown signal %q", args[0])
	}
	for _, pid := range pids(ts, args[1:]) {
		ts.Check(syscall.Kill(pid, sig))
		if sig == syscall.SIGSTOP && !poll(awaitDefault, func() bool { return proc.Suspended(pid) }) {
			ts.Fatalf("process %d is not stopped", pid) // its threads stop one by one
		}
	}
}

// cmdAlive checks processes: "[!] alive PID...". A zombie is not alive.
func cmdAlive(ts *testscript.TestScript, neg bool, args []string) {
	requireUsage(ts, false, len(args) > 0, "[!] alive PID...")
	for _, pid := range pids(ts, args) {
		if runs(pid) == neg {
			ts.Fatalf("process %d: alive is %t", pid, neg)
		}
	}
}

// cmdAwaitDead waits for the end of a process: "await-dead PID... [TIMEOUT]".
func cmdAwaitDead(ts *testscript.TestScript, neg bool, args []string) {
	rest, timeout := cutTimeout(args, awaitDefault)
	requireUsage(ts, neg, len(rest) > 0, "await-dead PID... [TIMEOUT]")
	for _, pid := range pids(ts, rest) {
		if !poll(timeout, func() bool { return !runs(pid) }) {
			ts.Fatalf("process %d still runs after %s", pid, timeout)
		}
	}
}

// cmdListen holds an address in the test's own process, $HARNESS_PID, until
// unlisten or the script's end: "listen IP:PORT".
func cmdListen(ts *testscript.TestScript, neg bool, args []string) {
	requireUsage(ts, neg, len(args) == 1, "listen IP:PORT")
	var l net.Listener
	var err error
	// A killed process is seen dead a moment before its last thread gives its ports back.
	poll(awaitDefault, func() bool { l, err = net.Listen("tcp", args[0]); return !errors.Is(err, syscall.EADDRINUSE) })
	ts.Check(err)
	scriptOf(ts).listeners[args[0]] = l
}

// cmdUnlisten ends what listen began: "unlisten IP:PORT".
func cmdUnlisten(ts *testscript.TestScript, neg bool, args []string) {
	requireUsage(ts, neg, len(args) == 1, "unlisten IP:PORT")
	l, ok := scriptOf(ts).listeners[args[0]]
	if !ok {
		ts.Fatalf("not listening on %s", args[0])
	}
	delete(scriptOf(ts).listeners, args[0])
	ts.Check(l.Close())
}

// cmdServing asks gRPC health once, as a client of Temporal would:
// "[!] serving IP:PORT".
func cmdServing(ts *testscript.TestScript, neg bool, args []string) {
	requireUsage(ts, false, len(args) == 1, "[!] serving IP:PORT")
	answer, err := askHealth(args[0])
	if serves := err == nil && answer == healthpb.HealthCheckResponse_SERVING; serves == neg {
		ts.Fatalf("%s: health %s, %v", args[0], answer, err)
	}
}

// cmdAwaitServing waits for what serving checks: "await-serving IP:PORT [TIMEOUT]".
func cmdAwaitServing(ts *testscript.TestScript, neg bool, args []string) {
	rest, timeout := cutTimeout(args, awaitDefault)
	requireUsage(ts, neg, len(rest) == 1, "await-serving IP:PORT [TIMEOUT]")
	if !poll(timeout, func() bool { return serves(rest[0]) }) {
		ts.Fatalf("%s does not serve after %s", rest[0], timeout)
	}
}

// hasIPv6 reports whether this machine has the address [::1].
func hasIPv6() bool {
	l, err := net.Listen("tcp", "[::1]:0")
	return err == nil && l.Close() == nil
}

// serves reports whether health says so.
func serves(address string) bool {
	answer, err := askHealth(address)
	return err == nil && answer == healthpb.HealthCheckResponse_SERVING
}

// cmdGet asks for a page, and writes it to a file: "get URL FILE". "! get URL" is for one that is not there, or elsewhere.
func cmdGet(ts *testscript.TestScript, neg bool, args []string) {
	requireUsage(ts, false, len(args) == 1 && neg || len(args) == 2 && !neg, "get URL FILE, or ! get URL")
	there := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := there.Get(args[0])
	if err != nil {
		if !neg {
			ts.Fatalf("%v", err)
		}
		return
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	ts.Check(err)
	if found := answer.StatusCode == http.StatusOK; found == neg {
		ts.Fatalf("%s is answered with %s:\n%s", args[0], answer.Status, text)
	}
	if !neg {
		ts.Check(os.WriteFile(ts.MkAbs(args[1]), text, 0o600))
	}
}

// workflowService is the service of Temporal's whose health is asked for.
const workflowService = "temporal.api.workflowservice.v1.WorkflowService"

func askHealth(address string) (healthpb.HealthCheckResponse_ServingStatus, error) {
	return askHealthWithin(address, 15*time.Second)
}

func askHealthWithin(address string, patience time.Duration) (healthpb.HealthCheckResponse_ServingStatus, error) {
	conn, err := grpc.NewClient("passthrough:///"+address, grpc.WithNoProxy(),
		grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	answer, err := healthpb.NewHealthClient(conn).Check(ctx, &healthpb.HealthCheckRequest{Service: workflowService})
	return answer.GetStatus(), err
}

// pids reads PIDs, of which none may reach beyond a process of the script's.
func pids(ts *testscript.TestScript, args []string) []int {
	var list []int
	for _, arg := range args {
		pid, err := strconv.Atoi(strings.TrimSpace(arg))
		if err != nil || pid <= 1 || pid == os.Getpid() {
			ts.Fatalf("no PID of a script's process: %q", arg)
		}
		list = append(list, pid)
	}
	return list
}
