package e2e_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	healthpb "google.golang.org/grpc/health/grpc_health_v1"
)

// Two programs whose versions the linker set, the second the newer one.
const olderVersion, newerVersion = "v1.2.0", "v1.2.0-3-gabcdef0"

// TestVersionSkew: a newer command replaces the supervisor while clients go on
// working with the same Temporal, and an older one leaves it alone.
func TestVersionSkew(t *testing.T) {
	inPlaces(t, func(p *place) {
		older, newer := stamped(p.t, olderVersion), stamped(p.t, newerVersion)
		p.bin = older
		p.local("start")
		temporal, first := p.pid("temporal"), p.pid("supervisor")
		end := p.servesThroughout()

		p.bin = newer
		p.exits(0, []string{"state"}, "Supervisor stigmer "+olderVersion+", this is "+newerVersion, "start replaces it")
		p.exits(0, []string{"state", "--explain"}, "!!  version", "end the older supervisor")
		out, _ := p.try("state", "-o", "json")
		p.says("state -o json", out, `"skew": "older"`)
		p.exits(1, []string{"start", "--port", "1"}, "other settings")
		p.same(temporal, first)

		p.exits(0, []string{"start"}, "Replaced the supervisor of stigmer "+olderVersion, newerVersion, "same pid")
		second := p.pid("supervisor")
		if second == first || runs(first) {
			p.t.Errorf("supervisor %d was not replaced by %d", first, second)
		}
		p.exits(0, []string{"start"}, "already running")
		p.same(temporal, second)

		p.bin = older
		p.exits(0, []string{"start"}, "already running", "newer and left alone")
		p.exits(0, []string{"state", "--explain"}, "!!  version", "newer and left alone")
		p.same(temporal, second)
		end()
		p.stop()
	})
}

// TestRealReplacedUnderWork: a client that asks every 20 ms, a worker and a workflow
// that waits see nothing of the replacement.
func TestRealReplacedUnderWork(t *testing.T) {
	t.Parallel()
	p := realPlace(t)
	p.bin = stamped(t, olderVersion)
	p.local("start")
	temporal, first := p.pid("temporal"), p.pid("supervisor")
	c, end := p.connect("default")
	ctx, cancel := context.WithTimeout(context.Background(), 2*clientPatience)
	defer cancel()
	run := c.start(ctx, Wait)
	polled := throughout(t, 20*time.Millisecond, func() error { // it reads the database through Temporal
		_, err := c.DescribeWorkflowExecution(context.Background(), run.GetID(), run.GetRunID())
		return err
	})

	p.bin = stamped(t, newerVersion)
	p.exits(0, []string{"start"}, "Replaced the supervisor")
	c.greets("somebody")
	c.goesOn(ctx, run, "as if nothing was")
	polled()
	c.flawless()
	second := p.pid("supervisor")
	if p.same(temporal, second); second == first {
		t.Error("the supervisor was not replaced")
	}
	end()
	p.stop()
}

// throughout asks at each beat until the returned function is called: no answer may be missing.
func throughout(t *testing.T, beat time.Duration, ask func() error) (end func()) {
	over, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		asked, slowest, tick := 0, time.Duration(0), time.NewTicker(beat)
		for ; !isClosed(over) || asked < enough; asked++ {
			began := <-tick.C
			if err := ask(); err != nil {
				t.Errorf("question %d: %v", asked, err)
				return
			}
			slowest = max(slowest, time.Since(began))
		}
		t.Logf("%d questions answered, the slowest in %s", asked, slowest)
	}()
	return func() { close(over); <-done }
}

// enough is how often a Temporal is asked at least, however slow the machine is.
const enough = 10

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// TestVersionSkewCrowd: newer and older commands at once come to an end, and so
// does the replacing.
func TestVersionSkewCrowd(t *testing.T) {
	t.Parallel()
	p := fakePlace(t)
	older, newer := stamped(t, olderVersion), stamped(t, newerVersion)
	p.bin = older
	p.local("start")
	temporal := p.pid("temporal")
	end := p.servesThroughout()
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			c := exec.Command([]string{older, newer}[i%2], "local", "start")
			c.Env = p.env
			if out, err := c.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
	all.Wait()
	end()
	if have := p.ask(".supervisor.version"); have != newerVersion {
		t.Errorf("the supervisor is of %s", have)
	}
	p.same(temporal, p.pid("supervisor"))
	p.stop()
}

