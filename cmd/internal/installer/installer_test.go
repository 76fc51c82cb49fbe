package installer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
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
			"\r\x1b[KFetched    101.0 MiB  9.1 MiB/s\nVerified   x\n" +
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
		want := "Fetching   x\n            67%  10.0 MiB of 15.0 MiB  1.0 MiB/s\nFetched    15.0 MiB  1.0 MiB/s\n" +
			"Fetching   y\n           11.0 MiB  1.0 MiB/s\nBuilding   z\n           41s  go: downloading 10\n"
		if out.String() != want {
			t.Errorf("%q\nnot\n%q", out.String(), want)
		}
	})
}

// TestInstallProblems: every way to fail has its three lines and its status.
func TestInstallProblems(t *testing.T) {
	home := statefile.Home(t.TempDir())
	broken := install.BrokenError{URL: "http://h/a.tar.gz", Err: errors.New("unexpected EOF")}
	for name, c := range map[string]struct {
		err  error
		exit int
		has  []string
	}{
		"interrupted": {context.Canceled, cli.ExitInterrupted, []string{"install was interrupted"}},
		"broken":      {broken, cli.ExitFailed, []string{"the download http://h/a.tar.gz broke off: unexpected EOF", "same command again"}},
		"away":        {install.UnreachableError{Host: "h", Err: errors.New("refused")}, cli.ExitFailed, []string{"h cannot be reached: refused", "HTTPS_PROXY", config.MirrorVariable, "--from go"}},
		"not found":   {install.StatusError{URL: "u", Code: 404, Status: "404 Not Found"}, cli.ExitFailed, []string{"u answers 404", "no such version"}},
		"in trouble":  {install.StatusError{URL: "u", Code: 503, Status: "503 x"}, cli.ExitFailed, []string{"later again"}},
		"refused":     {install.RefusedError{Why: "a has the SHA-256 1, published is 2"}, cli.ExitFailed, []string{"published is 2", "on the way", "nothing of it was kept or run"}},
		"platform":    {fmt.Errorf("%w for linux/riscv64", install.ErrNoRelease), cli.ExitFailed, []string{"no release for linux/riscv64", "--from go"}},
		"no go":       {fmt.Errorf("there is no go tool: %w", exec.ErrNotFound), cli.ExitFailed, []string{"there is no go tool", "--from release"}},
		"build":       {install.BuildError{Command: "go install x", Lines: []string{"last words"}, Err: errors.New("exit status 1")}, cli.ExitFailed, []string{"    | last words"}},
		"disk":        {&fs.PathError{Op: "write", Path: "p", Err: syscall.ENOSPC}, cli.ExitFailed, []string{"cannot be written to; nothing was installed"}},
		"permission":  {&fs.PathError{Op: "mkdir", Path: "p", Err: syscall.EACCES}, cli.ExitPermission, []string{"this user may not; nothing was installed"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := installProblem(fmt.Errorf("wrapped: %w", c.err), "install", home, "v1.5.1")
			for _, text := range append(c.has, "\n  meaning: ", "nothing", "\n  try:     ") {
				if !strings.Contains(p.Text(), text) {
					t.Errorf("without %q:\n%s", text, p.Text())
				}
			}
			if p.Exit != c.exit {
				t.Errorf("exit status %d", p.Exit)
			}
		})
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
