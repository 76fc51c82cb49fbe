package temporal

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// devel is a program of the Temporal CLI's module whose version the Go linker does not
// know, as of a build from a source archive: it adds a line to FILE.ran, and prints FILE.says.
const devel = `package main

import ("fmt"; "os")

func main() {
	exe, _ := os.Executable()
	log, _ := os.OpenFile(exe+".ran", os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	folder, _ := os.Getwd()
	fmt.Fprintln(log, os.Args[1:], len(os.Environ()), folder)
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
	check(t, os.WriteFile(filepath.Join(source, "go.mod"), []byte("module "+module+"\n"), 0o600))
	check(t, os.WriteFile(filepath.Join(source, "main.go"), []byte(devel), 0o600))
	build := exec.Command("go", "build", "-buildvcs=false", "-o", path, ".")
	build.Dir = source
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// A build that carries no version is run for it, once, with nothing of the caller's. In
// Homebrew's folder it is not run at all.
func TestDevelBuild(t *testing.T) {
	keg := filepath.Join(t.TempDir(), "Cellar", "temporal", "1.8.0_1", "bin", "temporal")
	check(t, os.MkdirAll(filepath.Dir(keg), 0o700))
	buildDevel(t, keg, temporalModule)
	link := filepath.Join(t.TempDir(), "temporal")
	check(t, os.Symlink(keg, link))
	if got := VersionOf(link); got != "1.8.0" {
		t.Errorf("in the Cellar: %q", got)
	}
	if _, err := os.Stat(keg + ".ran"); err == nil {
		t.Error("it was run in the Cellar, where its path has the version")
	}

	plain := filepath.Join(t.TempDir(), "temporal")
	check(t, os.Rename(keg, plain))
	check(t, os.WriteFile(plain+".says", []byte("temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)\n"), 0o600))
	var v Versions
	for range 3 {
		if got := v.Of(plain); got != "1.9.1" {
			t.Errorf("it says 1.9.1: %q", got)
		}
	}
	ran := func(want int) {
		t.Helper()
		text, err := os.ReadFile(plain + ".ran")
		check(t, err)
		if got := strings.Count(string(text), "[--version] 0 /\n"); got != want || strings.Count(string(text), "\n") != want {
			t.Errorf("runs for the version, want %d:\n%s", want, text)
		}
	}
	ran(1)
	check(t, os.WriteFile(plain+".says", []byte("temporal version 0.0.0-DEV (Server 1.32.0, UI 2.54.1)\n"), 0o600))
	check(t, os.Chtimes(plain, time.Time{}, time.Unix(1, 0))) // another build
	for range 3 {
		if got := v.Of(plain); got != "" {
			t.Errorf("it has no version: %q", got)
		}
	}
	ran(2)
}

// A program of another module is not run, whatever it is called.
func TestVersionOfAnotherModule(t *testing.T) {
	path := filepath.Join(t.TempDir(), "Cellar", "temporal", "1.8.0", "bin", "temporal")
	check(t, os.MkdirAll(filepath.Dir(path), 0o700))
	buildDevel(t, path, "example.com/temporal")
	if got := VersionOf(path); got != "" {
		t.Errorf("got %q", got)
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
	done := make(chan string)
	go func() { done <- runForVersion(ctx, path) }()
	pipe, err := os.OpenFile(path+".says", os.O_WRONLY, 0) // opens when the program has
	check(t, err)
	defer pipe.Close()
	cancel()
	if got := <-done; got != "" {
		t.Errorf("got %q", got)
	}
}

func TestParseVersion(t *testing.T) {
	for text, want := range map[string]string{
		"temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)\n": "1.9.1",
		"temporal version 1.10.0-rc.2 (Server 1.32.0)":        "1.10.0-rc.2",
		"temporal version 0.0.0-DEV (Server 1.32.0, UI 2)":    "",
		"temporal version ../../x":                            "",
		"temporal version":                                    "",
		"tctl version 1.2.3":                                  "",
		"":                                                    "",
	} {
		if got := parseVersion(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
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
