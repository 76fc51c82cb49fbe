package temporal

import (
	"context"
	"os"
	"os/exec"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// noPreset goes with each question. Before it answers, a Temporal CLI reads the preset that its
// environment names, and fails for a file of presets that is damaged: see the flags with which
// package actions/launch switches them off.
var noPreset = []string{"--env", "default", "--env-file", os.DevNull}

// trialCommand is a run of a program that answers and ends, in a process group of its own. The
// whole group is killed when ctx is done: a wrapper's child would keep the output open,
// and live on.
func trialCommand(ctx context.Context, program string, args []string) *exec.Cmd {
	c := exec.CommandContext(ctx, program, args...)
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.Cancel = func() error { return unix.Kill(-c.Process.Pid, unix.SIGKILL) }
	c.WaitDelay = time.Second
	return c
}
