package ports

import (
	"errors"
	"net"
	"net/netip"
	"testing"
)

func TestReachable(t *testing.T) {
	for _, ip := range []string{"127.0.0.1", "0.0.0.0", "::"} {
		if err := Reachable(ip); err != nil {
			t.Errorf("%s: %v", ip, err)
		}
	}
	for _, ip := range []string{"192.0.2.1", "nonsense"} {
		if err := Reachable(ip); err == nil || errors.Is(err, ErrUnreachable) {
			t.Errorf("%s: %v", ip, err)
		}
	}
}

func TestClientAddress(t *testing.T) {
	for server, client := range map[string]string{
		"127.0.0.1": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1", "::1": "::1", "192.0.2.1": "192.0.2.1",
	} {
		if have := clientAddress(netip.MustParseAddr(server)).String(); have != client {
			t.Errorf("%s: %s", server, have)
		}
	}
}

// nameless is a listener whose port the system does not name.
type nameless struct{ net.Listener }

func (nameless) Addr() net.Addr { return nil }

func TestPortOfANamelessListener(t *testing.T) {
	if port, err := portOf(nameless{}); err == nil {
		t.Errorf("port %d", port)
	}
}

func BenchmarkReachable(b *testing.B) {
	for b.Loop() {
		if err := Reachable("127.0.0.1"); err != nil {
			b.Fatal(err)
		}
	}
}
