package probes

import (
	"os"
	"strconv"

	"github.com/stigmer/local/fsm"
)

// LockDescriptor is the descriptor at which Temporal inherits temporal.lock: the
// first after the three standard ones.
const LockDescriptor = 3

// Detached finds a lock that p inherited at LockDescriptor on a file that was
// deleted or moved since, so that path does not lead to it. It returns a path by
// which that very file can be opened and looked at for as long as p lives (a
// magic link, proc_pid_fd(5)), empty if there is none.
func Detached(p fsm.Process, path string) string {
	name := strconv.Itoa(LockDescriptor)
	if !Alive(p) || !locks(p.PID, name) {
		return ""
	}
	link := procPath(p.PID, "fd/"+name)
	here, err := os.Stat(link)
	if err != nil {
		return ""
	}
	if there, err := os.Stat(path); err == nil && os.SameFile(here, there) {
		return ""
	}
	return link
}
