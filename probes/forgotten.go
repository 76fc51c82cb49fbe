package probes

import "github.com/stigmer/local/fsm"

// Forgotten finds the Temporal of a home whose lock file was deleted, by what is left: it
// leads a group, carries the home's mark and has inherited a lock on the file that was at
// path lock. A mark is anybody's to set, and a container's home may have the same name: it
// counts only of a process that runs as this user and sees the same files. It returns the
// zero Process if there is none. It looks at every process.
func Forgotten(home, lock string) fsm.Process {
	pids, err := processes()
	if err != nil {
		return fsm.Process{}
	}
	for _, pid := range pids {
		if !IsDevServer(pid) || Instance(pid) != home || !sameUserAndFiles(pid) || !locksDeletedFile(pid, lock) {
			continue
		}
		if p, err := look(pid); err == nil && p.PID == p.PGID {
			return p
		}
	}
	return fsm.Process{}
}

// locksDeletedFile reports whether a process has a lock at LockDescriptor on the file that was
// at a path and has no name any more. A file that was moved still has a name, and is not
// meant. If the kernel does not report where the deleted file was, only the mark decides.
func locksDeletedFile(pid int, path string) bool {
	file, ok := openAt(pid, LockDescriptor)
	return ok && file.deleted && (file.path == path || file.path == "") && hasLock(pid, file)
}
