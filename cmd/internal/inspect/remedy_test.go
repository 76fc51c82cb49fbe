package inspect

import (
	"os"
	"strings"
	"testing"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

// A remedy goes by the code of a failure. A record of a version before the codes has none: its
// event and its shortage decide.
func TestRemedy(t *testing.T) {
	home := statefile.Home(t.TempDir())
	if err := os.MkdirAll(home.Log(), 0o700); err != nil { // a folder, so no log
		t.Fatal(err)
	}
	for _, c := range []struct {
		failure    fsm.Failure
		means, try string
	}{
		{fsm.Failure{Event: fsm.SpawnFailed, Code: fsm.CodeCallRefused}, "sandbox", "run it outside of the sandbox"},
		{fsm.Failure{Event: fsm.SpawnFailed, Code: fsm.CodeProcessLimit}, "processes", "its limit of pids"},
		{fsm.Failure{Event: fsm.SpawnFailed, Code: fsm.CodeFileLimit}, "open files", "ulimit -n"},
		{fsm.Failure{Event: fsm.SpawnFailed, Code: fsm.CodeLogUnusable}, "is not a file", "move it away"},
		{fsm.Failure{Event: fsm.SpawnFailed, Code: fsm.CodeSpawnFailed}, "kept in the record", "look for why in"},
		{fsm.Failure{Event: fsm.PortTaken, Code: fsm.CodePortRefused}, "security module", "outside of the sandbox"},
		{fsm.Failure{Event: fsm.PortTaken, Code: fsm.CodePortPrivileged}, "cannot listen", "from 1024 on"},
		{fsm.Failure{Event: fsm.PortTaken, Code: fsm.CodeAddressForeign}, "cannot listen", "--ip 127.0.0.1"},
		{fsm.Failure{Event: fsm.PortTaken, Code: fsm.CodeAddressUnreachable}, "no client could reach", "ip link set lo up"},
		{fsm.Failure{Event: fsm.LockDenied, Code: fsm.CodeDatabaseForeign}, "cannot serve from it", "take another database"},
		{fsm.Failure{Event: fsm.LockDenied, Code: fsm.CodeDatabaseInUse}, "not touched", "end that program"},
		{fsm.Failure{Event: fsm.Exited, Code: fsm.CodeDatabaseFull}, home.DB() + " is full", "make room"},
		{fsm.Failure{Event: fsm.Exited, Code: fsm.CodeDatabaseLocked}, home.DB() + " locked", "end that program"},
		{fsm.Failure{Event: fsm.Exited, Code: fsm.CodeCrashed, LogTail: "oops"}, "kept in the record", "mend what its last lines say"},
		{fsm.Failure{Event: fsm.SaveFailed}, "cannot name", "make room on the disk"},
		{fsm.Failure{Event: fsm.LockDenied}, "not touched", "end that program"},
		{fsm.Failure{Event: fsm.PortTaken}, "cannot listen", "or other ports"},
		{fsm.Failure{Event: fsm.Exited, Exit: fsm.Exit{Shortage: fsm.LimitShortage}}, "kept in the record", "raise the memory limit"},
		{fsm.Failure{Event: fsm.Exited, Exit: fsm.Exit{Shortage: fsm.MachineShortage}}, "kept in the record", "end what needs much memory"},
	} {
		means, try := Remedy(fsm.Record{Settings: fsm.Settings{DB: home.DB()}, Failure: c.failure}, home)
		if !strings.Contains(means, c.means) || !strings.Contains(try, c.try) {
			t.Errorf("%+v: %s; %s", c.failure, means, try)
		}
	}
}
