package e2e_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stigmer/local/actions/lockfile"
)

// TestGuardSees: what the guard of every siege watches for is seen if it is so.
func TestGuardSees(t *testing.T) {
	t.Parallel()
	h := &siege{place: fakePlace(t)}
	spawn := func(lock string, more ...string) (end func()) {
		port, err := freePort()
		check(t, err)
		c := exec.Command("temporal", append([]string{"server", "start-dev", "--ip", "127.0.0.1", "--port", port, "--headless"}, more...)...)
		held, err := lockfile.Take(filepath.Join(h.dir, lock))
		check(t, err)
		c.Env, c.ExtraFiles = append(os.Environ(), "STIGMER_INSTANCE="+h.home), []*os.File{held}
		check(t, c.Start())
		check(t, held.Close())
		if !poll(awaitDefault, func() bool { return serves("127.0.0.1:" + port) }) {
			t.Fatal("not serving")
		}
		return func() { c.Process.Kill(); c.Wait() }
	}
	end := spawn("a")
	list := h.temporals()
	if two, pid := h.twoTemporals(list), h.unlocked(list); two != "" || pid != 0 || len(list) != 1 {
		t.Errorf("one Temporal is %v, %q, %d is without a lock", list, two, pid)
	}
	endRehearsed := spawn("r", "--db-filename", filepath.Join(h.dir, "temporal.db.next-1"))
	if two := h.twoTemporals(h.temporals()); two != "" {
		t.Errorf("a rehearsed one counts: %s", two)
	}
	endRehearsed()
	endSecond := spawn("b")
	if h.twoTemporals(h.temporals()) == "" {
		t.Error("two Temporals go unnoticed")
	}
	end()
	if two := h.twoTemporals(h.temporals()); two != "" {
		t.Error(two)
	}
	endSecond()
}
