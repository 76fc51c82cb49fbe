//go:build linux && blunt

package e2e_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// mostCalls is what a state of a Temporal that runs may ask of macOS's kernel. On Linux
// the same state makes some 1,070 system calls, 110 of them on /proc (strace -f -c), and
// three times that is the limit: what is not asked of the kernel's tables is alike.
const mostCalls = 3*1070 - (1070 - 110)

// A state on a Mac lists no processes: not of a Temporal that runs, and not where
// nothing does.
func TestStateCost(t *testing.T) {
	t.Parallel()
	p := fakePlace(t)
	cost := func(want int) (calls, lists int) {
		t.Helper()
		file := filepath.Join(p.dir, "calls")
		state := exec.Command(p.bin, "local", "state", "--explain")
		state.Env = append(p.env, "STIGMER_TEST_CALLS="+file)
		out, err := state.CombinedOutput()
		if state.ProcessState.ExitCode() != want {
			t.Fatalf("state: %v\n%s", err, out)
		}
		written, err := os.ReadFile(file)
		check(t, err)
		_, err = fmt.Sscan(string(written), &calls, &lists)
		check(t, err)
		t.Logf("state with status %d: %d calls, %d lists of processes", want, calls, lists)
		return calls, lists
	}
	p.local("start")
	if calls, lists := cost(0); lists > 0 || calls > mostCalls || calls == 0 {
		t.Errorf("a Temporal that runs: %d calls, %d lists", calls, lists)
	}
	p.stop()
	if calls, lists := cost(3); lists > 0 || calls > 100 || calls == 0 {
		t.Errorf("a home in which nothing runs: %d calls, %d lists", calls, lists)
	}
}
