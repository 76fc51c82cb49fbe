package cmd

import (
	"net/netip"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes"
)

// uiURL is the web UI's, as a browser on this machine opens it.
func uiURL(s fsm.Settings) string { return "http://" + dialable(s.IP, s.UIPort) }

// dialable turns a wildcard, on which a server may listen but which names no
// machine, into the loopback address of its family.
func dialable(ip string, port int) string {
	if addr, err := netip.ParseAddr(ip); err == nil && addr.IsUnspecified() {
		ip = "127.0.0.1"
		if addr.Is6() {
			ip = "::1"
		}
	}
	return probes.HostPort(ip, port)
}

func loopback(ip string) bool {
	addr, err := netip.ParseAddr(ip)
	return err == nil && addr.IsLoopback()
}
