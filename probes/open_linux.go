//go:build !blunt

package probes

import (
	"errors"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/prometheus/procfs"
	"golang.org/x/sys/unix"
)

func deviceNumber(stat *syscall.Stat_t) uint64 { return stat.Dev }

// processes returns the PID of every process.
func processes() ([]int, error) {
	all, err := procfs.AllProcs()
	pids := make([]int, len(all))
	for i, proc := range all {
		pids[i] = proc.PID
	}
	return pids, err
}

func groupPIDs(pgid int) []int {
	pids, _ := processes()
	return slices.DeleteFunc(pids, func(pid int) bool {
		group, err := unix.Getpgid(pid)
		return err != nil || group != pgid
	})
}

// eachOpen looks at the open files of a process until look returns false.
func eachOpen(pid int, look func(openFile) bool) error {
	dir, err := os.Open(procPath(pid, "fd"))
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
func statOpen(dir int, name string) (openFile, bool) {
	var stat unix.Statx_t
	fd, err := strconv.Atoi(name)
	if err != nil {
		return openFile{}, false
	}
	err = unix.Statx(dir, name, unix.AT_STATX_DONT_SYNC, unix.STATX_INO|unix.STATX_NLINK, &stat)
	switch {
	case errors.Is(err, unix.ENOSYS), errors.Is(err, unix.EPERM):
		return statOpenPlainly(dir, name, fd)
	case err != nil:
		return openFile{}, false
	}
	file := FileID{unix.Mkdev(stat.Dev_major, stat.Dev_minor), stat.Ino}
	return openFile{fd: fd, FileID: file, deleted: stat.Nlink == 0}, true
}

// statOpenPlainly is statOpen where statx is refused: kernels before 4.11 have none, and
// sandboxes that are older than it answer EPERM.
func statOpenPlainly(dir int, name string, fd int) (openFile, bool) {
	var stat unix.Stat_t
	if unix.Fstatat(dir, name, &stat, 0) != nil {
		return openFile{}, false
	}
	return openFile{fd: fd, FileID: FileID{stat.Dev, stat.Ino}, deleted: stat.Nlink == 0}, true
}

// deletedMark is what the kernel writes behind the path of a deleted file (proc_pid_fd(5)).
const deletedMark = " (deleted)"

// openAt looks at one descriptor of a process.
func openAt(pid, fd int) (openFile, bool) {
	link := procPath(pid, "fd/"+strconv.Itoa(fd))
	path, err := os.Readlink(link)
	if err != nil {
		return openFile{}, false
	}
	info, err := os.Stat(link)
	if err != nil {
		return openFile{}, false
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return openFile{}, false
	}
	file := openFile{fd: fd, FileID: FileID{stat.Dev, stat.Ino}, deleted: stat.Nlink == 0, path: path}
	if file.deleted {
		file.path = strings.TrimSuffix(path, deletedMark)
	}
	return file, true
}

// reopenPath is a magic link that opens a process's open file, deleted or not
// (proc_pid_fd(5)).
func reopenPath(pid int, file openFile) string { return procPath(pid, "fd/"+strconv.Itoa(file.fd)) }

// hasLock reports whether this very description has a flock: fdinfo has a line
// "lock: 1: FLOCK  ADVISORY  WRITE ..." only then, since __show_fd_locks
// (fs/locks.c) compares the file pointer. One that waits has none.
func hasLock(pid int, file openFile) bool {
	data, err := os.ReadFile(procPath(pid, "fdinfo/"+strconv.Itoa(file.fd)))
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

// knownUnlocked is never certain on Linux: flock and fcntl do not see each other's locks, and
// /proc/locks leaves some out.
func knownUnlocked(string) bool { return false }

// parentUniqueID is not known on Linux, where a process whose parent has ended has another one.
func parentUniqueID(int) uint64 { return 0 }

// programFile is the file that a process runs. /proc/PID/exe leads to it also when it has
// no name any more (proc_pid_exe(5)).
func programFile(pid int) (FileID, bool) {
	file, err := FileAt(procPath(pid, "exe"))
	return file, err == nil
}

// sameUserAndFiles reports whether a process is of this user by each of its IDs (real, effective,
// saved and of the file system: proc_pid_status(5)) and in this mount namespace.
func sameUserAndFiles(pid int) bool {
	proc, err := procfs.NewProc(pid)
	if err != nil {
		return false
	}
	status, err := proc.NewStatus()
	ours := uint64(os.Geteuid())
	if err != nil || slices.ContainsFunc(status.UIDs[:], func(id uint64) bool { return id != ours }) {
		return false
	}
	here, err := os.Readlink("/proc/self/ns/mnt")
	there, failed := os.Readlink(procPath(pid, "ns/mnt"))
	return err == nil && failed == nil && here == there
}
