package probes

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/stigmer/local/fsm"
	"golang.org/x/sys/unix"
)

// zombie is SZOMB of xnu's sys/proc.h: awaiting collection by its parent.
const zombie = 5

// Boot names this boot, outside of which a PID and a start time mean nothing.
// macOS has no PID namespaces.
func Boot() (string, error) { return unix.Sysctl("kern.bootsessionuuid") }

// look is Identify without its guard: a holder of a lock may well be process 1.
func look(pid int) (fsm.Process, error) {
	info, err := unix.SysctlKinfoProc("kern.proc.pid", pid)
	// An unknown PID succeeds with an empty answer, which x/sys reports as EIO.
	if errors.Is(err, unix.EIO) || errors.Is(err, unix.ESRCH) {
		return fsm.Process{}, noProcess(pid)
	}
	if err != nil {
		return fsm.Process{}, fmt.Errorf("process %d: %w", pid, err)
	}
	if int(info.Proc.P_pid) != pid || info.Proc.P_stat == zombie {
		return fsm.Process{}, noProcess(pid)
	}
	boot, err := Boot()
	if err != nil {
		return fsm.Process{}, fmt.Errorf("boot id: %w", err)
	}
	start := info.Proc.P_starttime
	return fsm.Process{
		PID: pid, PGID: int(info.Eproc.Pgid), Boot: boot, Exe: Executable(pid),
		StartTicks: uint64(start.Sec)*1_000_000 + uint64(start.Usec),
		StartedAt:  fsm.Instant(start.Sec*1000 + int64(start.Usec)/1000),
	}, nil
}

// Executable returns the path that the process was started from, as it was
// given to exec: it may be a symbolic link. It is empty when it is not known.
func Executable(pid int) string { return started(pid).exe }

// Args returns the arguments of a process, the program's name first, and nil
// when they are not known.
func Args(pid int) []string { return started(pid).args }

func environment(pid int) []string { return started(pid).rest }

// started asks for what exec was given. The kernel answers EINVAL for another
// user's process, and leaves out the environment of a protected one.
func started(pid int) procargs {
	raw, err := unix.SysctlRaw("kern.procargs2", pid)
	if err != nil {
		return procargs{}
	}
	return parseProcargs(raw)
}

// WorkFolder returns the folder that a process works in, empty when it is not known.
func WorkFolder(pid int) string {
	output, err := lsof([]string{"-w", "-a", "-p", strconv.Itoa(pid), "-d", "cwd", "-F", "n"})
	if err != nil {
		return ""
	}
	for line := range strings.Lines(output) {
		if name, ok := strings.CutPrefix(line, "n"); ok {
			return strings.TrimSuffix(name, "\n")
		}
	}
	return ""
}
