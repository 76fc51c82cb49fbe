package e2e_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stigmer/local/probes/proc"
)

// wrap puts a shell script before Temporal. The script's program is $T.
func (h *place) wrap(script string) {
	h.t.Helper()
	path := filepath.Join(h.dir, "wrapped-temporal")
	check(h.t, os.WriteFile(path, []byte("#!/bin/sh\nT='"+h.temporalBin()+"'\n"+script+"\n"), 0o700))
	h.env = append(h.env, "STIGMER_TEMPORAL_BIN="+path)
}

// TestWrapped: Temporal behind a shell script, whatever the script makes of it,
// is served, restarted when its leader or its server dies, adopted, and ended
// without a rest.
func TestWrapped(t *testing.T) {
	t.Parallel()
	for name, script := range map[string]string{
		"exec":     `exec "$T" "$@"`,
		"child":    `"$T" "$@"; exit $?`,
		"ignoring": `trap '' TERM INT HUP; "$T" "$@"; exit $?`,
		"session":  `setsid "$T" "$@"; exit $?`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if name == "session" {
				needsSetsid(t)
			}
			h := newSiege(t, true)
			h.wrap(script)
			h.up()
			leader := h.pid("temporal")
			h.kill9(leader)
			h.served("its leader died", leader)

			leader = h.pid("temporal")
			h.kill9(h.pid("supervisor"))
			h.up()
			if adopted := h.pid("temporal"); adopted != leader {
				t.Errorf("pid %d instead of %d", adopted, leader)
			}

			for _, pid := range h.supervisors() {
				h.kill9(pid)
			}
			h.kill9(leader)
			h.converges(h.anyVerb())
			h.must([]string{"stop", "--timeout", "3s"}, 0)
			h.isDown()
			if left := h.processes(); len(left) > 0 {
				t.Errorf("left: %v", left)
			}
		})
	}
}

// TestWrappedWithoutTheLock: a wrapper under which Temporal has not kept what it could
// inherit, as under Python's subprocess, serves with its database known, and whatever ends
// it, its Temporal is ended as well: in its group, or in a session of its own.
func TestWrappedWithoutTheLock(t *testing.T) {
	t.Parallel()
	for name, script := range map[string]string{
		"child":   `"$T" "$@" 3>&- 4>&-; exit $?`,
		"session": `setsid "$T" "$@" 3>&- 4>&- & wait`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if name == "session" {
				needsSetsid(t)
			}
			p := realPlace(t)
			p.wrap(script)
			p.local("start", "--probe-period", "300ms")
			healthy := p.ask(".generation")
			other := p.lockedForAll() // a probe fails, so that there was one
			p.await("Degraded", ".generation!="+healthy)
			check(t, other.Close())
			p.await("Healthy") // it is known to have its database open
			p.stop()
			p.nothingRuns("stop")

			p.local("start")
			p.crash()

			for _, verb := range []string{"start", "stop"} {
				p.kill9(p.pid("supervisor"))
				p.kill9(p.pid("temporal"))
				p.exits(9, []string{"state"}, "left behind")
				p.local(verb)
			}
			p.nothingRuns("a stop of what was left behind")
		})
	}
}

// needsSetsid skips a test where no program can put another into a session of its own.
func needsSetsid(t *testing.T) {
	if _, err := exec.LookPath("setsid"); err != nil {
		t.Skip("there is no setsid here")
	}
}

// served waits until another Temporal than the one with this leader serves.
func (h *siege) served(why string, leader int) {
	h.t.Helper()
	h.await("Healthy", fmt.Sprintf(".temporal.pid!=%d", leader))
	h.isUp()
	if runs(leader) {
		h.t.Errorf("%s: pid %d still runs", why, leader)
	}
}

// TestLeavesItsWrapper is a script that puts Temporal into a session of its own
// and ends: its leader is gone at once, so each attempt fails; nothing is left, whether
// Temporal has kept what it inherited or not.
func TestLeavesItsWrapper(t *testing.T) {
	needsSetsid(t)
	t.Parallel()
	h := newSiege(t, true)
	h.wrap(`setsid "$T" "$@" & exit 0`)
	h.must([]string{"start"}, 0, 1)
	h.down()

	p := realPlace(t)
	p.wrap(`setsid "$T" "$@" 3>&- 4>&- & exit 0`)
	p.exits(1, []string{"start"}, "exited with status 0")
	p.nothingRuns("a wrapper that leaves Temporal without the lock")
}

// TestStubborn: a Temporal that ignores SIGTERM, or is stopped, or has a child
// that left the group, and any of them together, is ended and replaced within
// the grace period that was asked for, with a supervisor and without.
func TestStubborn(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"ignore-term", "ignore-term,escape", "ignore-term,grandchild", "stopped"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			h := newSiege(t, false)
			if mode != "stopped" {
				h.env = append(h.env, "FAKE_TEMPORAL="+mode)
			}
			for _, verb := range []string{"stop", "restart"} {
				temporal := h.bring(situations[1+h.rand.IntN(2)])
				if mode == "stopped" {
					for _, pid := range h.processesOf("start-dev") {
						check(t, syscall.Kill(pid, syscall.SIGSTOP))
					}
				}
				grace := map[string]string{"stop": "--timeout", "restart": "--grace"}[verb]
				r := h.must([]string{verb, grace, "500ms"}, 0)
				if r.took > atOnce || runs(temporal) {
					t.Errorf("pid %d: %s", temporal, r)
				}
				if left := h.processesOf("straggler"); verb == "stop" && len(left) > 0 {
					t.Errorf("the child is left: %v", left)
				}
			}
			h.must([]string{"stop", "--timeout", "500ms"}, 0)
			h.isDown()
		})
	}
}

// frozenDeadline is what a command may take whose supervisor, Temporal, or both do
// not answer: two seconds until a supervisor is given up, and the grace of ten.
const frozenDeadline = 40 * time.Second

// TestFrozen stops the supervisor, Temporal or both by SIGSTOP: the next command
// does its work in bounded time, with the standard timeouts.
func TestFrozen(t *testing.T) {
	besiege(t, func(h *siege) {
		for _, who := range []string{"supervisor", "temporal", "both"} {
			for _, verb := range rows(h, []string{"start", "restart", "stop"}) {
				h.must([]string{"start"}, 0)
				for _, name := range []string{"temporal", "supervisor"} {
					if who == name || who == "both" {
						check(h.t, syscall.Kill(h.pid(name), syscall.SIGSTOP))
						if !poll(awaitDefault, func() bool { return proc.Suspended(h.pid(name)) }) {
							h.t.Errorf("the %s is not stopped", name)
						}
					}
				}
				began := time.Now()
				h.must([]string{verb}, 0)
				took := time.Since(began).Round(time.Millisecond)
				h.t.Logf("%s frozen, %s took %s", who, verb, took)
				if took > frozenDeadline {
					h.t.Errorf("%s frozen, %s took %s", who, verb, took)
				}
				if verb == "stop" {
					h.isDown()
				}
			}
		}
		h.down()
	})
}
