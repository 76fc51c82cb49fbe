package lifecycle

import (
	"errors"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"github.com/stigmer/local/actions"
	"github.com/stigmer/local/cmd/internal/cli"
)

// packagesReady is when this process's packages were initialised, and readyCPU what the
// processor had done for it by then. No call returns when a process was made to the
// millisecond, but until here it has done nothing but compute (getrusage(2)).
var packagesReady, packagesReadyCPU = time.Now(), processorTime()

func processorTime() time.Duration {
	var used unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &used) != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// NewTrace begins the trace of a start, nil where none was asked for.
func NewTrace(path string) (*actions.Trace, error) {
	if path == "" {
		return nil, nil
	}
	t, err := actions.NewTrace(path, "stigmer local start")
	if errors.Is(err, actions.ErrNotTrace) {
		return nil, &cli.Problem{What: err.Error(), Means: "nothing was started or changed", Try: "--trace with the name of a file that does not exist", Exit: cli.ExitUsage}
	}
	if err != nil {
		return nil, &cli.Problem{What: "the trace cannot be written: " + err.Error(), Means: "nothing was started or changed", Try: "--trace with a file in a folder of yours, or without --trace", Exit: cli.ExitUsage}
	}
	noteReady(t)
	return t, nil
}

// noteReady writes down what came before anything could be written down.
func noteReady(t *actions.Trace) {
	span := actions.Span{PID: os.Getpid(), Name: "exec and package initialisation (processor time)", Began: packagesReady.Add(-packagesReadyCPU), Ended: packagesReady}
	t.Took(span)
	span.Name, span.Began, span.Ended = "flags, settings, home", packagesReady, time.Now()
	t.Took(span)
}
