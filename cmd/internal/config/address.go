package config

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/human"
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
		bad := cli.FlagError{Flags: []string{"ip"}, Means: "Temporal listens on an address, and only " + localhost + " is taken as a name for one; nothing was changed"}
		bad.Text = "--ip " + strconv.Quote(ip) + " is not an IP address"
		bad.Try = OtherAddress("", ip)
		return "", bad
	case addr.Zone() != "":
		return "", cli.BadFlag("ip", "--ip %s has a zone, which Temporal does not take", ip)
	}
	if ip = statefile.CanonicalIP(ip); !fsm.WorksOn(ip) {
		p := &cli.Problem{}
		AddressProblem(p, ip)
		return "", cli.FlagError{Flags: []string{"ip"}, Text: p.What, Means: p.Means, Try: p.Try}
	}
	return ip, nil
}

// AddressProblem describes an address on which Temporal cannot work.
func AddressProblem(p *cli.Problem, ip string) {
	p.Exit = cli.ExitUsage
	p.What = "--ip " + ip + ": " + fsm.CannotWorkOn(ip)
	p.Means = "it would report SERVING, and no workflow could start; nothing was started or stopped"
	p.Try = OtherAddress("", ip)
}

// OtherAddress names the addresses on which Temporal works; command is put before each flag.
func OtherAddress(command, ip string) string {
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

// WarnOpen warns of an address that other machines can reach.
func WarnOpen(c *cobra.Command, s fsm.Settings) {
	if !human.IsLoopback(s.IP) {
		cli.Warn(c, "--ip %s can be reached from other machines, and Temporal's development server asks for no password", s.IP)
	}
	if s.UIIP != "" && !s.Headless && !human.IsLoopback(s.UIIP) {
		cli.Warn(c, "--ui-ip %s can be reached from other machines, and the web UI, which can end and change every workflow, asks for no password", s.UIIP)
	}
}
