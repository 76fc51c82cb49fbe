//go:build !blunt

package locks

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/prometheus/procfs"
	"github.com/stigmer/local/probes/files"
	"golang.org/x/sys/unix"
)

// listed searches /proc/locks for the file, for a holder that may not be inspected. The PIDs
// there are of no use: a lock's first taker may be dead.
func listed(path string, info os.FileInfo) (State, error) {
	device, number, err := kernelName(path, info)
	if err != nil {
		return Unknown, err
	}
	table, err := os.ReadFile("/proc/locks")
	if err != nil {
		return Unknown, err
	}
	return findLock(string(table), device, number), nil
}

// findLock reads lines like "1: FLOCK  ADVISORY  WRITE 705 00:1f:4711 0 EOF".
// One that waits has "->" before its kind. An empty device is an unknown one.
func findLock(table, device, number string) State {
	state := Free
	for line := range strings.Lines(table) {
		fields := strings.Fields(line)
		if len(fields) < 6 || fields[1] != "FLOCK" || !strings.HasSuffix(fields[5], ":"+number) {
			continue
		}
		switch device {
		case strings.TrimSuffix(fields[5], ":"+number):
			return Held
		case "":
			state = Unknown
		}
	}
	return state
}

// kernelName returns the device and inode number by which /proc/locks knows the
// file. On btrfs and overlayfs they are not those of stat, which makes them up;
// the inode number is in fdinfo (Linux 5.14) and the device in the mount's line
// of mountinfo. The device is empty if it could not be found out. O_PATH opens
// nothing: no permission on the file is needed and no lock can be touched.
func kernelName(path string, info os.FileInfo) (device, number string, err error) {
	file, err := files.IDOf(info)
	if err != nil {
		return "", "", err
	}
	fd, err := unix.Open(path, unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		return "", "", fmt.Errorf("open %s: %w", path, err)
	}
	defer unix.Close(fd)
	self, err := procfs.Self()
	if err != nil {
		return "", "", err
	}
	number = strconv.FormatUint(file.Inode, 10)
	open, err := self.FDInfo(strconv.Itoa(fd))
	if err != nil {
		return "", number, nil
	}
	if open.Ino != "" {
		number = open.Ino
	}
	return mountDevice(open.MntID), number, nil
}

// mountDevice returns a mount's device as /proc/locks writes it (two hexadecimal
// digits at least), where mountinfo has it in decimal.
func mountDevice(id string) string {
	mounts, err := procfs.GetMounts()
	if err != nil {
		return ""
	}
	for _, mount := range mounts {
		var major, minor int
		if strconv.Itoa(mount.MountID) != id {
			continue
		}
		if _, err := fmt.Sscanf(mount.MajorMinorVer, "%d:%d", &major, &minor); err == nil {
			return fmt.Sprintf("%02x:%02x", major, minor)
		}
	}
	return ""
}

// hasLock reports whether this very description has a flock: fdinfo has a line
// "lock: 1: FLOCK  ADVISORY  WRITE ..." only then, since __show_fd_locks
// (fs/locks.c) compares the file pointer. One that waits has none.
func hasLock(pid int, file files.Descriptor) bool {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/fdinfo/%d", pid, file.FD))
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
