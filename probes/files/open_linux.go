//go:build !blunt

package files

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

// EachDescriptor calls look for the open files of a process until look returns false.
func EachDescriptor(pid int, look func(Descriptor) bool) error {
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
func statOpen(dir int, name string) (Descriptor, bool) {
	var stat unix.Statx_t
	fd, err := strconv.Atoi(name)
	if err != nil {
		return Descriptor{}, false
	}
	err = unix.Statx(dir, name, unix.AT_STATX_DONT_SYNC, unix.STATX_INO|unix.STATX_NLINK, &stat)
	switch {
	case errors.Is(err, unix.ENOSYS), errors.Is(err, unix.EPERM):
		return statOpenPlainly(dir, name, fd)
	case err != nil:
		return Descriptor{}, false
	}
	file := ID{unix.Mkdev(stat.Dev_major, stat.Dev_minor), stat.Ino}
	return Descriptor{FD: fd, ID: file, Deleted: stat.Nlink == 0}, true
}

// statOpenPlainly is statOpen where statx is refused: kernels before 4.11 have none, and
// sandboxes that are older than it answer EPERM.
func statOpenPlainly(dir int, name string, fd int) (Descriptor, bool) {
	var stat unix.Stat_t
	if unix.Fstatat(dir, name, &stat, 0) != nil {
		return Descriptor{}, false
	}
	return Descriptor{FD: fd, ID: ID{stat.Dev, stat.Ino}, Deleted: stat.Nlink == 0}, true
}

// deletedMark is what the kernel writes behind the path of a deleted file (proc_pid_fd(5)).
const deletedMark = " (deleted)"

// DescriptorAt reads one descriptor of a process. On Linux its Path is a magic link, which
// opens a deleted file as well (proc_pid_fd(5)).
func DescriptorAt(pid, fd int) (Descriptor, bool) {
	link := fmt.Sprintf("/proc/%d/fd/%d", pid, fd)
	path, err := os.Readlink(link)
	if err != nil {
		return Descriptor{}, false
	}
	info, err := os.Stat(link)
	if err != nil {
		return Descriptor{}, false
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return Descriptor{}, false
	}
	file := Descriptor{FD: fd, ID: ID{stat.Dev, stat.Ino}, Deleted: stat.Nlink == 0, Path: link, Name: path}
	if file.Deleted {
		file.Name = strings.TrimSuffix(path, deletedMark)
	}
	return file, true
}

// programFile is the file that a process runs. /proc/PID/exe leads to it also when it has
// no name any more (proc_pid_exe(5)).
func programFile(pid int) (ID, bool) {
	file, err := IDAt(fmt.Sprintf("/proc/%d/exe", pid))
	return file, err == nil
}
