package cmd

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes"
)

// What helps against an address that is not the machine's depends on the system.
func TestOtherPlace(t *testing.T) {
	none, refused := fmt.Errorf("listen: %w", probes.ErrNotOurAddress), fmt.Errorf("listen: %w", probes.ErrPortNotPermitted)
	const alias = "sudo ifconfig lo0 alias 127.0.0.2 up"
	for _, c := range []struct {
		err        error
		ip, system string
		want       string
		alias      bool
	}{
		{none, "127.0.0.2", "darwin", "--ip 127.0.0.1", true},
		{none, "127.0.0.2", "linux", "--ip 0.0.0.0", false},
		{none, "192.0.2.1", "darwin", "--ip 0.0.0.0", false},
		{none, "::1", "darwin", "--ip 0.0.0.0", false},
		{refused, "127.0.0.2", "darwin", "ports from 1024 on", false},
	} {
		got := otherPlace(c.err, c.ip, c.system)
		if !strings.Contains(got, c.want) || strings.Contains(got, alias) != c.alias {
			t.Errorf("%v for %s on %s: %s", c.err, c.ip, c.system, got)
		}
	}
}

// What the system refuses to give is told where Temporal could not be spawned for it.
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
		if means, try := remedy(fsm.Record{Failure: c.failure}, "/home"); !strings.Contains(try, c.try) {
			t.Errorf("%+v: %s; %s", c.failure, means, try)
		}
	}
}

// A port that everybody may have is refused by something else than its number.
func TestRemedyOfAnyPort(t *testing.T) {
	refused := fsm.Failure{Event: fsm.PortTaken, Reason: "--port: " + probes.ErrPortNotPermitted.Error()}
	for ports, want := range map[[2]int]string{{7233, 8233}: "sandbox", {80, 8233}: "from 1024 on", {7233, 443}: "from 1024 on"} {
		_, try := remedy(fsm.Record{Failure: refused, Settings: fsm.Settings{Port: ports[0], UIPort: ports[1]}}, "/home")
		if !strings.Contains(try, want) {
			t.Errorf("%v: %s", ports, try)
		}
	}
}
