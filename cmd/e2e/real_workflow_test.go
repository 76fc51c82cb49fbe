package e2e_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"testing"
)

// works lets a client that never saw this Temporal before do its first work in
// each namespace, in which not one call may fail.
func (h *place) works(namespaces ...string) {
	h.t.Helper()
	for _, namespace := range namespaces {
		c, end := h.connect(namespace)
		c.greets(namespace)
		c.flawless() // before the end, which breaks off calls by itself
		end()
	}
}

// TestRealWorkflow is the promise of start: once it has returned, the very next
// call of a client succeeds, on a new database and on an old one.
func TestRealWorkflow(t *testing.T) {
	t.Parallel()
	h := realPlace(t)
	for range 10 {
		h.local("start", "--namespace", "orders")
		h.works("default", "orders")
		h.stop()
	}
}

// TestRealFirstWorkflow is the same where each database is new.
func TestRealFirstWorkflow(t *testing.T) {
	t.Parallel()
	h := realPlace(t)
	for i := range 5 {
		h.local("start", "--namespace", "orders", "--db", fmt.Sprintf("%s/%d.db", h.dir, i))
		h.works("orders", "default")
		h.stop()
	}
	h.local("start", "--ephemeral")
	h.works("default")
	h.local("restart", "--namespace", "orders")
	h.works("orders", "default")
	h.stop()
}

// onEachTemporal plays a main story on the real Temporal and on an older one.
func onEachTemporal(t *testing.T, story func(t *testing.T, h *place)) {
	t.Parallel()
	for name, temporal := range map[string]string{"new": os.Getenv(realTemporalVariable), "old": os.Getenv(oldTemporalVariable)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if temporal == "" {
				t.Skip("no variable names a Temporal; make test does")
			}
			story(t, newPlace(t, temporal))
		})
	}
}

// TestRealTemporalKilled: a workflow that waits survives its server.
func TestRealTemporalKilled(t *testing.T) { onEachTemporal(t, temporalKilled) }

func temporalKilled(t *testing.T, h *place) {
	h.local("start")
	c, _ := h.connect("default")
	ctx, cancel := context.WithTimeout(context.Background(), 2*clientPatience)
	defer cancel()
	run := c.start(ctx, Wait)
	killed, once := h.pid("temporal"), restarted(h.record(), 1)
	h.kill9(killed)
	h.await("Healthy", fmt.Sprintf(".temporal.pid!=%d", killed), once)
	h.works("default")
	c.goesOn(ctx, run, "after all")
	if len(c.calls()) == 0 {
		t.Error("the worker's broken calls went unnoticed: flawless proves nothing")
	}
	h.stop()
}

// TestRealEndedAtOnce: a workflow that waits survives stop --now and restart --now, of a Temporal that
// has served for long, and of one that makes its first database.
func TestRealEndedAtOnce(t *testing.T) { onEachTemporal(t, endedAtOnce) }

func endedAtOnce(t *testing.T, h *place) {
	for range 3 {
		first := exec.Command(h.bin, "local", "start")
		first.Env = h.env
		check(t, first.Start())
		h.await(".temporal.pid~^[1-9]")
		h.local("stop", "--now")
		_ = first.Wait() // it was faster, or was told of the stop
	}
	h.local("start")
	c, _ := h.connect("default")
	ctx, cancel := context.WithTimeout(context.Background(), 2*clientPatience)
	defer cancel()
	run := c.start(ctx, Wait)
	h.local("stop", "--now")
	h.local("start")
	c.signal(ctx, run, "go on", "after all")
	h.local("restart", "--now")
	c.ends(ctx, run, "after all")
	h.exits(0, []string{"doctor"})
	h.local("stop", "--now")
	h.exits(0, []string{"doctor"})
	h.nothingRuns("a stop at once")
}

// TestRealSupervisorKilled: no client of Temporal notices that its supervisor is gone and that
// the next start adopts it.
func TestRealSupervisorKilled(t *testing.T) { onEachTemporal(t, supervisorKilled) }

func supervisorKilled(t *testing.T, h *place) {
	h.local("start")
	c, _ := h.connect("default")
	ctx, cancel := context.WithTimeout(context.Background(), 2*clientPatience)
	defer cancel()
	run := c.start(ctx, Wait)
	temporal := h.pid("temporal")
	h.kill9(h.pid("supervisor"))
	c.greets("nobody")
	h.local("start")
	if adopted := h.pid("temporal"); adopted != temporal {
		t.Errorf("process %d, not %d, serves", adopted, temporal)
	}
	c.greets("somebody")
	c.goesOn(ctx, run, "as if nothing was")
	c.flawless()
	h.stop()
}
