//go:build !blunt

package ports

import (
	"context"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"

	gopsutil "github.com/shirou/gopsutil/v4/net"
	"github.com/stigmer/local/probes/proc"
	"golang.org/x/sys/unix"
)

// sockets returns the machine's TCP sockets with those that have them.
func sockets(ctx context.Context) ([]socket, error) {
	all, err := gopsutil.ConnectionsWithContext(ctx, "tcp")
	found := make([]socket, 0, len(all))
	for _, one := range all {
		ip, err := netip.ParseAddr(one.Laddr.IP)
		if err != nil {
			continue
		}
		found = append(found, socket{
			local:     netip.AddrPortFrom(ip.Unmap(), uint16(one.Laddr.Port)),
			listening: one.Status == "LISTEN", timeWait: one.Status == "TIME_WAIT", pid: int(one.Pid), fd: one.Fd,
		})
	}
	return found, err
}

// socketOwner returns the PID of a socket's owner, 0 where none was seen. Between fork and exec
// a child has all descriptors of its parent, and its program too: then the socket is the
// parent's. It is false where the process that was seen has the socket no longer, as that child
// a moment later: then the caller searches anew.
func socketOwner(_ context.Context, s socket) (int, bool) {
	pid, fd := s.pid, s.fd
	if pid <= 0 {
		return 0, true
	}
	socket := opensAs(pid, fd)
	if socket == "" {
		return 0, false
	}
	for {
		parent := proc.Parent(pid)
		if parent <= 1 || opensAs(parent, fd) != socket || !looksForked(pid, parent, fd) {
			return pid, opensAs(pid, fd) == socket
		}
		pid = parent
	}
}

// looksForked reports whether a child runs its parent's program with the same
// arguments, or is in the middle of exec: a new program has no descriptor from its
// parent that is closed on exec.
func looksForked(child, parent int, fd uint32) bool {
	return proc.Executable(child) == proc.Executable(parent) && slices.Equal(proc.Args(child), proc.Args(parent)) || closesOnExec(child, fd)
}

// opensAs names what a process has open as a descriptor, empty if it has no such one.
func opensAs(pid int, fd uint32) string {
	what, err := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", pid, fd))
	if err != nil {
		return ""
	}
	return what
}

// closesOnExec reads the descriptor's flags, octal; proc_pid_fdinfo(5).
func closesOnExec(pid int, fd uint32) bool {
	info, err := os.ReadFile(fmt.Sprintf("/proc/%d/fdinfo/%d", pid, fd))
	if err != nil {
		return false
	}
	for line := range strings.Lines(string(info)) {
		if value, ok := strings.CutPrefix(line, "flags:"); ok {
			flags, err := strconv.ParseUint(strings.TrimSpace(value), 8, 64)
			return err == nil && flags&unix.O_CLOEXEC != 0
		}
	}
	return false
}
