package cmd

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

// localhost is the one name that --ip takes, in any case: it is 127.0.0.1.
const localhost = "localhost"

// checkIP returns the canonical spelling of the address that --ip means. Its errors are
// flagErrors.
func checkIP(ip string) (string, error) {
	if strings.EqualFold(ip, localhost) {
		return "127.0.0.1", nil
	}
	addr, err := netip.ParseAddr(ip)
	switch {
	case err != nil:
		bad := flagError{flags: []string{"ip"}, means: "Temporal listens on an address, and only " + localhost + " is taken as a name for one; nothing was changed"}
		bad.text = "--ip " + strconv.Quote(ip) + " is not an IP address"
		bad.try = otherAddress("", ip)
		return "", bad
	case addr.Zone() != "":
		return "", badFlag("ip", "--ip %s has a zone, which Temporal does not take", ip)
	}
	if ip = statefile.CanonicalIP(ip); !fsm.WorksOn(ip) {
		p := &Problem{}
		addressProblem(p, ip)
		return "", flagError{flags: []string{"ip"}, text: p.What, means: p.Means, try: p.Try}
	}
	return ip, nil
}

// addressProblem describes an address on which Temporal cannot work.
func addressProblem(p *Problem, ip string) {
	p.Exit = ExitUsage
	p.What = "--ip " + ip + ": " + fsm.CannotWorkOn(ip)
	p.Means = "it would report SERVING, and no workflow could start; nothing was started or stopped"
	p.Try = otherAddress("", ip)
}

// otherAddress names the addresses on which Temporal works; command is put before each flag.
func otherAddress(command, ip string) string {
	try := command + "--ip 127.0.0.1, or " + command + "--ip 0.0.0.0"
	addr, err := netip.ParseAddr(ip)
	if err == nil && addr.Is6() {
		try = command + "--ip 127.0.0.1, or " + command + "--ip ::"
	}
	if err == nil && addr.IsLoopback() {
		return try + ", which answers on " + ip + " too, and on every other address of this machine, without a password"
	}
	return try + " for every address of this machine, which other machines then reach without a password"
}

func warnOpen(c *cobra.Command, s fsm.Settings) {
	if !loopback(s.IP) {
		warn(c, "--ip %s can be reached from other machines, and Temporal's development server asks nobody for a password", s.IP)
	}
}
