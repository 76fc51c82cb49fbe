package human

import (
	"net/netip"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/ports"
)

// UIURL is the web UI's, as a browser on this machine opens it.
func UIURL(s fsm.Settings) string {
	return "http://" + Dialable(s.UIAddress(), s.UIPort) + s.UIPublicPath
}

// HTTPURL is that of Temporal's HTTP API, empty where the record has no port for it.
func HTTPURL(r fsm.Record) string { return sideURL(r.Settings.IP, r.Ports().HTTP, "") }

// MetricsURL is where Prometheus scrapes Temporal, empty where the record has no port for it.
func MetricsURL(r fsm.Record) string {
	return sideURL(r.Settings.IP, r.Ports().Metrics, "/metrics")
}

func sideURL(ip string, port int, path string) string {
	if port == 0 {
		return ""
	}
	return "http://" + Dialable(ip, port) + path
}

// Dialable turns a wildcard, on which a server may listen but which names no
// machine, into the loopback address of its family.
func Dialable(ip string, port int) string {
	if addr, err := netip.ParseAddr(ip); err == nil && addr.IsUnspecified() {
		ip = "127.0.0.1"
		if addr.Is6() {
			ip = "::1"
		}
	}
	return ports.HostPort(ip, port)
}

// IsLoopback reports whether an address is one of this machine alone. A text that is no address is none.
func IsLoopback(ip string) bool {
	addr, err := netip.ParseAddr(ip)
	return err == nil && addr.IsLoopback()
}
