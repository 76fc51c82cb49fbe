package e2e_test

import (
	"fmt"
	"os"
	"strconv"
)

// threadOf returns the id of another thread of a process: /proc does not list
// it, and opens it all the same.
func threadOf(pid int) int {
	tasks, _ := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	for _, task := range tasks {
		if id, err := strconv.Atoi(task.Name()); err == nil && id != pid {
			return id
		}
	}
	return pid
}
