//go:build !blunt

package proc

import (
	"os"
	"strconv"
	"strings"
	"time"
)

// RunDelay returns how long the threads of a process that live have waited for a
// processor, as a sum: the second figure of /proc/PID/task/TID/schedstat, in nanoseconds
// (Documentation/scheduler/sched-stats.rst). It includes the time for which a cgroup's quota
// stops them. It is 0 where the kernel does not count or the process may not be read.
func RunDelay(pid int) time.Duration {
	threads, err := os.ReadDir(procPath(pid, "task"))
	if err != nil {
		return 0
	}
	var sum time.Duration
	for _, thread := range threads {
		text, err := os.ReadFile(procPath(pid, "task/"+thread.Name()+"/schedstat"))
		if err != nil {
			continue // it has just ended
		}
		if figures := strings.Fields(string(text)); len(figures) > 1 {
			delay, _ := strconv.ParseInt(figures[1], 10, 64)
			sum += time.Duration(delay)
		}
	}
	return sum
}
