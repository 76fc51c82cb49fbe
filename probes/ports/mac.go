package ports

import (
	"context"
	"net/netip"
	"slices"

	"github.com/stigmer/local/probes/xnu"
)

// mac answers the questions of this package from macOS's kernel.
type mac struct{ xnu.Kernel }

// sockets returns the machine's TCP sockets. Whose they are is only guessed there:
// socketOwner inspects it.
func (m mac) sockets() ([]socket, error) {
	all, err := m.Sockets()
	found := make([]socket, len(all))
	for i, one := range all {
		found[i] = socket{local: one.Local, listening: one.State == xnu.Listen, timeWait: one.State == xnu.TimeWait, pid: one.LastPID}
	}
	return found, err
}

// socketOwner returns the process that has a socket: the one that used it last, if it has it
// yet, else the first that is found with it. It is 0 for a socket of another user, and
// when ctx ends the search.
func (m mac) socketOwner(ctx context.Context, s socket) int {
	if s.pid > 0 && m.has(s.pid, s) {
		return s.pid
	}
	pids, _ := m.PIDs()
	for _, pid := range pids {
		if ctx.Err() != nil {
			break
		}
		if m.has(pid, s) {
			return pid
		}
	}
	return 0
}

// has reports whether a process has a socket of this address and kind.
func (m mac) has(pid int, s socket) bool {
	sockets, _ := m.SocketsOf(pid)
	return slices.ContainsFunc(sockets, func(one xnu.Socket) bool {
		return one.Local == s.local && (one.State == xnu.Listen) == s.listening
	})
}

// listens returns the address of a socket on which a process listens and that matches.
func (m mac) listens(pid int, matches func(netip.AddrPort) bool) (netip.AddrPort, bool) {
	sockets, _ := m.SocketsOf(pid)
	for _, one := range sockets {
		if one.State == xnu.Listen && matches(one.Local) {
			return one.Local, true
		}
	}
	return netip.AddrPort{}, false
}
