//go:build darwin || blunt

package probes

import (
	"context"
	"net/netip"

	"github.com/stigmer/local/probes/xnu"
)

var systemSockets = macSockets{xnu.System()}

func listens(pid int, matches func(netip.AddrPort) bool) (netip.AddrPort, bool) {
	return systemSockets.listens(pid, matches)
}

func sockets(context.Context) ([]socket, error) { return systemSockets.sockets() }

func socketOwner(ctx context.Context, s socket) (int, bool) {
	return systemSockets.socketOwner(ctx, s), true
}
