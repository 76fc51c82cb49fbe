package program

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stigmer/local/actions/internal/stage"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

// wrapper is a script that counts its runs in a file beside it, and prints a version.
type wrapper struct {
	t    *testing.T
	path string
}

func (w wrapper) write(prints string) {
	text := fmt.Sprintf("#!/bin/sh\necho $* >>%s.ran\n%s\n", w.path, prints)
	stage.Check(w.t, os.WriteFile(w.path+".new", []byte(text), 0o700))
	stage.Check(w.t, os.Rename(w.path+".new", w.path))
}

func (w wrapper) runs() int {
	text, _ := os.ReadFile(w.path + ".ran") // there is none before the first run
	return strings.Count(string(text), "--version")
}

// A wrapper is run for its version once, whichever process asks, and again when it is another file.
func TestRemembered(t *testing.T) {
	home := statefile.Home(t.TempDir())
	w := wrapper{t, filepath.Join(t.TempDir(), "temporal")}
	is := func(runs int, want fsm.Program) {
		t.Helper()
		for range 2 { // the second is another process to it: nothing but the home remembers
			stage.Is(t, "the program", InFile(t.Context(), home, w.path), want)
		}
		stage.Is(t, "runs", w.runs(), runs)
	}
	w.write("echo 'temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)'")
	is(1, fsm.Program{Version: "1.9.1", ServerVersion: "1.32.0", Wrapper: true})
	w.write("echo 'temporal version 1.10.0 (Server 1.33.0, UI 2.54.1)'")
	is(2, fsm.Program{Version: "1.10.0", ServerVersion: "1.33.0", Wrapper: true})
	w.write("echo hello") // that it has none is remembered as well
	is(3, fsm.Program{Wrapper: true})
	stage.Check(t, os.Chtimes(w.path, time.Time{}, time.Unix(1, 0)))
	is(4, fsm.Program{Wrapper: true})
	w.write("exit 1") // it may work the next time
	is(6, fsm.Program{Wrapper: true})

	stage.Check(t, os.WriteFile(home.Programs(), []byte("{"), 0o600)) // damaged
	w.write("echo 'temporal version 0.0.0-DEV (Server 1.32.0, UI 2.54.1)'")
	is(7, fsm.Program{ServerVersion: "1.32.0", Wrapper: true})
}

// A program is asked once about flags, whatever their values, and anew about others or when it is another file.
// What it is remembered to be stays.
func TestFlagsAreRemembered(t *testing.T) {
	home := statefile.Home(t.TempDir())
	w := wrapper{t, filepath.Join(t.TempDir(), "temporal")}
	const script = `case "$*" in --version*) echo 'temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)';; *--nope*) echo 'Error: unknown flag: --nope'; exit 1;; esac`
	w.write(script)
	asked := func() int {
		text, _ := os.ReadFile(w.path + ".ran")
		return strings.Count(string(text), "server start-dev --help --env default --env-file /dev/null --")
	}
	try := func(s fsm.Settings, times int, refused bool) {
		t.Helper()
		s.TemporalBin = w.path
		for range 2 {
			printed, err := TryFlags(t.Context(), home, fsm.Record{Settings: s}, os.Environ())
			stage.Is(t, "refused", err != nil, refused)
			stage.Is(t, "known", KnowsFlags(home, s), !refused)
			if refused {
				stage.Has(t, strings.Join(printed, "\n"), "unknown flag: --nope")
			}
		}
		stage.Is(t, "asked", asked(), times)
	}
	try(fsm.Settings{Port: 1, Namespaces: "a"}, 0, false) // what every version has
	try(fsm.Settings{ServerFlags: fsm.ServerFlags{UIIP: "::1", SQLitePragmas: "a=1"}}, 1, false)
	try(fsm.Settings{ServerFlags: fsm.ServerFlags{UIIP: "127.0.0.1", SQLitePragmas: "b=2"}}, 1, false)
	stage.Is(t, "the version", InFile(t.Context(), home, w.path).Version, "1.9.1")
	try(fsm.Settings{ServerFlags: fsm.ServerFlags{Args: "--nope"}}, 3, true) // it may know it the next time
	try(fsm.Settings{ServerFlags: fsm.ServerFlags{UIIP: "127.0.0.1", SQLitePragmas: "b=2"}}, 3, false)
	w.write(script + "\n")
	try(fsm.Settings{ServerFlags: fsm.ServerFlags{UIIP: "127.0.0.1", SQLitePragmas: "b=2"}}, 4, false)
	if _, _, err := Try(t.Context(), home, fsm.Record{Settings: fsm.Settings{TemporalBin: w.path}}, os.Environ()); err != nil {
		t.Error(err)
	}
	try(fsm.Settings{ServerFlags: fsm.ServerFlags{UIIP: "127.0.0.1", SQLitePragmas: "b=2"}}, 4, false)
}

// Where there is no home, nothing is made.
func TestNoHome(t *testing.T) {
	home := statefile.Home(filepath.Join(t.TempDir(), "none"))
	w := wrapper{t, filepath.Join(t.TempDir(), "temporal")}
	w.write("echo 'temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)'")
	stage.Is(t, "the version", InFile(t.Context(), home, w.path).Version, "1.9.1")
	if _, err := os.Stat(string(home)); err == nil {
		t.Error("a home was made")
	}
}

// A driver looks at a program once, also at one that fails, and again when it is another file.
func TestKnown(t *testing.T) {
	home := statefile.Home(t.TempDir())
	w := wrapper{t, filepath.Join(t.TempDir(), "temporal")}
	var k Known
	is := func(runs int, want string) {
		t.Helper()
		for range 3 {
			stage.Is(t, "the version", k.Of(home, fsm.Record{Settings: fsm.Settings{TemporalBin: w.path}}).Version, want)
		}
		stage.Is(t, "runs", w.runs(), runs)
	}
	is(0, "") // there is no file
	w.write("exit 1")
	is(1, "")
	w.write("echo 'temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)'")
	is(2, "1.9.1")
}

// The home does not remember more programs than entryLimit, and of each path the latest.
func TestMemoryIsBounded(t *testing.T) {
	home := statefile.Home(t.TempDir())
	for i := range entryLimit + 3 {
		remember(home, entry{Path: fmt.Sprint("/", i), File: "1"})
	}
	remember(home, entry{Path: "/5", File: "2"})
	all := entries(home)
	stage.Is(t, "entries", len(all), entryLimit)
	stage.Is(t, "the oldest", all[0].Path, "/3")
	stage.Is(t, "the latest", all[entryLimit-1], entry{Path: "/5", File: "2"})
}
