package cmd

import (
	"net/netip"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes"
	"github.com/stigmer/local/probes/temporal"
	"github.com/stigmer/local/statefile"
)

// contact is how a client of this machine reaches the Temporal of a home, and
// whether there is one to reach.
type contact struct {
	settings fsm.Settings
	runs     bool
}

// glance reads the record and looks at the locks. It asks Temporal nothing, so
// that it costs no more than a moment. It is nil where there is no home.
func glance(path string) (*seen, error) {
	home, there, err := statefile.FindHome(path)
	if err != nil {
		return nil, systemProblem(err, "nothing was changed")
	}
	if !there {
		return nil, nil
	}
	s := unseen()
	s.home, s.exists = home, true
	s.readRecord()
	if s.trouble != nil {
		return nil, systemProblem(s.trouble, "nothing was changed")
	}
	s.lookWhoRuns()
	return s, nil
}

func findContact() (contact, error) {
	path, err := homePath()
	if err != nil {
		return contact{}, err
	}
	s, err := glance(path)
	switch {
	case err != nil:
		return contact{}, err
	case s == nil || s.document.Settings.Port == 0:
		return contact{}, neverStarted(path)
	}
	return contact{settings: s.document.Settings, runs: s.running()}, nil
}

func neverStarted(home string) *Problem {
	return &Problem{
		What:  "no Temporal was started yet in the home " + home,
		Means: "there is no record of an address; nothing was changed",
		Try:   "stigmer local start", Exit: ExitFailed,
	}
}

// address is the frontend's, as a client on this machine dials it.
func (c contact) address() string { return dialable(c.settings.IP, c.settings.Port) }

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

// uiAnswers asks the web UI once.
func (c contact) uiAnswers() error {
	ctx, cancel := withLookTimeout()
	defer cancel()
	return temporal.UI(ctx, uiURL(c.settings))
}
