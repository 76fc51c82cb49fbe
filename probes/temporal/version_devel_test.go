package temporal

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/stigmer/local/fsm"
)

// devel is a program of the Temporal CLI's module whose version the Go linker does not
// know, as of a build from a source archive: it adds a line to FILE.ran, and prints FILE.says.
const devel = `package main

import ("fmt"; "os"; _ "go.temporal.io/server")

func main() {
	exe, _ := os.Executable()
	log, _ := os.OpenFile(exe+".ran", os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	fmt.Fprintln(log, os.Args[1:])
	says, _ := os.ReadFile(exe + ".says")
	fmt.Print(string(says))
}
`

// buildDevel builds devel as path, in a module of this name.
func buildDevel(t *testing.T, path, module string) {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("there is no go")
	}
	source := t.TempDir()
	check(t, os.Mkdir(filepath.Join(source, "server"), 0o700))
	for name, text := range map[string]string{
		"go.mod":        "module " + module + "\nrequire " + serverModule + " v1.31.0\nreplace " + serverModule + " => ./server\n",
		"server/go.mod": "module " + serverModule + "\n", "server/server.go": "package server\n",
	} {
		check(t, os.WriteFile(filepath.Join(source, name), []byte(text), 0o600))
	}
	check(t, os.WriteFile(filepath.Join(source, "main.go"), []byte(devel), 0o600))
	build := exec.Command("go", "build", "-buildvcs=false", "-o", path, ".")
	build.Dir = source
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// A build that carries no version of its own carries that of the server that is linked into it,
// and in Homebrew's folder it has a version as well. It is not run.
func TestDevelBuild(t *testing.T) {
	keg := filepath.Join(t.TempDir(), "Cellar", "temporal", "1.8.0_1", "bin", "temporal")
	check(t, os.MkdirAll(filepath.Dir(keg), 0o700))
	buildDevel(t, keg, temporalModule)
	link := filepath.Join(t.TempDir(), "temporal")
	check(t, os.Symlink(keg, link))
	if got, want := ReadProgram(link), (fsm.Program{Version: "1.8.0", ServerVersion: "1.31.0"}); got != want || !SaysAll(got) || !got.IsCLI() {
		t.Errorf("in the Cellar: %+v", got)
	}
	plain := filepath.Join(t.TempDir(), "temporal")
	check(t, os.Rename(keg, plain))
	if got, want := ReadProgram(plain), (fsm.Program{ServerVersion: "1.31.0"}); got != want || SaysAll(got) || !got.IsCLI() {
		t.Errorf("elsewhere: %+v", got)
	}
	for _, path := range []string{keg, plain} {
		if _, err := os.Stat(path + ".ran"); err == nil {
			t.Error("it was run:", path)
		}
	}
}

// The server's version is the one that is linked, wherever that came from.
func TestLinkedServer(t *testing.T) {
	server := func(version string, replaced *debug.Module) []*debug.Module {
		return []*debug.Module{{Path: "example.com/x", Version: "v9.9.9"}, {Path: serverModule, Version: version, Replace: replaced}}
	}
	for want, linked := range map[string][]*debug.Module{
		"1.31.2": server("v1.31.2", nil),
		"1.32.0": server("v1.31.2", &debug.Module{Path: "example.com/fork", Version: "v1.32.0"}),
		"1.30.0": server("v1.30.0", &debug.Module{Path: "../server"}),
		"":       server("(devel)", nil)[:1],
	} {
		if got := serverVersion(linked); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// A program of another module is not run, whatever it is called.
func TestVersionOfAnotherModule(t *testing.T) {
	path := filepath.Join(t.TempDir(), "Cellar", "temporal", "1.8.0", "bin", "temporal")
	check(t, os.MkdirAll(filepath.Dir(path), 0o700))
	buildDevel(t, path, "example.com/temporal")
	if got := ReadProgram(path); got != (fsm.Program{Wrapper: true}) {
		t.Errorf("got %+v", got)
	}
	if _, err := os.Stat(path + ".ran"); err == nil {
		t.Error("it was run")
	}
}

// A program that does not end is killed: this one waits for words from a pipe.
func TestVersionOfOneThatHangs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "temporal")
	buildDevel(t, path, temporalModule)
	check(t, unix.Mkfifo(path+".says", 0o600))
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { _, err := TryVersion(ctx, path, "/", nil); done <- err }()
	pipe, err := os.OpenFile(path+".says", os.O_WRONLY, 0) // opens when the program has
	check(t, err)
	defer pipe.Close()
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestParseVersion(t *testing.T) {
	for text, want := range map[string]fsm.Program{
		"temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)\n":            {Version: "1.9.1", ServerVersion: "1.32.0"},
		"temporal version 1.10.0-rc.2 (Server 1.32.0)":                   {Version: "1.10.0-rc.2", ServerVersion: "1.32.0"},
		"temporal version 0.0.0-DEV (Server 1.32.0, UI 2)":               {ServerVersion: "1.32.0"},
		"temporal version 1.2.3":                                         {Version: "1.2.3"},
		"using 1.9.1\ntemporal version 1.9.1 (Server 1.32.0, UI 2.54.1)": {Version: "1.9.1", ServerVersion: "1.32.0"},
		"temporal version ../../x":                                       {},
		"temporal version":                                               {},
		"tctl version 1.2.3":                                             {},
		"":                                                               {},
	} {
		if got := ParseVersion(strings.Split(text, "\n")); got != want {
			t.Errorf("%q: %+v, want %+v", text, got, want)
		}
	}
}

func TestCellarVersion(t *testing.T) {
	for path, want := range map[string]string{
		"/opt/homebrew/Cellar/temporal/1.5.1/bin/temporal":          "1.5.1",
		"/home/linuxbrew/.linuxbrew/Cellar/temporal/1.5.1_2/bin/tm": "1.5.1",
		"/usr/local/Cellar/temporal/HEAD-1a2b3c4/bin/temporal":      "",
		"/opt/homebrew/Cellar/tctl/1.5.1/bin/temporal":              "",
		"/opt/homebrew/Caskroom/temporal/1.5.1/bin/temporal":        "",
		"/opt/homebrew/Cellar/temporal/1.5.1/libexec/temporal":      "",
		"/opt/homebrew/bin/temporal":                                "",
		"temporal":                                                  "",
	} {
		if got := cellarVersion(path); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}
