package probes

import (
	"net/netip"

	gopsutil "github.com/shirou/gopsutil/v4/net"
)

// listens returns the address of a socket on which a process listens and that
// matches. It asks lsof about this process alone.
func listens(pid int, matches func(netip.AddrPort) bool) (netip.AddrPort, bool) {
	sockets, err := gopsutil.ConnectionsPid("tcp", int32(pid))
	if err != nil {
		return netip.AddrPort{}, false
	}
	for _, socket := range sockets {
		address := netip.AddrPortFrom(boundTo(socket.Laddr.IP), uint16(socket.Laddr.Port))
		if socket.Status == listening && matches(address) {
			return address, true
		}
	}
	return netip.AddrPort{}, false
}
