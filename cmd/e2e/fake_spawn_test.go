package e2e_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// spawnedFake is a fake Temporal that a test started itself.
type spawnedFake struct {
	*exec.Cmd
	t                     *testing.T
	address, ui, dir, out string
}

// spawnFake starts the command "temporal" on free ports, with a database and
// with a lock as descriptor 3, as the product does.
func spawnFake(t *testing.T, dir string, env []string, args ...string) *spawnedFake {
	t.Helper()
	port, err := freePort()
	check(t, err)
	ui, err := freePort()
	check(t, err)
	f := &spawnedFake{t: t, address: "127.0.0.1:" + port, ui: "127.0.0.1:" + ui, dir: dir, out: filepath.Join(dir, "out")}
	base := []string{"server", "start-dev", "--log-level", "warn", "--ip", "127.0.0.1", "--port", port, "--ui-port", ui,
		"--db-filename", filepath.Join(dir, "db")}
	f.Cmd = exec.Command("temporal", append(base, args...)...)
	f.Env = append(os.Environ(), "GORACE=atexit_sleep_ms=0", "FAKE_CHILD_PID="+filepath.Join(dir, "child"))
	f.Env = append(f.Env, env...)
	out, err := os.Create(f.out)
	check(t, err)
	lock, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	check(t, err)
	check(t, syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB))
	f.Stdout, f.Stderr, f.ExtraFiles = out, out, []*os.File{lock}
	check(t, f.Start())
	check(t, lock.Close())
	check(t, out.Close())
	t.Cleanup(func() { f.Process.Kill(); f.Wait() })
	return f
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (f *spawnedFake) awaitServing() {
	f.t.Helper()
	serving := func() bool {
		answer, err := askHealth(f.address)
		return err == nil && answer == healthpb.HealthCheckResponse_SERVING
	}
	if !poll(awaitDefault, serving) {
		f.t.Fatalf("not serving: %s", f.output())
	}
}

func (f *spawnedFake) output() string {
	text, err := os.ReadFile(f.out)
	check(f.t, err)
	return string(text)
}

// ends waits for the exit and checks how it ended and what was printed.
func (f *spawnedFake) ends(state, output string) {
	f.t.Helper()
	f.Wait()
	if f.ProcessState.String() != state || !strings.Contains(f.output(), output) {
		f.t.Errorf("%s, not %s; output, to have %q:\n%s", f.ProcessState, state, output, f.output())
	}
}

func (f *spawnedFake) describe(namespace string) codes.Code {
	f.t.Helper()
	return f.call("DescribeNamespace", namespace)
}

// call calls a method about a namespace.
func (f *spawnedFake) call(method, namespace string) codes.Code {
	f.t.Helper()
	conn, err := grpc.NewClient("passthrough:///"+f.address, grpc.WithNoProxy(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	check(f.t, err)
	defer conn.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return status.Code(conn.Invoke(ctx, "/"+workflowService+"/"+method,
		&wrapperspb.StringValue{Value: namespace}, &emptypb.Empty{}))
}

// locked reports whether a process still has the inherited lock.
func (f *spawnedFake) locked() bool {
	lock, err := os.Open(filepath.Join(f.dir, "lock"))
	check(f.t, err)
	defer lock.Close()
	return syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) != nil
}

func (f *spawnedFake) childPID() int {
	f.t.Helper()
	text, err := os.ReadFile(filepath.Join(f.dir, "child"))
	check(f.t, err)
	pid, err := strconv.Atoi(string(bytes.TrimSpace(text)))
	check(f.t, err)
	return pid
}
