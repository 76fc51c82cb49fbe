//go:build darwin || blunt

package ports

import (
	"context"
	"net/netip"

	"github.com/stigmer/local/probes/xnu"
)

var system = mac{xnu.System()}

func listens(pid int, matches func(netip.AddrPort) bool) (netip.AddrPort, bool) {
	return system.listens(pid, matches)
}

func sockets(context.Context) ([]socket, error) { return system.sockets() }

func socketOwner(ctx context.Context, s socket) (int, bool) {
	return system.socketOwner(ctx, s), true
}
