package procs

import (
	"errors"

	"golang.org/x/sys/unix"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/xnu"
)

// maxExecRetries bounds how often a process is proven anew that ran another program
// between the proof and the signal, as a shell does with exec.
const maxExecRetries = 5

// signalByPIDVersion signals the process that has p's PID and the version that it has now,
// if it is p: the version is read before the proof, so that a process which is given
// the PID after the proof has another one. macOS before 14.2 cannot signal by
// version; there the proof is made immediately before the signal, and kill goes by PID.
func signalByPIDVersion(k xnu.Kernel, alive func(fsm.Process) bool, kill func(int, unix.Signal) error, p fsm.Process, sig unix.Signal) error {
	for range maxExecRetries {
		now, err := k.Process(p.PID)
		if errors.Is(err, unix.ESRCH) {
			return nil
		}
		if err != nil {
			return err
		}
		if !alive(p) {
			return nil
		}
		err = k.Signal(p.PID, now.PIDVersion, sig)
		if errors.Is(err, unix.ENOTSUP) || errors.Is(err, unix.EINVAL) {
			err = kill(p.PID, sig)
			if errors.Is(err, unix.ESRCH) {
				err = nil
			}
		}
		if !errors.Is(err, unix.ESRCH) {
			return err
		}
	}
	return errBusy
}

// errBusy says that a process runs one program after the other, faster than it can be
// signalled.
var errBusy = errors.New("the process runs one program after the other: not signalled after 5 attempts")
