package proc

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"syscall"
	"unicode"

	"github.com/stigmer/local/fsm"
)

// ErrNoProcess says that no process has the PID. A zombie is none either: it
// runs nothing and holds nothing, although kill(pid, 0) calls it alive.
var ErrNoProcess = errors.New("no such process")

// ErrNoProcFS says that /proc does not show this process: it is not mounted, or is another
// PID namespace's. Then no process can be identified.
var ErrNoProcFS = errors.New("/proc is not mounted, or is not of this PID namespace")

// IdentityError says why the identity of a process cannot be read here, of this very process
// as well: a sandbox refuses a call.
type IdentityError struct{ Err error }

// Error names the cause.
func (e IdentityError) Error() string {
	return "the identity of a process cannot be read: " + e.Err.Error()
}

// Unwrap returns the cause.
func (e IdentityError) Unwrap() error { return e.Err }

// Identify returns the identity of the process with this PID. It returns ErrNoProcess, wrapped,
// for a PID that is free, a zombie's, a thread's, or not above 1: process 1 is the parent of all
// and never one of ours to act on.
//
// Exe is empty where it may not be read (another user's process), and between
// fork and exec it is the parent's. StartedAt is reckoned from today's clock and
// may differ by some milliseconds between two calls: compare with Process.Same.
func Identify(pid int) (fsm.Process, error) {
	if pid <= 1 {
		return fsm.Process{}, noProcess(pid)
	}
	return identifyAny(pid)
}

// Alive reports whether p still runs: not another process with its PID, not its zombie.
func Alive(p fsm.Process) bool {
	now, err := Identify(p.PID)
	return err == nil && now.Same(p)
}

// CommandLine returns the arguments of a process joined by spaces, in one line
// and without control characters, for people. It is empty when they are not known.
func CommandLine(pid int) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return ' '
		}
		return r
	}, strings.Join(Args(pid), " "))
}

// IsChild reports whether a process is known to be a child of parent, or to have been one
// when it began its program, also if parent has gone since. Only macOS remembers that: it
// is false on Linux.
func IsChild(parent fsm.Process, pid int) bool {
	boot, err := Boot()
	born := parentUniqueID(pid)
	return err == nil && parent.Boot == boot && born != 0 && born == parent.StartTicks
}

// Descendants returns the processes below some of which each was forked by one of these or of those, as far as
// the system says so: Linux knows the children of a process that runs, macOS those of one that has exited as well. Those
// of which without is true are left out, with theirs, and so is this process.
func Descendants(of []fsm.Process, without func(fsm.Process) bool) (below []fsm.Process) {
	pids, _ := PIDs()
	for generation := of; len(generation) > 0; {
		var next []fsm.Process
		for _, pid := range pids {
			if !slices.ContainsFunc(generation, func(p fsm.Process) bool { return IsChild(p, pid) || Parent(pid) == p.PID && Alive(p) }) {
				continue
			}
			p, err := identifyAny(pid)
			if err == nil && pid != os.Getpid() && !slices.ContainsFunc(slices.Concat(of, below, next), p.Same) && !without(p) {
				next = append(next, p)
			}
		}
		below, generation = append(below, next...), next
	}
	return below
}

func noProcess(pid int) error { return fmt.Errorf("process %d: %w", pid, ErrNoProcess) }

// absent turns "the file is gone" (ENOENT before the open, ESRCH after it) into ErrNoProcess.
func absent(pid int, err error) error {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
		return noProcess(pid)
	}
	return fmt.Errorf("process %d: %w", pid, err)
}
