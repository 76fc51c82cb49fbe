package ports

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"strings"
	"testing"

	"github.com/stigmer/local/probes/childtest"
)

func TestListening(t *testing.T) {
	for _, test := range []struct {
		name, bound, asked string
		want               bool
	}{
		{"the same", "127.0.0.1", "127.0.0.1", true},
		{"a wildcard", "0.0.0.0", "127.0.0.1", true},
		{"the wildcard of both", "::", "127.0.0.1", true},
		{"part of a wildcard", "127.0.0.1", "0.0.0.0", true},
		{"beside loopback", "::1", "127.0.0.1", true},
		{"beside a wildcard", "::1", "0.0.0.0", true},
		{"the same IPv6", "::1", "::1", true},
		{"another loopback", "127.0.0.1", "::1", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			child, port := startListener(t, test.bound)
			got, err := Conflict(test.asked, port)
			check(t, err)
			if !test.want {
				if got != nil {
					t.Errorf("Conflict = %+v, want nil", got)
				}
				return
			}
			if got == nil {
				t.Fatal("Conflict = nil")
			}
			if got.PID != child.PID || got.Instance != childtest.Home || got.Exe == "" || got.Command == "" {
				t.Errorf("Conflict = %+v, want PID %d", got, child.PID)
			}
			if got.Address != HostPort(test.bound, port) {
				t.Errorf("Address = %s, want %s", got.Address, HostPort(test.bound, port))
			}
		})
	}
}

// startListener starts a child that alone listens on a port of its own.
func startListener(t *testing.T, ip string) (childtest.Child, int) {
	t.Helper()
	network := "tcp4" // Go's "tcp" makes [::] of 0.0.0.0
	if strings.Contains(ip, ":") {
		network = "tcp6"
	}
	listener, err := net.Listen(network, HostPort(ip, 0))
	if err != nil {
		t.Skip(err)
	}
	defer listener.Close()
	file, err := listener.(*net.TCPListener).File()
	check(t, err)
	defer file.Close()
	return childtest.Start(t, "", file), listener.Addr().(*net.TCPAddr).Port
}

func TestNobodyListens(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	port := listener.Addr().(*net.TCPAddr).Port
	check(t, listener.Close())
	for _, ip := range []string{"127.0.0.1", "0.0.0.0"} {
		if got, err := Conflict(ip, port); got != nil || err != nil {
			t.Errorf("Conflict(%s) = %+v, %v", ip, got, err)
		}
	}
}

// An outgoing connection has a local port too, and keeps a server from it.
func TestConnectionOnThePort(t *testing.T) {
	server, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	defer server.Close()
	conn, err := net.Dial("tcp", server.Addr().String())
	check(t, err)
	defer conn.Close()
	port := conn.LocalAddr().(*net.TCPAddr).Port
	if taken, err := bound(netip.MustParseAddr("127.0.0.1"), port); !taken || err != nil {
		t.Skip("this kernel lets a server have it:", err)
	}
	got, err := Conflict("127.0.0.1", port)
	check(t, err)
	if got == nil || got.PID != os.Getpid() {
		t.Errorf("Conflict = %+v, want PID %d", got, os.Getpid())
	}
}

// What a connection leaves that has ended keeps the port, and no process has it.
func TestEndedConnectionOnThePort(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	defer listener.Close()
	conn, err := net.Dial("tcp", listener.Addr().String())
	check(t, err)
	accepted, err := listener.Accept()
	check(t, err)
	port := conn.LocalAddr().(*net.TCPAddr).Port
	check(t, conn.Close())
	if _, err := accepted.Read(make([]byte, 1)); err != io.EOF {
		t.Fatalf("read: %v, not the end", err)
	}
	check(t, accepted.Close())
	if taken, err := bound(netip.MustParseAddr("127.0.0.1"), port); !taken || err != nil {
		t.Skip("this kernel lets a server have it:", err)
	}
	got, err := Conflict("127.0.0.1", port)
	check(t, err)
	if got == nil || got.PID != 0 || !got.Ended {
		t.Errorf("Conflict = %+v, want a connection that has ended", got)
	}
}

func TestShadows(t *testing.T) {
	for _, c := range []struct{ ip, system, want string }{
		{"127.0.0.1", "linux", "::1"}, {"0.0.0.0", "linux", "::1"}, {"::1", "linux", ""}, {"::", "linux", ""}, {"192.0.2.1", "linux", ""},
		{"127.0.0.1", "darwin", "127.0.0.1 ::1"}, {"0.0.0.0", "darwin", "127.0.0.1 ::1"}, {"::1", "darwin", "::1"},
		{"::", "darwin", "127.0.0.1 ::1"}, {"192.0.2.1", "darwin", "192.0.2.1"},
	} {
		if got := strings.Join(shadows(netip.MustParseAddr(c.ip), c.system), " "); got != c.want {
			t.Errorf("%s on %s: %q, want %q", c.ip, c.system, got, c.want)
		}
	}
}

func TestListeningWhereItCannot(t *testing.T) {
	if got, err := Conflict("192.0.2.1", 7233); !errors.Is(err, ErrNotOurAddress) {
		t.Errorf("Conflict = %+v, %v", got, err)
	}
	if got, err := Conflict("localhost", 7233); err == nil {
		t.Errorf("Conflict = %+v for a name", got)
	}
	got, err := Conflict("127.0.0.1", 1)
	if os.Getuid() != 0 && err != nil && !errors.Is(err, ErrNotPermitted) {
		t.Errorf("Conflict = %+v, %v", got, err)
	}
}
