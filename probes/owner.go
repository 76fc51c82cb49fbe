package probes

import (
	"context"
	"fmt"
	"net/netip"
	"strings"

	gopsutil "github.com/shirou/gopsutil/v4/net"
)

// listening is the status of a socket that accepts connections, as gopsutil names it.
const listening = "LISTEN"

// findOwner looks through the machine's TCP sockets for the one that conflicts
// with ip:port, nil if there is none. Listeners come first; where the bind is
// known to have failed, a connection can be the cause too, since the kernel
// gives outgoing ones any port of its ephemeral range. The processes in first are
// looked at before all others: to look at everybody's descriptors takes long. Who has
// the socket no longer when he is looked at is looked for anew.
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

// ownerTries bounds how often a socket is looked for that changes hands.
const ownerTries = 5

// seekOwner is findOwner once. It is not settled where the one who was seen to have
// the socket has it no longer.
func seekOwner(ctx context.Context, ip netip.Addr, port int, taken bool) (found *Listener, settled bool, err error) {
	sockets, err := gopsutil.ConnectionsWithContext(ctx, "tcp")
	if err != nil {
		return nil, false, fmt.Errorf("list the TCP sockets: %w", err)
	}
	settled = true
	for _, socket := range sockets {
		if int(socket.Laddr.Port) != port || !conflicts(ip, boundTo(socket.Laddr.IP)) {
			continue
		}
		if socket.Status == listening {
			found, settled = owner(socket)
			return found, settled, nil
		}
		if taken && found == nil && socket.Status != "TIME_WAIT" {
			found, settled = owner(socket)
		}
	}
	return found, settled, nil
}

// owner describes who has a socket. It is false where that process has it no longer.
func owner(socket gopsutil.ConnectionStat) (*Listener, bool) {
	pid, settled := int(socket.Pid), true
	if pid > 0 {
		if pid, settled = keeper(pid, socket.Fd); !settled {
			pid = 0
		}
	}
	return listener(netip.AddrPortFrom(boundTo(socket.Laddr.IP), uint16(socket.Laddr.Port)), pid), settled
}

func listener(address netip.AddrPort, pid int) *Listener {
	found := &Listener{Address: address.String(), PID: pid}
	if pid > 0 {
		found.Command, found.Exe, found.Instance = CommandLine(pid), Executable(pid), Instance(pid)
	}
	return found
}

// boundTo reads an address as gopsutil gives it: lsof, on macOS, writes "*" for
// a wildcard and brackets around IPv6.
func boundTo(text string) netip.Addr {
	ip, err := netip.ParseAddr(strings.Trim(text, "[]"))
	if err != nil {
		return netip.IPv6Unspecified()
	}
	return ip.Unmap()
}

// conflicts reports whether a socket on bound keeps a server on wanted from the
// clients it is meant for.
func conflicts(wanted, bound netip.Addr) bool {
	return wanted == bound || bound.IsUnspecified() || wanted.IsUnspecified() ||
		wanted.IsLoopback() && bound == netip.IPv6Loopback()
}
