package tied

import (
	"errors"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"github.com/stigmer/local/actions/evidence"
	"github.com/stigmer/local/actions/procs"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/proc"
	"github.com/stigmer/local/statefile"
)

// EndGuests ends the command of a run and what it has left: the processes that were started with the home in their
// environment, other than our own, and their descendants. Each gets SIGTERM, and those that are there after grace get
// SIGKILL, until none is left.
func EndGuests(home statefile.Home, grace time.Duration) error {
	left := guests(home)
	if len(left) == 0 {
		return nil
	}
	failed := signalAll(left, unix.SIGTERM)
	_ = signalAll(left, unix.SIGCONT)
	until := time.Now().Add(grace)
	for _, p := range left {
		_, _, err := procs.AwaitExit(p, max(0, time.Until(until)))
		failed = errors.Join(failed, err)
	}
	for range killRounds { // one that forks during a round is found in the next
		if left = guests(home); len(left) == 0 {
			return nil
		}
		failed = signalAll(left, unix.SIGKILL)
		for _, p := range left {
			_, _, _ = procs.AwaitExit(p, killPause)
		}
	}
	return failed
}

// killRounds bounds the rounds of SIGKILL, and killPause the wait for each process after one.
const (
	killRounds = 20
	killPause  = 50 * time.Millisecond
)

// guests are the processes that were started with a home in their environment, and the noted command, with the
// descendants of all of them, but for supervisors and caretakers, and what those have started. A process may hide its
// environment, as /bin/sh does on macOS, or run without the variable.
func guests(home statefile.Home) []fsm.Process {
	found := slices.DeleteFunc(proc.StartedWith(statefile.HomeVariable, string(home)), evidence.ServesHome)
	command := commandOf(home)
	if proc.Alive(command) && !slices.ContainsFunc(found, command.Same) {
		found = append(found, command)
	}
	return append(found, slices.DeleteFunc(proc.Descendants(append([]fsm.Process{command}, found...), evidence.ServesHome), func(p fsm.Process) bool {
		return slices.ContainsFunc(found, p.Same)
	})...)
}

func signalAll(all []fsm.Process, sig unix.Signal) (failed error) {
	for _, p := range all {
		failed = errors.Join(failed, procs.Signal(p, sig))
	}
	return failed
}
