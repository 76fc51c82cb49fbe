package cmd_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// runs reports whether a process exists and is no zombie.
func runs(pid int) bool {
	state, err := exec.Command("/bin/ps", "-o", "stat=", "-p", fmt.Sprint(pid)).Output()
	return err == nil && !strings.HasPrefix(strings.TrimSpace(string(state)), "Z")
}

func commandLine(pid int) string {
	argv, _ := exec.Command("/bin/ps", "-o", "command=", "-p", fmt.Sprint(pid)).Output()
	return strings.TrimSpace(string(argv))
}

// processes returns the PIDs of all that has a lock or a log of one of the
// script's homes open, or of all tests' homes. lsof exits 1 if one of the files is open nowhere.
func (s *script) processes() []int {
	var files []string
	for _, pattern := range []string{"*.lock", "*/*.lock", "*/logs/*.log", "*/*/*/*.lock", "*/*/*/logs/*.log"} {
		found, _ := filepath.Glob(filepath.Join(s.dir, pattern))
		files = append(files, found...)
	}
	if len(files) == 0 {
		return nil
	}
	out, _ := exec.Command("/usr/sbin/lsof", append([]string{"-w", "-t", "--"}, files...)...).Output()
	var list []int
	for _, line := range strings.Fields(string(out)) {
		if pid, err := strconv.Atoi(line); err == nil && pid != os.Getpid() {
			list = append(list, pid)
		}
	}
	return list
}

// processesOf returns those whose command line has the words.
func (s *script) processesOf(words string) []int {
	return slices.DeleteFunc(s.processes(), func(pid int) bool { return !strings.Contains(commandLine(pid), words) })
}

func (s *script) owns(pid int) bool { return slices.Contains(s.processes(), pid) }
