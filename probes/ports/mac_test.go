package ports

import (
	"context"
	"net/netip"
	"testing"

	"github.com/stigmer/local/probes/xnu/fake"
)

func TestMacSockets(t *testing.T) {
	m := mac{fake.Temporal().Kernel()}
	all, err := m.sockets()
	check(t, err)
	if len(all) != 5 || !all[0].listening || all[2].listening || !all[3].timeWait {
		t.Fatalf("sockets = %+v", all)
	}
	at := func(text string) socket { return socket{local: netip.MustParseAddrPort(text), listening: true} }
	// The one that used it last has it no more: it is searched for.
	stale := at("127.0.0.1:7233")
	stale.pid, stale.fd = 812, 3
	if pid := m.socketOwner(t.Context(), stale); pid != 4711 {
		t.Errorf("socketOwner = %d", pid)
	}
	if pid := m.socketOwner(t.Context(), at("127.0.0.1:9999")); pid != 0 {
		t.Errorf("a socket of another user is pid %d's", pid)
	}
	over, end := context.WithCancel(t.Context())
	end()
	if pid := m.socketOwner(over, stale); pid != 0 {
		t.Errorf("a search that is over finds %d", pid)
	}
	is := func(a netip.AddrPort) bool { return a.Port() == 7233 }
	if got, ok := m.listens(4711, is); !ok || got != stale.local {
		t.Errorf("listens = %s, %t", got, ok)
	}
	for _, pid := range []int{0, 812} {
		if got, ok := m.listens(pid, is); ok {
			t.Errorf("pid %d listens on %s", pid, got)
		}
	}
}

// A connected socket is none that listens, whatever its port.
func TestMacListensOnlyIfItListens(t *testing.T) {
	m := mac{fake.Temporal().Kernel()}
	if got, ok := m.listens(4711, func(a netip.AddrPort) bool { return a.Port() == 8233 }); ok {
		t.Errorf("listens = %s", got)
	}
}
