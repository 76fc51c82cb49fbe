//go:build !blunt

package proc

import (
	"os"
	"strconv"
	"strings"
)

// InnerPID returns the PID that a process has in its own PID namespace, which
// another number stands for here if that is one below ours (a container). It is 0
// where that is not known. proc_pid_status(5), NSpid: from here to the innermost.
func InnerPID(pid int) int {
	status, err := os.ReadFile(procPath(pid, "status"))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if list, ok := strings.CutPrefix(line, "NSpid:"); ok {
			list = strings.TrimSpace(list)
			inner, _ := strconv.Atoi(list[strings.LastIndexAny(list, " \t")+1:])
			return inner
		}
	}
	return 0
}
