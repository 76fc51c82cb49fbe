package main

import (
	"fmt"
	"os"
	"sync"
	"syscall"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/proc"
)

// ledger notes the processes that were started on the way, by identity: a PID
// alone may be another process's by the time it is used.
type ledger struct {
	mu    sync.Mutex
	known []fsm.Process
}

// note identifies a process and keeps it.
func (l *ledger) note(pid int) fsm.Process {
	p := must(proc.Identify(pid))
	l.mu.Lock()
	defer l.mu.Unlock()
	l.known = append(l.known, p)
	return p
}

// end kills what still lives of what was noted, and returns what it was. It is the
// last resort, after each was asked to stop in its own way.
func (l *ledger) end() (ended []string) {
	for _, p := range l.known {
		if killProven(p) == nil {
			ended = append(ended, fmt.Sprintf("%d (%s)", p.PID, p.Exe))
		}
	}
	l.known = nil
	return ended
}

// killProven kills p and no other: FindProcess opens a handle of the process (a pidfd
// on Linux) before the proof, so the signal goes to the one proven.
func killProven(p fsm.Process) error {
	handle, err := os.FindProcess(p.PID)
	if err != nil {
		return err
	}
	defer handle.Release()
	if !proc.Alive(p) {
		return fmt.Errorf("pid %d is not the process it was: %w", p.PID, proc.ErrNoProcess)
	}
	return handle.Signal(syscall.SIGKILL)
}