// TestBuiltAnewInPlace: a version without an order is replaced only by what has
// taken its program's place, and never by one that lies beside it.
func TestBuiltAnewInPlace(t *testing.T) {
	t.Parallel()
	p := fakePlace(t)
	built := p.bin // it calls itself (devel)
	here, beside := filepath.Join(p.dir, "here", "stigmer"), filepath.Join(p.dir, "beside", "stigmer")
	install(t, built, here)
	install(t, built, beside)
	p.bin = here
	p.local("start")
	temporal, supervisor := p.pid("temporal"), p.pid("supervisor")
	p.bin = beside
	p.exits(0, []string{"start"}, "already running")
	p.same(temporal, supervisor)

	install(t, built, here)
	p.exits(0, []string{"start"}, "already running") // beside it, nothing has changed
	p.same(temporal, supervisor)
	p.bin = here
	p.exits(0, []string{"state"}, "built anew in the same place")
	p.exits(0, []string{"start"}, "Replaced the supervisor")
	p.same(temporal, p.pid("supervisor"))
	if p.pid("supervisor") == supervisor {
		t.Error("the supervisor was not replaced")
	}
	for _, p.bin = range []string{here, beside, here} {
		p.exits(0, []string{"start"}, "already running")
	}
	p.stop()
}

// TestOlderInForeground: a supervisor in a terminal or in a service is not replaced.
func TestOlderInForeground(t *testing.T) {
	t.Parallel()
	p := fakePlace(t)
	c := exec.Command(stamped(t, olderVersion), "local", "start", "--foreground", "--namespace", "supervise")
	c.Env = p.env
	check(t, c.Start())
	p.await("Healthy")
	p.bin = stamped(t, newerVersion)
	supervisor := p.pid("supervisor")
	p.exits(0, []string{"start"}, "already running", "left to the user who runs it there")
	p.exits(0, []string{"state"}, "left to the user who runs it there")
	p.same(p.pid("temporal"), supervisor)
	p.stop()
	check(t, c.Wait())
}

// same checks that the same processes run.
func (p *place) same(temporal, supervisor int) {
	p.t.Helper()
	if t, s := p.pid("temporal"), p.pid("supervisor"); t != temporal || s != supervisor || !runs(t) || !runs(s) {
		p.t.Errorf("Temporal %d and supervisor %d, not %d and %d", t, s, temporal, supervisor)
	}
}

// servesThroughout asks Temporal's health, on one connection after the other.
func (p *place) servesThroughout() (end func()) {
	return throughout(p.t, time.Millisecond, func() error {
		answer, err := askHealthWithin(p.address, time.Minute)
		if err == nil && answer != healthpb.HealthCheckResponse_SERVING {
			err = fmt.Errorf("health %s", answer)
		}
		return err
	})
}

// stamped builds the program with a version.
func stamped(t *testing.T, version string) string {
	t.Helper()
	path, err := build("of "+version, "-ldflags", "-X github.com/stigmer/local/cmd/internal/cli.Version="+version)
	check(t, err)
	return path
}

// install puts a program in a place as package managers do: by a rename.
func install(t *testing.T, program, path string) {
	t.Helper()
	in, err := os.Open(program)
	check(t, err)
	defer in.Close()
	check(t, os.MkdirAll(filepath.Dir(path), 0o700))
	next := fmt.Sprintf("%s.%d", path, time.Now().UnixNano())
	// No child may inherit the descriptor: a file that a process can write cannot be run (execve(2), ETXTBSY).
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	out, err := os.OpenFile(next, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o755)
	check(t, err)
	_, err = io.Copy(out, in)
	check(t, errors.Join(err, out.Chmod(0o755), out.Close(), os.Rename(next, path)))
}
