package inspect

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes"
	"github.com/stigmer/local/statefile"
)

// What helps depends on why Temporal cannot listen.
func TestOtherPlace(t *testing.T) {
	for err, want := range map[error]string{probes.ErrNotOurAddress: "--ip 127.0.0.1", probes.ErrPortNotPermitted: "ports from 1024 on"} {
		if got := OtherPlace(fmt.Errorf("listen: %w", err)); !strings.Contains(got, want) {
			t.Errorf("%v: %s", err, got)
		}
	}
}

// Where Temporal could not be spawned, the remedy names what the system refuses to give.
func TestRemedyOfALack(t *testing.T) {
	const spawn = "Temporal ended 3 times in a row before it ever served; the last time: " + fsm.NotSpawned + "fork/exec /bin/temporal: "
	for _, c := range []struct {
		failure fsm.Failure
		try     string
	}{
		{fsm.Failure{Event: fsm.SpawnFailed, Reason: spawn + "operation not permitted"}, "run it outside of the sandbox"},
		{fsm.Failure{Event: fsm.SpawnFailed, Reason: spawn + "resource temporarily unavailable"}, "its limit of pids"},
		{fsm.Failure{Event: fsm.SpawnFailed, Reason: spawn + "too many open files"}, "ulimit -n"},
		{fsm.Failure{Event: fsm.SpawnFailed, Reason: spawn + "exec format error"}, "look for why in"},
		{fsm.Failure{Event: fsm.PortTaken, Reason: "--port 7233: listen tcp 127.0.0.1:7233: socket: operation not permitted"}, "run it outside of the sandbox"},
		{fsm.Failure{Event: fsm.Exited, Reason: "Temporal (pid 7) was ended by signal SIGKILL", Exit: fsm.Exit{Shortage: fsm.LimitShortage}}, "raise the memory limit"},
		{fsm.Failure{Event: fsm.Exited, Reason: "Temporal (pid 7) was ended by signal SIGKILL", Exit: fsm.Exit{Shortage: fsm.MachineShortage}}, "end what needs much memory"},
	} {
		if means, try := Remedy(fsm.Record{Failure: c.failure}, "/home"); !strings.Contains(try, c.try) {
			t.Errorf("%+v: %s; %s", c.failure, means, try)
		}
	}
}

// The remedy names a database that another program has locked, a full disk, and a log that is
// no file.
func TestRemedyOfWhatIsInTheWay(t *testing.T) {
	home := statefile.Home(t.TempDir())
	locked := fsm.Record{Settings: fsm.Settings{DB: home.DB()}, Failure: fsm.Failure{Event: fsm.Exited, LogTail: "database is locked (5) (SQLITE_BUSY)"}}
	full := locked
	full.Failure.LogTail = "database or disk is full (13)"
	if means, try := Remedy(full, home); !strings.Contains(means, "is full") || !strings.Contains(try, "make room") {
		t.Errorf("full: %s; %s", means, try)
	}
	if means, try := Remedy(locked, home); !strings.Contains(means, home.DB()+" locked") || !strings.Contains(try, "end that program") {
		t.Errorf("locked: %s; %s", means, try)
	}
	if err := os.MkdirAll(home.Log(), 0o700); err != nil {
		t.Fatal(err)
	}
	blocked := fsm.Record{Failure: fsm.Failure{Event: fsm.SpawnFailed, Reason: fsm.NotSpawned + "open log: open " + home.Log() + ": is a directory"}}
	if means, try := Remedy(blocked, home); !strings.Contains(means, "is not a file") || !strings.Contains(try, "move it away") {
		t.Errorf("no file: %s; %s", means, try)
	}
}

// A port that any user may have is refused for another reason than its number.
func TestRemedyOfAnyPort(t *testing.T) {
	refused := fsm.Failure{Event: fsm.PortTaken, Reason: "--port: " + probes.ErrPortNotPermitted.Error()}
	for ports, want := range map[[2]int]string{{7233, 8233}: "sandbox", {80, 8233}: "from 1024 on", {7233, 443}: "from 1024 on"} {
		_, try := Remedy(fsm.Record{Failure: refused, Settings: fsm.Settings{Port: ports[0], UIPort: ports[1]}}, "/home")
		if !strings.Contains(try, want) {
			t.Errorf("%v: %s", ports, try)
		}
	}
}
