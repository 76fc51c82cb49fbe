package temporal

import (
	"context"
	"os"
	"os/exec"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// versionFlags ask for the version. Before it prints it, a Temporal CLI reads the preset that its
// environment names, and fails for a file of presets that is damaged: see the flags with which
// package actions/launch switches them off.
var versionFlags = []string{"--version", "--env", "default", "--env-file", os.DevNull}

// versionCommand is a run of a program for its version, in a process group of its own. The
// whole group is killed when ctx is done: a wrapper's child would keep the output open,
// and live on.
func versionCommand(ctx context.Context, program string) *exec.Cmd {
	c := exec.CommandContext(ctx, program, versionFlags...)
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.Cancel = func() error { return unix.Kill(-c.Process.Pid, unix.SIGKILL) }
	c.WaitDelay = time.Second
	return c
}
