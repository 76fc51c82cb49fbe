package proc

import (
	"errors"

	"github.com/stigmer/local/fsm"
)

// Info is a process as messages and decisions name it: a holder of a lock, say.
type Info struct {
	// Process has only its PID where the rest could not be read.
	Process fsm.Process
	// Command is its command line, for people.
	Command string
	// Instance is the home that it was started for, empty if none of ours.
	Instance string
}

// Describe returns what is known of each process that has not gone yet.
func Describe(pids []int) []Info {
	var found []Info
	for _, pid := range pids {
		if holder, ok := describeOne(pid); ok {
			found = append(found, holder)
		}
	}
	return found
}

// describeOne makes an Info of a PID. It is false for a process that has gone.
func describeOne(pid int) (Info, bool) {
	process, err := identifyAny(pid)
	if errors.Is(err, ErrNoProcess) {
		return Info{}, false
	}
	if err != nil {
		process = fsm.Process{PID: pid}
	}
	return Info{Process: process, Command: CommandLine(pid), Instance: Instance(pid)}, true
}
