//go:build !blunt

package e2e_test

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// runs reports whether a process exists and is no zombie. The state is the
// first field behind the name, which is in parentheses and may hold anything; the
// 18th is the number of its threads. A process whose first thread has died shows Z
// while the others still have its descriptors.
func runs(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) < 18 || fields[0][0] == 'X' {
		return false
	}
	return fields[0][0] != 'Z' || string(fields[17]) != "1" && string(fields[17]) != "0"
}

func commandLine(pid int) string {
	argv, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	return string(bytes.ReplaceAll(argv, []byte{0}, []byte(" ")))
}

// processes returns the PIDs of all that the script's commands started.
func (s *script) processes() []int { return s.processesOf("") }

// processesOf returns those whose command line has the words. That is looked at
// first: the siege's guards look often, and most processes of a machine are others'.
func (s *script) processesOf(words string) []int {
	entries, _ := os.ReadDir("/proc")
	var list []int
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err == nil && (words == "" || strings.Contains(commandLine(pid), words)) && s.owns(pid) {
			list = append(list, pid)
		}
	}
	return list
}

// owns reports whether a process runs whose environment names a home in the
// script's folder, or that very folder for its temporary files.
func (s *script) owns(pid int) bool {
	if pid == os.Getpid() || !runs(pid) {
		return false
	}
	environ, _ := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
	environ = append([]byte{0}, environ...)
	return bytes.Contains(environ, []byte("\x00STIGMER_INSTANCE="+s.dir+"/")) ||
		bytes.Contains(environ, []byte("\x00STIGMER_HOME="+s.dir+"/")) ||
		bytes.Contains(environ, []byte("\x00TMPDIR="+s.dir+"\x00"))
}
