//go:build !blunt

package ports

import (
	"net"
	"net/netip"
	"os"
	"strings"
	"testing"
)

const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1C41 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0 100 0 0 10 0
   1: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4712 1 0 100 0 0 10 0
   2: garbled
   3: 0100007F:A923 0100007F:1C41 01 00000000:00000000 00:00000000 00000000     0        0 4713 1 0 20 4 30 10 -1
   4: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4714 1 0 100 0 0 10 0
`

func TestListenersAreReadNoFurther(t *testing.T) {
	got := listeners(strings.NewReader(table), func(netip.AddrPort) bool { return true })
	if len(got) != 2 || got["4711"] != netip.MustParseAddrPort("127.0.0.1:7233") || got["4712"] != netip.MustParseAddrPort("0.0.0.0:80") {
		t.Errorf("%v", got)
	}
}

func TestListens(t *testing.T) {
	for _, on := range []string{"127.0.0.1:0", "[::1]:0", "[::]:0", "0.0.0.0:0"} {
		listener, err := net.Listen("tcp", on)
		if err != nil {
			t.Logf("%s: %v", on, err) // a machine without IPv6
			continue
		}
		defer listener.Close()
		want := listener.Addr().(*net.TCPAddr).AddrPort()
		is := func(a netip.AddrPort) bool { return a.Port() == want.Port() }
		if got, ok := listens(os.Getpid(), is); !ok || got != netip.AddrPortFrom(want.Addr().Unmap(), want.Port()) {
			t.Errorf("%s: %v, %v", on, got, ok)
		}
		if got, ok := listens(os.Getppid(), is); ok {
			t.Errorf("another process listens on %v", got)
		}
	}
}
