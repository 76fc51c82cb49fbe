package main

import (
	"errors"
	"syscall"
	"time"

	"github.com/stigmer/local/fsm"
)

// death is what followed a kill -9, each since the kill.
type death struct{ torn, spawned, serving time.Duration }

// watchDeath needs events of the kernel that only Linux gives to other processes.
func (b *bench) watchDeath(fsm.Process, string, int) death {
	panic(failure{errors.New("what follows a kill -9 is measured on Linux only")})
}

// awaitEnd waits until a process is gone that is not a child of ours.
func (b *bench) awaitEnd(pid int) {
	for syscall.Kill(pid, 0) == nil {
		b.pause(time.Millisecond)
	}
}
