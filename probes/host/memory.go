package host

import (
	"bufio"
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/stigmer/local/fsm"
)

// MemoryWatch compares what the kernel counts of a process's memory cgroup at two times.
// The zero MemoryWatch reports no shortage; it stands where there are no such groups.
type MemoryWatch struct {
	group  memoryGroup
	before memoryCounts
}

// WatchMemory begins to watch the memory cgroup of a process.
func WatchMemory(pid int) MemoryWatch {
	group := memoryGroupOf(pid)
	return MemoryWatch{group, group.read()}
}

// Shortage says whether the kernel has ended a process of the group for want of memory
// since the watch began, and whose limit that was. Which process it was is not counted.
func (w MemoryWatch) Shortage() fsm.Shortage {
	now := w.group.read()
	switch {
	case now.kills <= w.before.kills:
		return fsm.NoShortage
	case now.limits > w.before.limits:
		return fsm.LimitShortage
	}
	return fsm.MachineShortage
}

// memoryGroup is a memory cgroup: its folder, then those above it, as far as they are seen.
type memoryGroup struct {
	folders []string
	names   memoryNames
}

// memoryCounts are the processes of a group that the kernel has ended for want of memory,
// and how often a limit of the group, or of one above it, was hit.
type memoryCounts struct{ kills, limits uint64 }

// memoryNames are the files of a hierarchy that count, with the key of a count in its file.
// A file without keys has one number.
type memoryNames struct {
	kills, killsKey   string
	limits, limitsKey string
}

var (
	// unifiedNames are of cgroup v2, where oom_kill counts victims of any OOM killer, and
	// oom those times that this group's limit, or one below it, was the cause
	// (Documentation/admin-guide/cgroup-v2.rst, memory.events).
	unifiedNames = memoryNames{"memory.events", "oom_kill", "memory.events", "oom"}
	// legacyNames are of cgroup v1, where failcnt also counts what reclaim could mend: only
	// beside a new oom_kill does it name the limit as the cause (Documentation/admin-guide/cgroup-v1/memory.rst).
	legacyNames = memoryNames{"memory.oom_control", "oom_kill", "memory.failcnt", ""}
)

func (g memoryGroup) read() (c memoryCounts) {
	for i, folder := range g.folders {
		if i == 0 {
			c.kills = countIn(filepath.Join(folder, g.names.kills), g.names.killsKey)
		}
		c.limits += countIn(filepath.Join(folder, g.names.limits), g.names.limitsKey)
	}
	return c
}

// countIn reads "key number" from a file with a line for each, or the number of a file with
// one; 0 where there is none, as in the root group.
func countIn(path, key string) uint64 {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0
	}
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if key == "" {
			fields = append([]string{""}, fields...)
		}
		if len(fields) == 2 && fields[0] == key {
			n, _ := strconv.ParseUint(fields[1], 10, 64)
			return n
		}
	}
	return 0
}

// groupFolders are the folder of a cgroup, whose path is as /proc/PID/cgroup has it, and
// those above it up to the mount of its hierarchy, which shows the hierarchy from root on.
// There are none for a group out of that mount's sight.
func groupFolders(mountpoint, root, path string) (folders []string) {
	below, err := filepath.Rel(root, path)
	if err != nil || below == ".." || strings.HasPrefix(below, "../") {
		return nil
	}
	for ; below != "."; below = filepath.Dir(below) {
		folders = append(folders, filepath.Join(mountpoint, below))
	}
	return append(folders, mountpoint)
}
