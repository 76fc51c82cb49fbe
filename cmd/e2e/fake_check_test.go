package e2e_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
)

func TestFakeServes(t *testing.T) {
	t.Parallel()
	f := spawnFake(t, t.TempDir(), nil, "--namespace", "a", "-n", "b", "--log-level", "warn")
	f.awaitServing()
	for name, want := range map[string]codes.Code{"default": codes.OK, "a": codes.OK, "b": codes.OK, "c": codes.NotFound} {
		if have := f.describe(name); have != want {
			t.Errorf("namespace %s: %s", name, have)
		}
	}
	page, err := http.Get("http://" + f.ui)
	check(t, err)
	page.Body.Close()
	if !f.locked() {
		t.Error("the fake does not keep the lock")
	}
	check(t, f.Process.Signal(syscall.SIGTERM))
	f.ends("exit status 0", "Server:  "+f.address)
	if f.locked() {
		t.Error("the lock outlives the fake")
	}
}

func TestFakeRefusesUnknownFlags(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"--ui-codec-endpoint", "x"}, {"stray"}, {"--log-level", "loud"}} {
		spawnFake(t, t.TempDir(), nil, args...).ends("exit status 1", "Error: ")
	}
}

func TestFakeNamesATakenPort(t *testing.T) {
	t.Parallel()
	first := spawnFake(t, t.TempDir(), nil)
	first.awaitServing()
	_, port, _ := strings.Cut(first.address, ":")
	spawnFake(t, t.TempDir(), nil, "--port", port).ends("exit status 1", "can't set frontend port "+port)
	_, port, _ = strings.Cut(first.ui, ":")
	spawnFake(t, t.TempDir(), nil, "--ui-port", port).ends("exit status 1", "can't set UI port "+port)
	spawnFake(t, t.TempDir(), nil, "--http-port", port).ends("exit status 1", "can't set frontend HTTP port "+port)
}

func TestFakeEndsAsPlanned(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	plan := filepath.Join(dir, "plan")
	check(t, os.WriteFile(plan, []byte("exit1\nsegv\nhalf-db\nok\nescape-exit\n"), 0o600))
	env := []string{"FAKE_TEMPORAL=exit1", "FAKE_TEMPORAL_PLAN=" + plan}
	spawnFake(t, dir, env).ends("exit status 1", "fake: cannot go on")
	spawnFake(t, dir, env).ends("signal: segmentation fault", "")
	spawnFake(t, dir, env).ends("signal: killed", "")
	spawnFake(t, dir, env).ends("exit status 1", "no such table: cluster_metadata_info")
	escaped := spawnFake(t, dir, env)
	escaped.ends("exit status 1", "the leader gives up")
	if !escaped.locked() || !runs(escaped.childPID()) {
		t.Error("the escaped child does not keep the lock")
	}
	check(t, syscall.Kill(escaped.childPID(), syscall.SIGKILL))
	if !poll(awaitDefault, func() bool { return !escaped.locked() }) {
		t.Error("the lock outlives the escaped child")
	}
	spawnFake(t, dir, env).ends("exit status 1", "fake: cannot go on")
}

func TestFakeLeavesOnceItServed(t *testing.T) {
	t.Parallel()
	f := spawnFake(t, t.TempDir(), []string{"FAKE_TEMPORAL=exit-after-serving"})
	f.awaitServing()
	for method, want := range map[string]codes.Code{"DescribeNamespace": codes.OK, "DescribeWorkflowExecution": codes.NotFound, "DescribeTaskQueue": codes.OK} {
		if code := f.call(method, "default"); code != want {
			t.Errorf("%s: %s", method, code)
		}
	}
	f.ends("exit status 3", "leaving after serving")

	gate := filepath.Join(t.TempDir(), "gate")
	f = spawnFake(t, t.TempDir(), []string{"FAKE_TEMPORAL=exit-after-serving", "FAKE_GATE=" + gate})
	f.awaitServing()
	f.describe("default")
	if !runs(f.Process.Pid) {
		t.Error("left before the gate opened")
	}
	check(t, os.WriteFile(gate, nil, 0o600))
	f.ends("exit status 3", "leaving after serving")
}

func TestFakeMisbehaves(t *testing.T) {
	t.Parallel()
	group := func(mode string) *spawnedFake {
		f := spawnFake(t, t.TempDir(), []string{"FAKE_TEMPORAL=" + mode})
		listens := func() bool { return strings.Contains(f.output(), "Server:") }
		if !poll(awaitDefault, listens) {
			t.Fatalf("%s: %s", mode, f.output())
		}
		return f
	}
	f := group("never-ready")
	if answer, err := askHealth(f.address); err != nil || answer != healthpb.HealthCheckResponse_NOT_SERVING {
		t.Errorf("never-ready: %s %v", answer, err)
	}
	if _, err := askHealth(group("deaf").address); status.Code(err) != codes.DeadlineExceeded && status.Code(err) != codes.Unavailable {
		t.Errorf("deaf: %v", err)
	}
	for _, c := range []struct {
		mode, method string
		want         codes.Code
	}{
		{"no-namespace", "DescribeNamespace", codes.NotFound},
		{"no-history", "DescribeWorkflowExecution", codes.Unavailable},
		{"no-matching", "DescribeTaskQueue", codes.Unavailable},
	} {
		if code := group(c.mode).call(c.method, "default"); code != c.want {
			t.Errorf("%s: %s", c.mode, code)
		}
	}
	f = group("ignore-term,grandchild")
	check(t, f.Process.Signal(syscall.SIGTERM))
	if poll(300*time.Millisecond, func() bool { return !runs(f.Process.Pid) || !runs(f.childPID()) }) {
		t.Error("ignore-term or grandchild died")
	}
	if pgid, err := syscall.Getpgid(f.childPID()); err != nil || pgid != syscall.Getpgrp() {
		t.Errorf("the grandchild's group is %d, %v", pgid, err)
	}
	check(t, syscall.Kill(f.childPID(), syscall.SIGKILL))
}

func TestFakeWaitsAtItsGates(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	gate, db := filepath.Join(dir, "gate"), filepath.Join(dir, "db")
	f := spawnFake(t, dir, []string{fmt.Sprintf("FAKE_TEMPORAL=db-gate=%s.1,gate=%s.2", gate, gate)})
	size := func() int64 {
		info, err := os.Stat(db)
		if err != nil {
			return -1
		}
		return info.Size()
	}
	if !poll(awaitDefault, func() bool { return size() == 0 }) {
		t.Fatal("no empty database")
	}
	check(t, os.WriteFile(gate+".1", nil, 0o600))
	if !poll(awaitDefault, func() bool { return size() > 0 }) {
		t.Fatal("no schema")
	}
	if _, err := askHealth(f.address); err == nil {
		t.Error("serves before the gate opened")
	}
	check(t, os.WriteFile(gate+".2", nil, 0o600))
	f.awaitServing()
}
