package probes

import (
	"fmt"
	"os"
	"strings"
	"syscall"

	"github.com/prometheus/procfs"
	"golang.org/x/sys/unix"
)

// inode is a file's identity as stat and statx tell it.
type inode struct {
	major, minor uint32
	number       uint64
}

func inodeOf(info os.FileInfo) (inode, error) {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return inode{}, fmt.Errorf("stat %s: no inode number", info.Name())
	}
	return inode{unix.Major(stat.Dev), unix.Minor(stat.Dev), stat.Ino}, nil
}

func holders(info os.FileInfo, _ string, first []int) ([]Holder, error) {
	file, err := inodeOf(info)
	if err != nil {
		return nil, err
	}
	if found := among(first, file); len(found) > 0 {
		return found, nil
	}
	all, err := procfs.AllProcs()
	if err != nil {
		return nil, err
	}
	pids := make([]int, len(all))
	for i, proc := range all {
		pids[i] = proc.PID
	}
	return among(pids, file), nil
}

func among(pids []int, file inode) []Holder {
	var found []Holder
	for _, pid := range pids {
		if pid <= 0 || !holds(pid, file) {
			continue
		}
		if holder, ok := describe(pid); ok {
			found = append(found, holder)
		}
	}
	return found
}

// holds reports whether one of the process's descriptors is of this file and
// has its lock. What may not be read, or went away, does not.
func holds(pid int, file inode) bool {
	dir, err := os.Open(procPath(pid, "fd"))
	if err != nil {
		return false
	}
	defer dir.Close()
	names, err := dir.Readdirnames(-1)
	if err != nil {
		return false
	}
	for _, name := range names {
		if opens(int(dir.Fd()), name, file) && locks(pid, name) {
			return true
		}
	}
	return false
}

// opens follows the magic link to the open file itself, deleted or not, which a
// comparison of paths could not. AT_STATX_DONT_SYNC answers from the cache, so
// that a descriptor on a dead network mount cannot hang us.
func opens(dir int, name string, file inode) bool {
	var stat unix.Statx_t
	if err := unix.Statx(dir, name, unix.AT_STATX_DONT_SYNC, unix.STATX_INO, &stat); err != nil {
		return false
	}
	return file == inode{stat.Dev_major, stat.Dev_minor, stat.Ino}
}

// locks reports whether this very description has a flock: fdinfo has a line
// "lock: 1: FLOCK  ADVISORY  WRITE ..." only then, since __show_fd_locks
// (fs/locks.c) compares the file pointer. One that waits has none.
func locks(pid int, name string) bool {
	data, err := os.ReadFile(procPath(pid, "fdinfo/"+name))
	if err != nil {
		return false
	}
	for line := range strings.Lines(string(data)) {
		if strings.HasPrefix(line, "lock:") && strings.Contains(line, " FLOCK ") {
			return true
		}
	}
	return false
}
