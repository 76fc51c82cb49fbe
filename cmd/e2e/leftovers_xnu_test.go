//go:build darwin || blunt

package e2e_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/stigmer/local/probes/proc"
	"github.com/stigmer/local/probes/xnu"
)

// kernel is macOS's, or what stands for it.
var kernel = xnu.System()

// runs reports whether a process exists and is no zombie.
func runs(pid int) bool {
	_, err := kernel.Process(pid)
	return err == nil
}

func commandLine(pid int) string { return proc.CommandLine(pid) }

// processes returns the PIDs of all that the script's commands started.
func (s *script) processes() []int { return s.processesOf("") }

// processesOf returns those whose command line has the words.
func (s *script) processesOf(words string) []int {
	all, _ := kernel.PIDs()
	return slices.DeleteFunc(all, func(pid int) bool {
		return words != "" && !strings.Contains(commandLine(pid), words) || !s.owns(pid)
	})
}

// owns reports whether a process works in the script's folder or has a file below it
// open. The environment would show more, and is hidden for programs of the system.
func (s *script) owns(pid int) bool {
	folder, err := filepath.EvalSymlinks(s.dir)
	if err != nil || pid == os.Getpid() {
		return false
	}
	within := func(path string) bool { return strings.HasPrefix(path+"/", folder+"/") }
	if at, err := kernel.WorkFolder(pid); err == nil && within(at) {
		return true
	}
	numbers, _ := kernel.Files(pid)
	return slices.ContainsFunc(numbers, func(fd int) bool {
		file, err := kernel.FileAt(pid, fd)
		return err == nil && within(file.Path)
	})
}
