package install

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/stigmer/local/actions"
)

// module is what go builds.
const module = "github.com/temporalio/cli/cmd/temporal"

// Go builds a version with go install. Go's own checks (its checksum database)
// stand in for a published sum.
type Go struct {
	// Tool is the go tool's path, empty where there is none.
	Tool string
	// Env is the caller's environment. Of what is go's in it only how modules are reached
	// is passed on.
	Env []string
}

// Name says how it is built.
func (g Go) Name() string { return "go install " + module }

// goGrace is how long go may take to end, with its compilers, when it is interrupted.
const goGrace = 5 * time.Second

// Fetch runs go install in the folder of the new file.
func (g Go) Fetch(ctx context.Context, v Version, to string, progress Progress) error {
	if g.Tool == "" {
		return failed(NoGo, "there is no go tool")
	}
	folder := filepath.Dir(to)
	target := module + "@" + string(v)
	progress.Step("Building   go install " + target + ": a few minutes")
	output := &lines{each: progress.BuildOutput}
	c := exec.CommandContext(ctx, g.Tool, "install", target)
	c.Dir, c.Env = folder, buildEnvironment(g.Env, folder)
	defer os.RemoveAll(filepath.Join(folder, goFolder))
	c.Stdout, c.Stderr = output, output
	// A group of its own: go's compilers end with it. The group has its leader's
	// number until Wait has reaped that, so no other can be meant.
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.Cancel = func() error { return syscall.Kill(-c.Process.Pid, syscall.SIGTERM) }
	c.WaitDelay = goGrace
	err := c.Run()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if _, missing := os.Stat(to); err == nil && missing != nil {
		err = fmt.Errorf("it left no program: %w", missing)
	}
	if err != nil {
		return &Error{Kind: Unbuilt, Text: fmt.Sprintf("go install %s: %v", target, err), Lines: output.last}
	}
	return nil
}

// linesKept and lineBytes bound what is kept of what go prints.
const (
	linesKept = 10
	lineBytes = 4 << 10
)

// lines cuts what is written to it into lines and keeps the last ones, without what would
// move a terminal's cursor.
type lines struct {
	each    func(string)
	pending []byte
	last    []string
}

// Write takes in more text. A line that never ends is cut.
func (l *lines) Write(data []byte) (int, error) {
	l.pending = append(l.pending, data...)
	for {
		line, rest, ended := bytes.Cut(l.pending, []byte("\n"))
		if !ended && len(line) > lineBytes {
			line, rest, ended = line[:lineBytes], line[lineBytes:], true
		}
		if !ended {
			return len(data), nil
		}
		l.pending = rest
		l.last = append(l.last[max(0, len(l.last)-linesKept+1):], actions.Printable(string(line)))
		l.each(l.last[len(l.last)-1])
	}
}
