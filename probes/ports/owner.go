package ports

import (
	"context"
	"fmt"
	"net/netip"
	"slices"

	"github.com/stigmer/local/probes/proc"
)

// socket is a TCP socket of this machine.
type socket struct {
	local netip.AddrPort
	// listening says that it accepts connections, timeWait that its connection has ended
	// (TIME_WAIT), so that no process has it any more.
	listening, timeWait bool
	// pid is the process that was seen to have it, 0 where that is not known, and fd
	// the descriptor there, where that is known.
	pid int
	fd  uint32
}

// findOwner searches the machine's TCP sockets for the one that conflicts
// with ip:port, nil if there is none. Listeners come first; where the bind is
// known to have failed, a connection can be the cause too, since the kernel
// gives outgoing ones any port of its ephemeral range. The processes in first are
// examined before all others: to read every process's descriptors takes long. If a
// process no longer has the socket when it is examined, the search begins anew.
func findOwner(ctx context.Context, ip netip.Addr, port int, taken bool, first ...int) (*Listener, error) {
	matches := func(a netip.AddrPort) bool { return int(a.Port()) == port && conflicts(ip, a.Addr()) }
	for _, pid := range first {
		if address, ok := listens(pid, matches); ok {
			return listener(address, pid), nil
		}
	}
	for range ownerTries - 1 {
		if found, settled, err := seekOwner(ctx, ip, port, taken); err != nil || settled {
			return found, err
		}
	}
	found, _, err := seekOwner(ctx, ip, port, taken)
	return found, err
}

// ownerTries bounds how often a socket is searched for that changes hands.
const ownerTries = 5

// seekOwner is findOwner once. It is not settled if the process that was seen to have
// the socket no longer has it.
func seekOwner(ctx context.Context, ip netip.Addr, port int, taken bool) (found *Listener, settled bool, err error) {
	all, err := sockets(ctx)
	if err != nil {
		return nil, false, fmt.Errorf("list the TCP sockets: %w", err)
	}
	settled = true
	for _, s := range all {
		if int(s.local.Port()) != port || !conflicts(ip, s.local.Addr()) {
			continue
		}
		if s.listening {
			found, settled = owner(ctx, s)
			return found, settled, nil
		}
		if taken && found == nil && !s.timeWait {
			found, settled = owner(ctx, s)
		}
	}
	return found, settled, nil
}

// hasEnded reports whether a connection that has ended still has ip:port.
func hasEnded(ctx context.Context, ip netip.Addr, port int) bool {
	all, _ := sockets(ctx)
	return slices.ContainsFunc(all, func(s socket) bool {
		return s.timeWait && int(s.local.Port()) == port && conflicts(ip, s.local.Addr())
	})
}

// owner describes the process that has a socket. It is false where that process has it
// no longer.
func owner(ctx context.Context, s socket) (*Listener, bool) {
	pid, settled := socketOwner(ctx, s)
	if !settled {
		pid = 0
	}
	return listener(s.local, pid), settled
}

func listener(address netip.AddrPort, pid int) *Listener {
	found := &Listener{Address: address.String(), PID: pid}
	if pid > 0 {
		found.Command, found.Exe, found.Instance = proc.CommandLine(pid), proc.Executable(pid), proc.Instance(pid)
	}
	return found
}

// conflicts reports whether a socket on bound keeps a server on wanted from the
// clients it is meant for.
func conflicts(wanted, bound netip.Addr) bool {
	return wanted == bound || bound.IsUnspecified() || wanted.IsUnspecified() ||
		wanted.IsLoopback() && bound == netip.IPv6Loopback()
}
