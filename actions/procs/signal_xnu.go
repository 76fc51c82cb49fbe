//go:build darwin || blunt

package procs

import (
	"golang.org/x/sys/unix"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/proc"
	"github.com/stigmer/local/probes/xnu"
)

// Signal signals the process that is meant, or none; signalByPIDVersion says how far that
// is certain. A process that has exited needs no signal.
func Signal(p fsm.Process, sig unix.Signal) error {
	return signalByPIDVersion(xnu.System(), proc.Alive, unix.Kill, p, sig)
}
