package probes

import (
	"os"

	"github.com/stigmer/local/fsm"
)

// RunsFormer reports whether p runs a program whose file has been replaced since
// by this process's own: the path that p was started from leads to this program,
// and p runs another file. /proc/PID/exe leads to the very file that a process
// runs, also when that has no name any more (proc_pid_exe(5)).
func RunsFormer(p fsm.Process) bool {
	own, err := os.Stat("/proc/self/exe")
	if err != nil {
		return false
	}
	theirs, err := os.Stat(procPath(p.PID, "exe"))
	if err != nil || os.SameFile(own, theirs) {
		return false
	}
	there, err := os.Stat(p.Exe)
	return err == nil && os.SameFile(own, there)
}
