package e2e_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// TestFaultProcessLimit: however few processes and threads a user may have, a start
// succeeds, or says what it lacks, or is ended by Go's runtime, which cannot live
// without a thread that it needs. Whatever it was, a stop ends what it left, and a
// supervisor that can fork no more keeps the reason.
func TestFaultProcessLimit(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root, to run as a user who has no other processes")
	}
	besiege(t, func(h *siege) {
		h.mayCrash = true
		// Limits are a user's, so each home has one of its own.
		uid, limit, step, enough := 50_000+os.Getpid()%5_000, 4, 4, 80
		if h.real() {
			uid, limit, step, enough = uid+5_000, 4+h.rand.IntN(8), 12, 250
		}
		if soaks() {
			step = 1
		}
		h.as = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(uid)}}
		check(h.t, os.Chown(h.home, uid, uid))
		h.openTo(uid)
		for ; limit <= 32; limit += step {
			h.starts(processLimit(limit))
		}
		h.starts(processLimit(enough), stays)
		full := h.crowd(enough)
		h.crashes("resource temporarily unavailable")
		full()
		h.up()
		h.down()
	})
}

// stays leaves what was started.
const stays = "stays"

func processLimit(n int) string { return fmt.Sprintf("ulimit -u %d 2>/dev/null || ulimit -p %[1]d", n) }

// crowd runs n processes of the user, and returns the end of them.
func (h *siege) crowd(n int) (end func()) {
	h.t.Helper()
	c := exec.Command("/bin/sh", "-c", fmt.Sprintf("n=0; while [ $n -lt %d ]; do sleep 600 & n=$((n+1)); done; echo ready; wait", n))
	c.Env, c.SysProcAttr = h.env, &syscall.SysProcAttr{Setpgid: true, Credential: h.as.Credential}
	out, err := c.StdoutPipe()
	check(h.t, err)
	check(h.t, c.Start())
	end = sync.OnceFunc(func() { syscall.Kill(-c.Process.Pid, syscall.SIGKILL); c.Wait() })
	h.t.Cleanup(end)
	_, err = fmt.Fscanln(out, new(string))
	check(h.t, err)
	return end
}

// TestFaultNoMemory: the same where there is no memory for a command, its
// supervisor or Temporal, from the beginning or later on.
func TestFaultNoMemory(t *testing.T) {
	t.Parallel()
	h := newSiege(t, true)
	h.mayCrash = true
	for _, limit := range []int{20_000, 1_200_000, 1_320_000, 1_400_000, 1_700_000} {
		h.starts(fmt.Sprintf("ulimit -v %d", limit))
	}
	h.up()
	const limit = 256 << 20 // too little for a new Temporal; the supervisor keeps what it has
	check(t, unix.Prlimit(h.pid("supervisor"), unix.RLIMIT_AS, &unix.Rlimit{Cur: limit, Max: limit}, nil))
	h.crashes("failed to reserve", "cannot allocate memory", "out of memory", "SIGKILL", "SIGSEGV")
	h.up()
	h.down()
}

// starts starts under a limit, and stops without one what came of it, unless that is
// to stay.
func (h *siege) starts(limit string, then ...string) {
	h.t.Helper()
	c := exec.Command("/bin/sh", "-c", limit+`; exec "$0" local start --timeout 1m`, h.bin)
	c.Env, c.SysProcAttr, c.WaitDelay = h.env, h.as, awaitDefault
	text, _ := c.CombinedOutput()
	out, status := string(text), c.ProcessState.ExitCode()
	explained := strings.Contains(out, "meaning:") && strings.Contains(out, "try:")
	byRuntime := !explained && (strings.Contains(out, "fatal error: ") || !c.ProcessState.Exited())
	if status != 0 && !explained && !byRuntime || status != 0 && len(then) > 0 {
		h.t.Errorf("%s: exit status %d:\n%s", limit, status, out)
	}
	h.t.Logf("%s: exit status %d, by Go's runtime: %t", limit, status, byRuntime)
	h.must([]string{"state"}, 0, 3, 8, 9)
	if len(then) > 0 {
		return
	}
	h.down()
	if aside, _ := filepath.Glob(filepath.Join(h.home, "*.corrupt-*")); len(aside) > 0 {
		h.t.Errorf("%s: set aside: %q", limit, aside)
	}
}

// crashes lets Temporal crash under a supervisor that can start none any more: it
// gives up and keeps the reason, one of those, and no Temporal is left, unless it
// cannot live either.
func (h *siege) crashes(reasons ...string) {
	h.t.Helper()
	supervisor := h.pid("supervisor")
	h.kill9(h.pid("temporal"))
	if !poll(2*awaitDefault, func() bool { return !runs(supervisor) }) {
		h.t.Fatalf("the supervisor does not give up: %s", h.record())
	}
	out := h.must([]string{"state", "--explain"}, 3, 8).out
	reported := slices.ContainsFunc(reasons, func(reason string) bool { return strings.Contains(out, reason) })
	gaveUp := lookup(decode(h.record()), ".state") == "Stopped"
	h.t.Logf("the supervisor gave up in order: %t", gaveUp)
	if list := h.temporals(); gaveUp && len(list) > 0 {
		h.t.Errorf("Temporals are left: %v", list)
	}
	if gaveUp && !reported {
		h.t.Errorf("none of %q is reported:\n%s", reasons, out)
	}
}
