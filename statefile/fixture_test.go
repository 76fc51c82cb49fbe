package statefile

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stigmer/local/fsm"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func newHome(t *testing.T) Home {
	t.Helper()
	home, err := OpenHome(filepath.Join(t.TempDir(), "home"))
	check(t, err)
	return home
}

// sample has a value in every field, so that the golden file shows them all.
func sample() Document {
	const boot = "7a9c4f51-6b0e-4a55-9d3f-0f6f2f6b8f11/4026531836"
	d := Document{
		Schema: Schema,
		Record: fsm.Record{
			State: fsm.Healthy, Since: 1_767_225_600_000, Generation: 12, Incarnation: 2,
			Desired: fsm.WantRunning, Term: fsm.Term{RestartPending: true}, Reason: "a client can work <again> & \"at once\"",
			Settings: fsm.Settings{
				IP: "127.0.0.1", Port: 7233, UIPort: 8233, MetricsPort: 9233,
				DB: "/home/ada/.stigmer/temporal-data/temporal.db", Namespaces: "default,billing",
				TemporalBin: "/home/ada/.stigmer/bin/temporal", TemporalVersion: "v1.5.1", Policy: fsm.DefaultPolicy(),
			},
			Supervisor: fsm.Process{PID: 4100, PGID: 4100, StartTicks: 88_001, Boot: boot,
				Exe: "/usr/local/bin/stigmer", StartedAt: 1_767_225_599_000, Program: fsm.Program{Version: "v0.1.0"}},
			Drawn: fsm.Ports{Frontend: 7233, UI: 8233, HTTP: 61_007, Metrics: 61_008},
			RecordedRun: fsm.RecordedRun{Lost: true, Temporal: fsm.Process{PID: 4107, PGID: 4107, StartTicks: 88_020, Boot: boot,
				Exe: "/home/ada/.stigmer/bin/temporal", StartedAt: 1_767_225_599_200, Program: fsm.Program{Version: "1.8.2", ServerVersion: "1.31.2"}}},
			Restarts: fsm.Restarts{Total: 1, Recent: [fsm.MaxRestartLimit]fsm.Instant{1_767_225_598_000}, Unserved: 1},
			Failure: fsm.Failure{Event: fsm.Exited, Code: fsm.CodeCrashed, Reason: "Temporal exited (signal: killed)",
				Exit: fsm.Exit{Known: true, Code: -1, Signal: "killed"}, LogTail: "one\ntwo\x1b[0m"},
			Database: fsm.Database{Path: "/home/ada/.stigmer/temporal-data/temporal.db", Created: true, Served: true, Aside: "/home/ada/.stigmer/temporal-data/temporal.db.reset-20260101-000000",
				Setup: fsm.AppliedSetup{Wanted: fsm.WantedSetup{Namespaces: "billing", Setup: fsm.Setup{SearchAttributes: "Customer=Text", Retention: 3_600_000}},
					File: "64768:12:0123456789abcdef", At: 1_767_225_600_100, Fault: "the search attribute Customer is there with the type Keyword",
					FoundSetup: fsm.FoundSetup{FoundAttributes: "default:Customer=Keyword", FoundRetention: "default=1h0m0s"}}},
		},
		Paths: Home("/home/ada/.stigmer").Paths(),
	}
	for i, row := range fsm.Table[:3] {
		d = d.Add(fsm.Transition{At: 1_767_225_598_000 + fsm.Instant(i), From: row.From, Event: row.On, To: row.To, Cause: row.Why})
	}
	return d
}

// withUmask sets the umask of the whole process: its test must not be parallel.
func withUmask(t *testing.T, mask int) {
	t.Helper()
	old := syscall.Umask(mask)
	t.Cleanup(func() { syscall.Umask(old) })
}

func write(t *testing.T, path, text string) {
	t.Helper()
	check(t, os.WriteFile(path, []byte(text), 0o600))
}

func names(t *testing.T, home Home) []string {
	t.Helper()
	entries, err := os.ReadDir(string(home))
	check(t, err)
	var list []string
	for _, entry := range entries {
		list = append(list, entry.Name())
	}
	return list
}

func leftovers(t *testing.T, home Home) (left []string) {
	t.Helper()
	for _, name := range names(t, home) {
		if strings.HasPrefix(name, ".") {
			left = append(left, name)
		}
	}
	return left
}

func wantMode(t *testing.T, path string, want os.FileMode) {
	t.Helper()
	info, err := os.Lstat(path)
	check(t, err)
	if info.Mode().Perm() != want {
		t.Errorf("%s has mode %04o, want %04o", path, info.Mode().Perm(), want)
	}
}

// check ends the test unless err is nil.
func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
