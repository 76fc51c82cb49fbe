package locks

import (
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/files"
	"github.com/stigmer/local/probes/proc"
)

// LeaderOfDeleted finds the Temporal of a home whose lock file was deleted, by what is left: it
// leads a group, carries the home's mark and has inherited a lock on the file that was at
// path lock. A mark counts under the conditions that proc.Marked names. LeaderOfDeleted returns the zero
// Process if there is none, and examines every process.
func LeaderOfDeleted(home, lock string) fsm.Process {
	pids, _ := proc.PIDs()
	for _, pid := range pids {
		if !proc.IsMarked(pid, home) || !locksDeletedFile(pid, lock) {
			continue
		}
		if p, err := proc.Identify(pid); err == nil && p.PID == p.PGID {
			return p
		}
	}
	return fsm.Process{}
}

// locksDeletedFile reports whether a process has a lock at inheritedDescriptor on the file that was
// at a path and has no name any more. A file that was moved still has a name, and is not
// meant. If the kernel does not report where the deleted file was, only the mark decides.
func locksDeletedFile(pid int, path string) bool {
	file, ok := files.DescriptorAt(pid, inheritedDescriptor)
	return ok && file.Deleted && (file.Name == path || file.Name == "") && hasLock(pid, file)
}
