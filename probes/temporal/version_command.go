package temporal

import (
	"context"
	"os/exec"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// versionCommand is a run of a program for its version, in a process group of its own. The
// whole group is killed when ctx is done: a wrapper's child would keep the output open,
// and live on.
func versionCommand(ctx context.Context, program string) *exec.Cmd {
	c := exec.CommandContext(ctx, program, "--version")
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.Cancel = func() error { return unix.Kill(-c.Process.Pid, unix.SIGKILL) }
	c.WaitDelay = time.Second
	return c
}
