//go:build !blunt

package probes

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

func deviceNumber(stat *syscall.Stat_t) uint64 { return stat.Dev }

// EachOpen looks at the open files of a process until look returns false.
func EachOpen(pid int, look func(OpenFile) bool) error {
	dir, err := os.Open(fmt.Sprintf("/proc/%d/fd", pid))
	if err != nil {
		return err
	}
	defer dir.Close()
	names, err := dir.Readdirnames(-1)
	if err != nil {
		return err
	}
	for _, name := range names {
		if file, ok := statOpen(int(dir.Fd()), name); ok && !look(file) {
			return nil
		}
	}
	return nil
}

// statOpen follows the magic link to the open file itself, deleted or not, which a
// comparison of paths could not. AT_STATX_DONT_SYNC answers from the cache, so
// that a descriptor on a dead network mount cannot hang us.
func statOpen(dir int, name string) (OpenFile, bool) {
	var stat unix.Statx_t
	fd, err := strconv.Atoi(name)
	if err != nil {
		return OpenFile{}, false
	}
	err = unix.Statx(dir, name, unix.AT_STATX_DONT_SYNC, unix.STATX_INO|unix.STATX_NLINK, &stat)
	switch {
	case errors.Is(err, unix.ENOSYS), errors.Is(err, unix.EPERM):
		return statOpenPlainly(dir, name, fd)
	case err != nil:
		return OpenFile{}, false
	}
	file := FileID{unix.Mkdev(stat.Dev_major, stat.Dev_minor), stat.Ino}
	return OpenFile{FD: fd, FileID: file, Deleted: stat.Nlink == 0}, true
}

// statOpenPlainly is statOpen where statx is refused: kernels before 4.11 have none, and
// sandboxes that are older than it answer EPERM.
func statOpenPlainly(dir int, name string, fd int) (OpenFile, bool) {
	var stat unix.Stat_t
	if unix.Fstatat(dir, name, &stat, 0) != nil {
		return OpenFile{}, false
	}
	return OpenFile{FD: fd, FileID: FileID{stat.Dev, stat.Ino}, Deleted: stat.Nlink == 0}, true
}

// deletedMark is what the kernel writes behind the path of a deleted file (proc_pid_fd(5)).
const deletedMark = " (deleted)"

// OpenAt looks at one descriptor of a process. On Linux its Path is a magic link, which
// opens a deleted file as well (proc_pid_fd(5)).
func OpenAt(pid, fd int) (OpenFile, bool) {
	link := fmt.Sprintf("/proc/%d/fd/%d", pid, fd)
	path, err := os.Readlink(link)
	if err != nil {
		return OpenFile{}, false
	}
	info, err := os.Stat(link)
	if err != nil {
		return OpenFile{}, false
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return OpenFile{}, false
	}
	file := OpenFile{FD: fd, FileID: FileID{stat.Dev, stat.Ino}, Deleted: stat.Nlink == 0, Path: link, Name: path}
	if file.Deleted {
		file.Name = strings.TrimSuffix(path, deletedMark)
	}
	return file, true
}

// programFile is the file that a process runs. /proc/PID/exe leads to it also when it has
// no name any more (proc_pid_exe(5)).
func programFile(pid int) (FileID, bool) {
	file, err := FileAt(fmt.Sprintf("/proc/%d/exe", pid))
	return file, err == nil
}
