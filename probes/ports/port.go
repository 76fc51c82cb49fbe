package ports

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"runtime"
	"strconv"
	"syscall"
	"time"
)

// What net.Listen answers where no other program is to blame; both are wrapped
// with the address.
var (
	// ErrNotPermitted: ports below 1024 usually need privileges (EACCES).
	ErrNotPermitted = errors.New("listening on this port is not permitted")
	// ErrNotOurAddress: no interface of this machine has the IP (EADDRNOTAVAIL).
	ErrNotOurAddress = errors.New("not an address of this machine")
)

// knock bounds a connection attempt and ownerLimit the search for the owner.
const (
	knock      = 200 * time.Millisecond
	ownerLimit = 5 * time.Second
)

// Listener is the owner of a port.
type Listener struct {
	// Address is host:port as it is bound, which may be a wildcard.
	Address string
	// PID is 0 where the owner may not be seen; the other fields are then empty.
	PID      int
	Command  string
	Exe      string
	Instance string
	// Ended says that no program has it: the kernel keeps the port of a connection that has
	// ended, for a minute on Linux (TIME_WAIT; include/net/tcp.h, TCP_TIMEWAIT_LEN).
	Ended bool
}

// Conflict returns the owner that is in the way of a server on ip:port, nil for none: it has the
// same address or a wildcard or, where ip is loopback or a wildcard, [::1], which "localhost"
// may lead to and which the bind of an IPv4 address does not notice.
//
// It listens for an instant to find out, so two at once can see each other.
// Errors wrap ErrNotPermitted or ErrNotOurAddress where those are the cause.
func Conflict(ip string, port int) (*Listener, error) {
	wanted, err := netip.ParseAddr(ip)
	if err != nil {
		return nil, err
	}
	wanted = wanted.Unmap()
	taken, err := bound(wanted, port)
	if err != nil || !taken && !shadowed(wanted, port) {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), ownerLimit)
	defer cancel()
	owner, err := findOwner(ctx, wanted, port, taken)
	switch {
	case owner != nil:
		return owner, nil
	case taken: // the bind is proof enough, whatever became of the search
		return &Listener{Address: HostPort(ip, port), Ended: hasEnded(ctx, wanted, port)}, nil
	}
	return nil, err
}

// MayListen returns why this user's programs cannot listen on ip:port, even if it is free, nil
// if they can: ErrNotOurAddress or ErrNotPermitted, wrapped. It listens only on ports that need
// privileges, and else on a port that the kernel chooses: so it is in the way of no program that
// looks for a free port.
func MayListen(ip string, port int) error {
	wanted, err := netip.ParseAddr(ip)
	if err != nil {
		return err
	}
	if port >= FirstUnprivileged {
		port = 0
	}
	_, err = bound(wanted.Unmap(), port)
	return err
}

// FirstUnprivileged is the first port that every user may listen on (ip_unprivileged_port_start;
// ip(7)).
const FirstUnprivileged = 1024

// bound tries the very bind that Temporal would do. Go sets SO_REUSEADDR, so an
// address in TIME_WAIT is free.
func bound(ip netip.Addr, port int) (bool, error) {
	address := HostPort(ip.String(), port)
	if ip == netip.IPv6Unspecified() && !hasIPv6() {
		return false, fmt.Errorf("listen on %s: this machine has no IPv6, so it is %w", address, ErrNotOurAddress)
	}
	listener, err := net.Listen("tcp", address)
	switch {
	case err == nil:
		return false, listener.Close()
	case errors.Is(err, syscall.EADDRINUSE):
		return true, nil
	case errors.Is(err, syscall.EACCES):
		return false, fmt.Errorf("listen on %s: %w", address, ErrNotPermitted)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return false, fmt.Errorf("listen on %s: %w", address, ErrNotOurAddress)
	}
	return false, err
}

// hasIPv6 reports whether ::1 is there. Where IPv6 is switched off (disable_ipv6 of
// Documentation/networking/ip-sysctl.rst) a bind to :: succeeds all the same, and what
// Temporal dials then, to find free ports, fails.
func hasIPv6() bool {
	listener, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		return false
	}
	return listener.Close() == nil
}

// shadowed reports whether another process may answer although the bind succeeded: on [::1], or
// on macOS on a wildcard, beside which SO_REUSEADDR allows a bind to one address. A firewall's
// silence is no answer, but reason enough to search for owners.
func shadowed(ip netip.Addr, port int) bool {
	for _, target := range shadows(ip, runtime.GOOS) {
		conn, err := net.DialTimeout("tcp", HostPort(target, port), knock)
		if err == nil {
			conn.Close()
			return true
		}
		var timeout net.Error
		if errors.As(err, &timeout) && timeout.Timeout() {
			return true
		}
	}
	return false
}

// shadows are the addresses at which another process may answer for a server on ip, on a system.
// Linux refuses an address that another process's wildcard covers (socket(7), SO_REUSEADDR).
func shadows(ip netip.Addr, system string) (targets []string) {
	if system != "linux" {
		if targets = []string{ip.String()}; ip.IsUnspecified() {
			targets[0] = "127.0.0.1"
		}
	}
	if (ip.IsLoopback() || ip.IsUnspecified()) && ip.Is4() || system != "linux" && ip.IsUnspecified() {
		targets = append(targets, "::1")
	}
	return targets
}

// HostPort is an address as net.Dial takes it: an IPv6 address stands in brackets.
func HostPort(ip string, port int) string { return net.JoinHostPort(ip, strconv.Itoa(port)) }

// Owner returns the owner of ip:port, by the rules of Conflict but from the kernel's table of
// sockets alone: it opens and binds nothing, so it is in the way of no process. It returns nil
// where there is no owner, or none that may be seen. If one of the PIDs in first listens there,
// no other process is examined.
func Owner(ctx context.Context, ip string, port int, first ...int) (*Listener, error) {
	wanted, err := netip.ParseAddr(ip)
	if err != nil {
		return nil, err
	}
	return findOwner(ctx, wanted.Unmap(), port, true, first...)
}
