package e2e_test

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/stigmer/local/cmd/internal/homes"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

// manyHomes is how many homes a user may have for a list in no time.
const manyHomes = 50

// A list of many homes asks no Temporal, and lists the processes once for all of them, not for each.
func TestListOfManyHomes(t *testing.T) {
	t.Parallel()
	p := fakePlace(t)
	p.local("start")
	p.stop()
	document, err := (statefile.File{Home: statefile.Home(p.home)}).Load()
	check(t, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	defer listener.Close()
	var asked atomic.Int32
	go func() {
		for conn, err := listener.Accept(); err == nil; conn, err = listener.Accept() {
			asked.Add(1)
			conn.Close()
		}
	}()
	// As after a crash of the machine: the records say Healthy, and nothing runs.
	document.State, document.Desired = fsm.Healthy, fsm.WantRunning
	document.Settings.Port = listener.Addr().(*net.TCPAddr).Port
	document.Settings.UIPort = document.Settings.Port
	for i := range manyHomes {
		home, err := statefile.OpenHome(filepath.Join(p.dir, "me", ".stigmer", "instances", fmt.Sprintf("n%02d", i)))
		check(t, err)
		if i%2 == 0 { // in the others nothing was started yet
			check(t, (statefile.File{Home: home}).Put(document))
		}
	}
	p.local("start")
	calls := filepath.Join(p.dir, "calls")
	p.env = append(p.env, "STIGMER_TEST_CALLS="+calls)
	list := exec.Command(p.bin, "local", "list", "-o", "json")
	list.Env, list.Stderr = p.env, os.Stderr
	printed, err := list.Output()
	check(t, err)
	var report homes.Report
	check(t, json.Unmarshal(printed, &report))
	for i, h := range report.Homes[:manyHomes] {
		if want := fmt.Sprintf("n%02d", i); h.Name != want || h.State != fsm.Stopped || h.PID != 0 {
			t.Errorf("%s: %s, pid %d, want %s", h.Name, h.State, h.PID, want)
		}
	}
	own := false
	for _, h := range report.Homes[manyHomes:] {
		own = own || h.Home == p.home && h.State == fsm.Healthy && strconv.Itoa(h.Ports.Frontend) == p.port
	}
	if !own {
		t.Errorf("its own home is not listed as Healthy: %+v", report.Homes[manyHomes:])
	}
	if asked.Load() > 0 {
		t.Errorf("%d connections", asked.Load())
	}
	// Other tests' homes, which run meanwhile, may need a list of their own.
	var all, lists int
	if text, err := os.ReadFile(calls); err == nil {
		if _, err := fmt.Sscan(string(text), &all, &lists); err != nil || lists == 0 || lists > manyHomes/5 {
			t.Errorf("%d lists of processes (%v)", lists, err)
		}
		t.Logf("%d calls, %d lists of processes", all, lists)
	}
	p.stop()
}
