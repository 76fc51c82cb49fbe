package temporal

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/stigmer/local/probes/host"
)

// What a program does when it is tried, and what is kept of what it prints.
func TestTry(t *testing.T) {
	folder := t.TempDir()
	program := filepath.Join(folder, "program")
	exit := func(err error) bool { _, is := errors.AsType[*exec.ExitError](err); return is }
	for name, c := range map[string]struct {
		text    string
		printed []string
		fails   func(error) bool
	}{
		"works":         {"#!/bin/sh\necho; echo \"version $* $PLACE\"; pwd >&2", []string{"version --version --env default --env-file /dev/null here", folder}, func(err error) bool { return err == nil }},
		"fails":         {"#!/bin/sh\nfor i in 1 2 3 4 5 6 7; do echo line $i; done >&2; printf '\\033[2Jx\\r\\n'; exit 126", []string{"line 4", "line 5", "line 6", "line 7", "[2Jx"}, exit},
		"is killed":     {"#!/bin/sh\nkill -9 $$", nil, exit},
		"says nothing":  {"#!/bin/sh", nil, func(err error) bool { return err == nil }},
		"left a child":  {"#!/bin/sh\nsleep 2 &\necho version", []string{"version"}, func(err error) bool { return err == nil }},
		"says too much": {"#!/bin/sh\nwhile :; do echo yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy; done | head -c 10000000; exit 1", nil, exit},
		"has no head":   {"echo x", nil, func(err error) bool { return errors.Is(err, syscall.ENOEXEC) }},
		"has no shell":  {"#!/none/such\n", nil, func(err error) bool { return errors.Is(err, syscall.ENOENT) }},
	} {
		check(t, os.RemoveAll(program))
		check(t, os.WriteFile(program, []byte(c.text), 0o700))
		printed, err := TryVersion(t.Context(), program, folder, []string{"PLACE=here", "PATH=/usr/bin:/bin"})
		if !c.fails(err) || c.printed != nil && !slices.Equal(printed, c.printed) || len(strings.Join(printed, "")) > trialBytes {
			t.Errorf("%s: %q, %v", name, printed, err)
		}
	}
}

// Only a Temporal CLI that was built for this system needs no trial.
func TestIsTemporal(t *testing.T) {
	own, err := os.Executable()
	check(t, err)
	for path, want := range map[string]bool{own: false, "/bin/sh": false, "/none/such": false, t.TempDir(): false} {
		if IsTemporal(path) != want {
			t.Errorf("%s is a Temporal CLI: %t", path, !want)
		}
	}
}

// A file system's flag is read where the kernel has it.
func TestNoExec(t *testing.T) {
	if host.NoExec("/none/such") {
		t.Error("what is not there is on a file system from which no program is run")
	}
	own, err := os.Executable()
	check(t, err)
	if host.NoExec(own) {
		t.Error("this program runs, and lies on a file system from which none is run")
	}
}
