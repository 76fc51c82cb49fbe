package evidence

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stigmer/local/actions/internal/stage"
	"github.com/stigmer/local/actions/launch"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

func TestRecoverWithoutARecord(t *testing.T) {
	home := stage.NewHome(t)
	d, err := Recover(home)
	stage.Check(t, err)
	stage.Is(t, "record", d.Record, fsm.Record{State: fsm.Stopped, Desired: fsm.WantStopped, Settings: fsm.Settings{Policy: fsm.DefaultPolicy()}})
	stage.Is(t, "paths", d.Paths, home.Paths())
	stage.Is(t, "history", len(d.History), 0)
	stage.Is(t, "a record is made by reading", stage.FileExists(home.State()), false)
}

func TestRecoverReadsTheRecord(t *testing.T) {
	home := stage.NewHome(t)
	want := fsm.Record{State: fsm.Stopped, Desired: fsm.WantRunning, Generation: 7, Settings: fsm.Settings{Policy: fsm.DefaultPolicy()}}
	stage.Check(t, statefile.File{Home: home}.Save(statefile.Document{Record: want}))
	d, err := Recover(home)
	stage.Check(t, err)
	stage.Is(t, "record", d.Record, want)
}

// What cannot be read is kept under another name, and its place is free.
func TestRecoverSetsAside(t *testing.T) {
	for name, put := range map[string]func(path string) error{
		"empty":    func(path string) error { return os.WriteFile(path, nil, 0o600) },
		"zeros":    func(path string) error { return os.WriteFile(path, make([]byte, 512), 0o600) },
		"cut off":  func(path string) error { return os.WriteFile(path, []byte(`{"schema":1,"state":"Hea`), 0o600) },
		"no state": func(path string) error { return os.WriteFile(path, []byte(`{"schema":1,"desired":"running"}`), 0o600) },
		"a folder": func(path string) error { return os.MkdirAll(filepath.Join(path, "with", "content"), 0o700) },
		"a link":   func(path string) error { return os.Symlink("/etc/hostname", path) },
	} {
		t.Run(name, func(t *testing.T) {
			home := stage.NewHome(t)
			stage.Check(t, put(home.State()))
			d, err := Recover(home)
			stage.Check(t, err)
			kept, err := filepath.Glob(home.State() + ".corrupt-*")
			stage.Check(t, err)
			stage.Is(t, "kept", len(kept), 1)
			stage.Is(t, "in its place", stage.FileExists(home.State()), false)
			stage.Is(t, "state", d.State, fsm.Stopped)
			stage.Is(t, "desired", d.Desired, fsm.WantStopped)
			stage.Has(t, d.Reason, "could not be read", kept[0])
			stage.Is(t, "history", len(d.History), 1)
			stage.Is(t, "cause", d.History[0].Cause, d.Reason)
		})
	}
}

func TestRecoverLeavesANewerRecordAlone(t *testing.T) {
	home := stage.NewHome(t)
	const text = `{"schema":2,"state":["something else"]}`
	stage.Check(t, os.WriteFile(home.State(), []byte(text), 0o600))
	_, err := Recover(home)
	var newer statefile.NewerError
	stage.Is(t, "newer", errors.As(err, &newer) && newer.Schema == 2, true)
	have, err := os.ReadFile(home.State())
	stage.Check(t, err)
	stage.Is(t, "record", string(have), text)
	stage.Is(t, "files", strings.Contains(strings.Join(stage.List(t, string(home)), " "), "corrupt"), false)
}

// A Temporal that runs is found again as the owner of the lock, and how it was started by its
// command line.
func TestRecoverFindsTemporal(t *testing.T) {
	s := newScene(t)
	program, err := os.Executable()
	stage.Check(t, err)
	settings := fsm.Settings{
		IP: "127.0.0.1", Port: 7233, UIPort: 8233, DB: s.home.DB(), Namespaces: "one,two", TemporalBin: program, Policy: fsm.DefaultPolicy(),
		ServerLog: fsm.ServerLog{LogLevel: "debug", LogFormat: "json"},
	}
	side := fsm.Ports{HTTP: 61001, Metrics: 61002}
	s.spawn(launch.Args(settings, side)[1:]...)
	stage.Check(t, os.WriteFile(s.home.State(), []byte("rubbish"), 0o600))
	d, err := Recover(s.home)
	stage.Check(t, err)
	stage.Is(t, "Temporal", d.Temporal.Same(s.record.Temporal), true)
	stage.Is(t, "settings", d.Settings, settings)
	stage.Is(t, "side ports", d.Drawn, side)
}
