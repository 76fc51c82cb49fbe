package evidence

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/locks"
	"github.com/stigmer/local/probes/proc"
	"github.com/stigmer/local/statefile"
)

// Driver returns the owner of a home's supervisor.lock: the process that is proven to be a
// driver of ours, or else a description of a foreign process. Both are empty while neither is
// known, as between the taking of the lock and the first record, or while the holder exits. The
// recorded supervisor and the PIDs in guesses are examined first, and every process only if none
// of them holds the lock.
func Driver(home statefile.Home, r fsm.Record, guesses ...int) (driver fsm.Process, foreign string) {
	holders, err := locks.Holders(home.SupervisorLock(), append(guesses, r.Supervisor.PID)...)
	if err != nil {
		return fsm.Process{}, ""
	}
	for _, h := range holders {
		if proc.Exiting(h.Process.PID) {
			return fsm.Process{}, "" // in a moment the lock is free
		}
		if h.Process.Same(r.Supervisor) || IsInnerProcess(r, h.Process, r.Supervisor) {
			return h.Process, ""
		}
	}
	if h, ok := supervisorAmong(holders); ok {
		return h.Process, ""
	}
	for _, h := range holders {
		// One that is just ending has no command line any more: it cannot be judged. Nor
		// is a supervisor of another program, which may have this tree of commands as
		// well, between its last record and its end: it is waited for, never signalled.
		if h.Process.Exe != "" && h.Command != "" && !ownCommand(h) && !slices.Contains(strings.Fields(h.Command), SuperviseVerb) {
			return fsm.Process{}, stillHolding(home, h)
		}
	}
	return fsm.Process{}, ""
}

// stillHolding describes a process that holds supervisor.lock, if it does so still. A child of a supervisor holds
// the lock from the fork until the exec, and shows the command of the program that it runs by then.
func stillHolding(home statefile.Home, h proc.Info) string {
	holders, err := locks.Holders(home.SupervisorLock(), h.Process.PID)
	if err != nil || !slices.ContainsFunc(holders, func(again proc.Info) bool { return again.Process.Same(h.Process) }) {
		return ""
	}
	return Describe(h)
}

// SuperviseVerb is the hidden command that a supervisor process runs.
const SuperviseVerb = "supervise"

// CaretakeVerb is the hidden command of the process that takes a home over when its run has died.
const CaretakeVerb = "caretake"

// ServesHome reports whether a process is one that a command of ours has left in the background to serve a home.
func ServesHome(p fsm.Process) bool {
	args := proc.Args(p.PID)
	return len(args) > 0 && ownProgram(p.Exe) && slices.Contains([]string{SuperviseVerb, CaretakeVerb}, args[len(args)-1])
}

// supervisorAmong finds our supervisor among the holders of supervisor.lock. A child of it
// between fork and exec shows its parent's command and descriptors, and on macOS it may
// hang there: it is not the supervisor.
func supervisorAmong(holders []proc.Info) (proc.Info, bool) {
	ours := slices.DeleteFunc(slices.Clone(holders), func(h proc.Info) bool { return !supervises(h) })
	i := slices.IndexFunc(ours, func(h proc.Info) bool {
		parent := proc.Parent(h.Process.PID)
		return !slices.ContainsFunc(ours, func(other proc.Info) bool { return other.Process.PID == parent })
	})
	if i < 0 {
		return proc.Info{}, false
	}
	return ours[i], true
}

// supervises reports whether a holder of supervisor.lock is a supervisor: our
// program, with the hidden command that is started with that lock and never by hand.
func supervises(h proc.Info) bool {
	return ownProgram(h.Process.Exe) && slices.Contains(strings.Fields(h.Command), SuperviseVerb)
}

// InBackground reports whether a driver is a supervisor that start left behind,
// and not one in a terminal or under a service manager. Its command line ends with
// the hidden command; a value of start --foreground could be the same word.
func InBackground(driver fsm.Process) bool {
	args := proc.Args(driver.PID)
	return len(args) > 0 && args[len(args)-1] == SuperviseVerb &&
		!slices.ContainsFunc(args, func(arg string) bool { return strings.HasPrefix(arg, "--foreground") })
}

// ownCommand reports whether a holder of supervisor.lock is one of our commands,
// which has the lock until it hands it over or is done.
func ownCommand(h proc.Info) bool {
	return ownProgram(h.Process.Exe) && MayHoldLock(strings.Fields(h.Command))
}

// MayHoldLock reports whether the arguments of this program are a command's or a supervisor's
// that may hold supervisor.lock.
func MayHoldLock(args []string) bool {
	return slices.ContainsFunc(args, func(arg string) bool { return slices.Contains(lockingVerbs, arg) })
}

// lockingVerbs are the commands that may hold supervisor.lock.
var lockingVerbs = []string{string(fsm.VerbStart), string(fsm.VerbStop), string(fsm.VerbRestart), SuperviseVerb, ResetVerb, UpgradeVerb, RestoreVerb, DoctorVerb, RunVerb, CaretakeVerb}

func ownProgram(exe string) bool {
	own, err := os.Executable()
	if err != nil {
		return false
	}
	if a, err := os.Stat(exe); err == nil {
		if b, err := os.Stat(own); err == nil && os.SameFile(a, b) {
			return true
		}
	}
	return filepath.Base(exe) == filepath.Base(own)
}

// These are commands that hold supervisor.lock while they act on the files of a stopped home.
const (
	ResetVerb   = "reset"
	UpgradeVerb = "upgrade"
	RestoreVerb = "restore"
	DoctorVerb  = "doctor"
	// RunVerb is the command that starts a Temporal for another command.
	RunVerb = "run"
)
