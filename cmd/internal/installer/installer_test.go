package installer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stigmer/local/actions/install"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/config"
	"github.com/stigmer/local/statefile"
)

// TestInstallProgressOnATerminal: a bar is drawn in one line, and the next step clears it.
func TestInstallProgressOnATerminal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		p := &installProgress{out: &out, terminal: true, began: time.Now()}
		p.Step("Fetching   x")
		p.Downloaded(1<<20, 101<<20) // what was kept: the bar is for the rest
		time.Sleep(10 * time.Second)
		p.Downloaded(51<<20, 101<<20)
		p.Downloaded(52<<20, 101<<20) // too soon
		time.Sleep(time.Second)
		p.Downloaded(101<<20, 101<<20)
		p.Step("Verified   x")
		p.BuildOutput("go: " + strings.Repeat("long ", 50))
		p.clear()
		const line = "\r           %s (%s) \x1b[0K"
		want := "Fetching   x\n" +
			fmt.Sprintf(line, "  0% [------------------------]", " 0 B/100 MiB") +
			fmt.Sprintf(line, " 50% [############------------]", "50/100 MiB, 5.0 MiB/s") +
			"\r\x1b[KFetched    101.0 MiB\nVerified   x\n" +
			"\r\x1b[K           11s  go: " + strings.Repeat("long ", 11) + "long…\r\x1b[K"
		if out.String() != want {
			t.Errorf("%q\nnot\n%q", out.String(), want)
		}
	})
}

// TestInstallProgressElsewhere: without a terminal there are plain lines, and few.
func TestInstallProgressElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		p := newInstallProgress(&out, cli.Voice{})
		p.Step("Fetching   x")
		for i := range int64(16) {
			p.Downloaded(i<<20, 15<<20)
			time.Sleep(time.Second)
		}
		p.Step("Fetching   y")
		for i := range int64(15) {
			p.Downloaded((i+1)<<20, 0)
			time.Sleep(time.Second)
		}
		p.Step("Building   z")
		for i := range 15 {
			p.BuildOutput(fmt.Sprint("go: downloading ", i))
			time.Sleep(time.Second)
		}
		p.clear()
		want := "Fetching   x\n            66%  10.0 MiB of 15.0 MiB\nFetched    15.0 MiB\n" +
			"Fetching   y\n           11.0 MiB\nBuilding   z\n           41s  go: downloading 10\n"
		if out.String() != want {
			t.Errorf("%q\nnot\n%q", out.String(), want)
		}
	})
}

// TestInstallProblems: every way to fail has its three lines and its status.
func TestInstallProblems(t *testing.T) {
	home := statefile.Home(t.TempDir())
	of := func(kind install.Kind, text string) error { return &install.Error{Kind: kind, Text: text} }
	broken := of(install.Broken, "http://h/a.tar.gz broke off: unexpected EOF")
	for name, c := range map[string]struct {
		err  error
		exit int
		has  []string
	}{
		"interrupted": {context.Canceled, cli.ExitInterrupted, []string{"install was interrupted"}},
		"broken":      {broken, cli.ExitFailed, []string{"the download http://h/a.tar.gz broke off: unexpected EOF", "same command again"}},
		"away":        {of(install.Unreachable, "h cannot be reached"), cli.ExitFailed, []string{"h cannot be reached", "HTTPS_PROXY", config.MirrorVariable, "--from go"}},
		"not found":   {of(install.NotFound, "u answers 404 Not Found"), cli.ExitFailed, []string{"u answers 404", "no such version"}},
		"in trouble":  {of(install.Unserved, "u answers 503"), cli.ExitFailed, []string{"later again"}},
		"refused":     {of(install.Refused, "published is 2"), cli.ExitFailed, []string{"published is 2", "on the way", "nothing of it was kept or run"}},
		"platform":    {of(install.NoRelease, "no release for x"), cli.ExitFailed, []string{"no release for x", "--from go"}},
		"no go":       {of(install.NoGo, "there is no go tool"), cli.ExitFailed, []string{"there is no go tool", "--from release"}},
		"no commit":   {of(install.Unresolved, "go cannot build it"), cli.ExitFailed, []string{"go cannot build it", "HTTPS_PROXY", config.MirrorVariable, "--from release", "v1.8.2, v1.8.1"}},
		"build":       {&install.Error{Kind: install.Unbuilt, Text: "exit status 1", Lines: []string{"last words"}}, cli.ExitFailed, []string{"    | last words", "--from release"}},
		"neither":     {of(install.NeitherWay, "exit status 1"), cli.ExitFailed, []string{"HTTPS_PROXY"}},
		"disk":        {&fs.PathError{Op: "write", Path: "p", Err: syscall.ENOSPC}, cli.ExitFailed, []string{"cannot be written to; nothing was installed"}},
		"permission":  {&fs.PathError{Op: "mkdir", Path: "p", Err: syscall.EACCES}, cli.ExitPermission, []string{"this user may not; nothing was installed"}},
	} {
		p := installProblem(c.err, "install", home, "v1.5.1")
		for _, text := range append(c.has, "\n  meaning: ", "nothing", "\n  try:     ") {
			if !strings.Contains(p.Text(), text) {
				t.Errorf("%s without %q:\n%s", name, text, p.Text())
			}
		}
		if p.Exit != c.exit {
			t.Errorf("%s: exit status %d", name, p.Exit)
		}
	}
	name := fmt.Sprintf("temporal_cli_1.5.1_%s_%s.tar.gz.part", runtime.GOOS, runtime.GOARCH)
	if err := errors.Join(os.MkdirAll(home.Downloads(), 0o700), os.WriteFile(filepath.Join(home.Downloads(), name), make([]byte, 2048), 0o600)); err != nil {
		t.Fatal(err)
	}
	kept := "the 2 KiB that were fetched are kept in " + home.Downloads()
	if p := installProblem(broken, "install", home, "v1.5.1"); !strings.Contains(p.Means, kept) {
		t.Errorf("without %q:\n%s", kept, p.Text())
	}
	if p := installProblem(broken, "install", home, "v1.4.0"); strings.Contains(p.Means, "kept") {
		t.Errorf("of another version:\n%s", p.Text())
	}
}

func TestInstalledLines(t *testing.T) {
	const installed, aside = "Installed  /p", "Kept       what was there and could not be run: /a"
	const slow = "Starting   macOS checks a new program at its first run, which can take some seconds"
	for _, c := range []struct {
		done   install.Result
		system string
		want   []string
	}{
		{install.Result{Program: "/p"}, "linux", []string{installed}},
		{install.Result{Program: "/p", Aside: "/a"}, "linux", []string{installed, aside}},
		{install.Result{Program: "/p", Aside: "/a"}, "darwin", []string{installed, slow, aside}},
		{install.Result{Program: "/p", Needless: true}, "darwin", nil}, // another command has installed it
	} {
		if got := installedLines(c.done, c.system); !slices.Equal(got, c.want) {
			t.Errorf("%+v on %s: %q", c.done, c.system, got)
		}
	}
}
