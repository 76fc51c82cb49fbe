package files

import (
	"os"

	"github.com/stigmer/local/fsm"
)

// RunsFormer reports whether p runs a program whose file has been replaced since
// by this process's own: the path that p was started from leads to this program,
// and p runs another file. Each system remembers the very file that a process was
// started from, also when that has no name any more.
func RunsFormer(p fsm.Process) bool {
	own, ok := programFile(os.Getpid())
	if !ok {
		return false
	}
	theirs, ok := programFile(p.PID)
	if !ok || own == theirs {
		return false
	}
	there, err := IDAt(p.Exe)
	return err == nil && own == there
}
