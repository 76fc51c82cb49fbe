package ports

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
)

// ErrUnreachable says that nothing on this machine can connect to an address on which it
// may listen: the interface lo is down, as in a new network namespace, or a sandbox refuses
// the call. It is wrapped with what the system says.
var ErrUnreachable = errors.New("this machine can listen there, and not connect to it")

// Reachable returns nil if a client on this machine can connect to a server on ip, else the
// reason, which wraps ErrUnreachable if it is not the listening that fails. It tries with a
// port of its own. A connection that times out counts as reachable: a busy machine may be
// the cause.
func Reachable(ip string) error {
	wanted, err := netip.ParseAddr(ip)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", HostPort(ip, 0))
	if err != nil {
		return err
	}
	defer listener.Close()
	port, err := portOf(listener)
	if err != nil {
		return err
	}
	client := HostPort(clientAddress(wanted.Unmap()).String(), port)
	conn, err := net.DialTimeout("tcp", client, knock)
	var timeout net.Error
	switch {
	case err == nil:
		conn.(*net.TCPConn).SetLinger(0) // nothing of it stays in TIME_WAIT
		return conn.Close()
	case errors.As(err, &timeout) && timeout.Timeout():
		return nil
	}
	return fmt.Errorf("%s: %w: %w", ip, ErrUnreachable, err)
}

// clientAddress is where a client on this machine reaches a server on ip.
func clientAddress(ip netip.Addr) netip.Addr {
	switch {
	case !ip.IsUnspecified():
		return ip
	case ip.Is4():
		return netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	return netip.IPv6Loopback()
}

// portOf is the port that the kernel has picked for a listener.
func portOf(listener net.Listener) (int, error) {
	address, ok := listener.Addr().(*net.TCPAddr)
	if !ok || address == nil {
		return 0, errors.New("the system does not name the port that it has picked")
	}
	return address.Port, nil
}
