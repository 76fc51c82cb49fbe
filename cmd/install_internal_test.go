package cmd

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
	"github.com/stigmer/local/statefile"
)

// TestInstallProgressOnATerminal overwrites one line, and clears it before the
// next step.
func TestInstallProgressOnATerminal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		p := &installProgress{out: &out, fancy: true, began: time.Now()}
		p.Say("Fetching   x")
		p.Got(1<<20, 100<<20) // where it begins: a rate is measured from here on
		time.Sleep(10 * time.Second)
		p.Got(51<<20, 100<<20)
		p.Got(52<<20, 100<<20) // too soon
		time.Sleep(time.Second)
		p.Got(100<<20, 100<<20)
		p.Say("Verified   x")
		p.Heard("go: " + strings.Repeat("long ", 50))
		p.done()
		want := "Fetching   x\n" +
			"\r\x1b[K           [############------------]  51%  51.0 MiB of 100.0 MiB  5.0 MiB/s" +
			"\r\x1b[KFetched    100.0 MiB  9.0 MiB/s\nVerified   x\n" +
			"\r\x1b[K           11s  go: " + strings.Repeat("long ", 11) + "long…\r\x1b[K"
		if out.String() != want {
			t.Errorf("%q\nnot\n%q", out.String(), want)
		}
	})
}

// TestDownloadLineFits: in a narrow terminal the bar gives way, not the size and the rate.
func TestDownloadLineFits(t *testing.T) {
	for width, want := range map[int]string{
		0:  "            51%  51.0 MiB of 100.0 MiB  5.0 MiB/s",
		80: "           [############------------]  51%  51.0 MiB of 100.0 MiB  5.0 MiB/s",
		60: "           [####----]  51%  51.0 MiB of 100.0 MiB  5.0 MiB/s",
		52: "            51%  51.0 MiB of 100.0 MiB  5.0 MiB/s",
		40: "   51%  51.0 MiB of 100.0 MiB  5.0 MiB/s",
		20: " 51%  51.0 MiB of 100.0 MiB  5.0 MiB/s",
	} {
		if have := downloadLine(51<<20, 100<<20, "  5.0 MiB/s", width); have != want {
			t.Errorf("%d columns: %q, not %q", width, have, want)
		}
	}
}

// TestInstallProgressElsewhere writes plain lines, and few.
func TestInstallProgressElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		p := newInstallProgress(&out, voice{})
		p.Say("Fetching   x")
		for i := range int64(15) {
			p.Got((i+1)<<20, 0)
			time.Sleep(time.Second)
		}
		p.Got(1<<20, 0) // begun anew
		p.Say("Building   y")
		for i := range 15 {
			p.Heard(fmt.Sprint("go: downloading ", i))
			time.Sleep(time.Second)
		}
		p.done()
		want := "Fetching   x\n           11.0 MiB  1.0 MiB/s\nBuilding   y\n           25s  go: downloading 10\n"
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
		"interrupted": {context.Canceled, ExitInterrupted, []string{"install was interrupted"}},
		"broken":      {broken, ExitFailed, []string{"the download http://h/a.tar.gz broke off: unexpected EOF", "same command again"}},
		"away":        {install.UnreachableError{Host: "h", Err: errors.New("refused")}, ExitFailed, []string{"h cannot be reached: refused", "HTTPS_PROXY", mirrorVariable, "--from go"}},
		"not found":   {install.StatusError{URL: "u", Code: 404, Status: "404 Not Found"}, ExitFailed, []string{"u answers 404", "no such version"}},
		"in trouble":  {install.StatusError{URL: "u", Code: 503, Status: "503 x"}, ExitFailed, []string{"later again"}},
		"refused":     {install.RefusedError{Why: "a has the SHA-256 1, published is 2"}, ExitFailed, []string{"published is 2", "on the way", "nothing of it was kept or run"}},
		"platform":    {fmt.Errorf("%w for linux/riscv64", install.ErrNoRelease), ExitFailed, []string{"no release for linux/riscv64", "--from go"}},
		"no go":       {fmt.Errorf("there is no go tool: %w", exec.ErrNotFound), ExitFailed, []string{"there is no go tool", "--from release"}},
		"build":       {install.BuildError{Command: "go install x", Lines: []string{"last words"}, Err: errors.New("exit status 1")}, ExitFailed, []string{"    | last words"}},
		"disk":        {&fs.PathError{Op: "write", Path: "p", Err: syscall.ENOSPC}, ExitFailed, []string{"cannot be written to; nothing was installed"}},
		"permission":  {&fs.PathError{Op: "mkdir", Path: "p", Err: syscall.EACCES}, ExitPermission, []string{"this user may not; nothing was installed"}},
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
