package temporal

import (
	"context"
	"debug/buildinfo"
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"
)

// trialTimeout bounds a trial: a program that is not in the page cache takes a second.
const trialTimeout = 15 * time.Second

// trialBytes and trialLines bound what is kept of what a program prints in a trial.
const (
	trialBytes = 64 << 10
	trialLines = 5
)

// IsTemporal reports whether a file is known to be a Temporal CLI for this system, by what
// Go's linker has left in it. Anything else may be a wrapper, or another program.
func IsTemporal(exe string) bool {
	info, err := buildinfo.ReadFile(exe)
	if err != nil || info.Main.Path != temporalModule {
		return false
	}
	built := map[string]string{}
	for _, s := range info.Settings {
		built[s.Key] = s.Value
	}
	return built["GOOS"] == runtime.GOOS && built["GOARCH"] == runtime.GOARCH
}

// TryVersion runs a program with --version in a folder, for at most trialTimeout, and returns the
// lines that it printed: none for a wrapper that sends its program's output elsewhere. The error is
// that of its start, an *exec.ExitError, ctx's own, or that the program did not end within
// trialTimeout; then they are the last trialLines lines.
func TryVersion(ctx context.Context, program, folder string, env []string) (printed []string, err error) {
	return try(ctx, program, append([]string{"--version"}, noPreset...), folder, env)
}

// TryFlags is TryVersion that has a program read flags of start-dev, and starts nothing: as --help comes
// before them, nothing can make that another flag's value. The error is an *exec.ExitError if the program does not know one.
func TryFlags(ctx context.Context, program string, flags []string, folder string, env []string) (printed []string, err error) {
	return try(ctx, program, slices.Concat([]string{"server", "start-dev", "--help"}, noPreset, flags), folder, env)
}

func try(ctx context.Context, program string, args []string, folder string, env []string) (printed []string, err error) {
	within, cancel := context.WithTimeout(ctx, trialTimeout)
	defer cancel()
	cmd := trialCommand(within, program, args)
	var out head
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = folder, env, &out, &out
	err = cmd.Run()
	printed = out.lines()
	switch {
	case ctx.Err() != nil:
		err = ctx.Err()
	case within.Err() != nil:
		err = fmt.Errorf("it did not end within %s", trialTimeout)
	case err == nil, errors.Is(err, exec.ErrWaitDelay): // a wrapper may have left a child that has its output open
		return printed, nil
	}
	return printed[max(0, len(printed)-trialLines):], err
}

// head keeps the beginning of what is written to it.
type head []byte

// Write takes in more text, and drops what is too much.
func (h *head) Write(data []byte) (int, error) {
	*h = append(*h, data[:min(len(data), trialBytes-len(*h))]...)
	return len(data), nil
}

// lines are those with anything in them, without what would move a terminal's cursor.
func (h head) lines() (lines []string) {
	for line := range strings.Lines(string(h)) {
		line = strings.Map(func(r rune) rune {
			if r < ' ' && r != '\t' || r == 0x7f {
				return -1
			}
			return r
		}, line)
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}
