package proc

import (
	"os"
	"slices"
	"strings"
	"time"

	"github.com/stigmer/local/fsm"
)

// InstanceVariable is the environment variable that is set in everything that
// we start. Its value is the home's real path.
const InstanceVariable = "STIGMER_INSTANCE"

// Instance returns InstanceVariable's value in the environment that the process
// was started with. It is empty when it is unset or may not be read.
func Instance(pid int) string { return Variable(pid, InstanceVariable) }

// Variable returns a variable's value in the environment that a process was started with. It is
// empty when it is unset or may not be read.
func Variable(pid int, name string) string {
	for _, variable := range Environment(pid) {
		if value, ok := strings.CutPrefix(variable, name+"="); ok {
			return value
		}
	}
	return ""
}

// devServer is the word in the command line of every Temporal development server.
const devServer = "start-dev"

// IsDevServer reports whether a process is a Temporal development server, of a home or not. It
// is false where its arguments may not be read.
func IsDevServer(pid int) bool { return slices.Contains(Args(pid), devServer) }

// Marked returns the development servers that carry a home's mark. Any process can set a
// mark, and a container's home may have the same path: a mark counts only on a process that
// runs as this user and sees the same files. Marked examines every process, and waits up to
// execTries milliseconds for one that is in the middle of execve(2).
func Marked(home string) []fsm.Process {
	return suchThat(func(pid int) bool { return IsMarked(pid, home) })
}

// StartedWith returns the processes of this user, seeing the same files, that were started with a variable of a value in
// their environment, but for this one. It examines every process, as Marked does. On macOS the environment of a
// program of the system's own is hidden, and so is such a process (bsd/kern/kern_sysctl.c, sysctl_procargsx).
func StartedWith(name, value string) []fsm.Process {
	return suchThat(func(pid int) bool {
		return pid != os.Getpid() && Variable(pid, name) == value && sameUserAndFiles(pid)
	})
}

func suchThat(is func(pid int) bool) (found []fsm.Process) {
	pids, _ := PIDs()
	for _, pid := range pids {
		for tries := 0; tries < execTries && inExec(pid); tries++ {
			time.Sleep(time.Millisecond)
		}
		if !is(pid) {
			continue
		}
		if p, err := identifyAny(pid); err == nil {
			found = append(found, p)
		}
	}
	return found
}

// IsMarked reports whether a process is a development server whose mark counts for a home.
func IsMarked(pid int, home string) bool { return MarkOf(pid) == home }

// MarkOf returns the home whose mark on a development server counts, under the conditions that
// Marked names. It is empty for none.
func MarkOf(pid int) string {
	if !IsDevServer(pid) {
		return ""
	}
	if home := Instance(pid); home != "" && sameUserAndFiles(pid) {
		return home
	}
	return ""
}

// execTries, in milliseconds, bounds the wait for a process that shows no arguments.
const execTries = 20

// inExec reports whether a process shows no arguments although it has a program: between
// the two halves of execve(2) its memory is new, and does not have them yet (fs/exec.c,
// begin_new_exec, and fs/binfmt_elf.c, create_elf_tables).
func inExec(pid int) bool { return len(Args(pid)) == 0 && Executable(pid) != "" && !Exiting(pid) }
