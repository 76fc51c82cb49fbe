package probes

import (
	"time"

	"github.com/stigmer/local/fsm"
)

// Marked returns the development servers that carry a home's mark. Any process can set a
// mark, and a container's home may have the same path: a mark counts only on a process that
// runs as this user and sees the same files. Marked looks at every process, and waits up to
// execTries milliseconds for one that is in the middle of execve(2).
func Marked(home string) []fsm.Process {
	var marked []fsm.Process
	pids, _ := processes()
	for _, pid := range pids {
		for tries := 0; tries < execTries && inExec(pid); tries++ {
			time.Sleep(time.Millisecond)
		}
		if !isMarked(pid, home) {
			continue
		}
		if p, err := look(pid); err == nil {
			marked = append(marked, p)
		}
	}
	return marked
}

// isMarked reports whether a process is a development server whose mark counts for a home.
func isMarked(pid int, home string) bool {
	return IsDevServer(pid) && Instance(pid) == home && sameUserAndFiles(pid)
}

// execTries, in milliseconds, bounds the wait for a process that shows no arguments.
const execTries = 20

// inExec reports whether a process shows no arguments although it has a program: between
// the two halves of execve(2) its memory is new, and does not have them yet (fs/exec.c,
// begin_new_exec, and fs/binfmt_elf.c, create_elf_tables).
func inExec(pid int) bool { return len(Args(pid)) == 0 && Executable(pid) != "" && !Dying(pid) }

// Forgotten finds the Temporal of a home whose lock file was deleted, by what is left: it
// leads a group, carries the home's mark and has inherited a lock on the file that was at
// path lock. A mark counts under the conditions that Marked names. Forgotten returns the zero
// Process if there is none, and looks at every process.
func Forgotten(home, lock string) fsm.Process {
	pids, _ := processes()
	for _, pid := range pids {
		if !isMarked(pid, home) || !locksDeletedFile(pid, lock) {
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
