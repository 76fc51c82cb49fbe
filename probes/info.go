package probes

import (
	"errors"

	"github.com/stigmer/local/fsm"
)

// Holder is a process as messages and decisions name it: a holder of a lock, say.
type Holder struct {
	// Process has only its PID where the rest could not be read.
	Process fsm.Process
	// Command is its command line, for people.
	Command string
	// Instance is the home that it was started for, empty if none of ours.
	Instance string
}

// Describe returns what is known of each process that has not gone yet.
func Describe(pids []int) []Holder {
	var found []Holder
	for _, pid := range pids {
		if holder, ok := describe(pid); ok {
			found = append(found, holder)
		}
	}
	return found
}

// describe makes a Holder of a PID. It is false for a process that has gone.
func describe(pid int) (Holder, bool) {
	process, err := look(pid)
	if errors.Is(err, ErrNoProcess) {
		return Holder{}, false
	}
	if err != nil {
		process = fsm.Process{PID: pid}
	}
	return Holder{Process: process, Command: CommandLine(pid), Instance: Instance(pid)}, true
}
