package main

import (
	"context"
	"errors"
	"syscall"
	"time"

	"github.com/stigmer/local/fsm"
)

// death is what followed a kill -9, each since the kill.
type death struct{ torn, spawned, serving time.Duration }

// watchDeath needs wake-ups by the kernel that only Linux gives to a bystander.
func watchDeath(context.Context, fsm.Process, string, int) (death, error) {
	return death{}, errors.New("what follows a kill -9 is measured on Linux only")
}

// awaitEnd waits until a process is gone that is not a child of ours.
func awaitEnd(ctx context.Context, pid int) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for syscall.Kill(pid, 0) == nil {
		if err := pause(ctx, spacing); err != nil {
			return err
		}
	}
	return nil
}
