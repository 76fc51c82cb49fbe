package actions

import (
	"fmt"
	"slices"

	"github.com/stigmer/local/actions/cause"
	"github.com/stigmer/local/actions/evidence"
	"github.com/stigmer/local/actions/procs"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/ports"
)

// Need is a port that Temporal needs, the address that it is to have it on, and the flag that names it.
type Need struct {
	Flag, IP string
	Port     int
}

// Needs returns the ports of settings that are not left to chance.
func Needs(s fsm.Settings) []Need {
	return slices.DeleteFunc(allNeeds(s, s.Ports()), func(n Need) bool { return n.Port == 0 || n.Flag == "ui-port" && s.Headless })
}

// allNeeds returns ports as settings need them, in the order of fsm.Ports.All.
func allNeeds(s fsm.Settings, p fsm.Ports) (needs []Need) {
	for i, port := range p.All() {
		needs = append(needs, Need{fsm.PortFlags[i], s.IP, *port})
		if needs[i].Flag == "ui-port" {
			needs[i].IP = s.UIAddress()
		}
	}
	return needs
}

// takenPort names a port that Temporal needs and another program has, with its owner. It is
// nil if all are free, or if ours, which may be nil, is true of every owner. onWait is
// called before a pause.
func takenPort(s fsm.Settings, ours func(*ports.Listener, Need) bool, onWait func()) error {
	for _, n := range Needs(s) {
		if err := checkPort(n, ours, onWait); err != nil {
			return err
		}
	}
	return nil
}

func owner(l *ports.Listener) string {
	switch {
	case l.Ended:
		return "a connection that has ended, for which the kernel keeps it for up to a minute"
	case l.PID == 0:
		return "a program that may not be looked into"
	case l.Instance != "":
		return fmt.Sprintf("the Temporal of home %s (pid %d)", l.Instance, l.PID)
	}
	return evidence.DescribeProcess(l.PID, l.Command)
}

func checkPort(n Need, ours func(*ports.Listener, Need) bool, onWait func()) (refusal error) {
	flag, port := n.Flag, n.Port
	procs.WhileDying(onWait, func(last bool) bool {
		listener, err := ports.Conflict(n.IP, port)
		switch {
		case err != nil:
			refusal = n.refused(err)
		case listener == nil, ours != nil && ours(listener, n):
			refusal = nil
		default:
			code := fsm.CodePortTaken
			if listener.Ended {
				code = fsm.CodePortEnding
			}
			refusal = fsm.Refuse(code, "port %d (--%s) is taken on %s by %s", port, flag, listener.Address, owner(listener))
			return last || procs.Alive(listener.PID)
		}
		return true
	})
	return refusal
}

// refused is why the system does not let a program listen there.
func (n Need) refused(err error) error {
	if n.Flag == "ui-port" && cause.Of(err) == fsm.CodeAddressForeign { // that of --ip was tried before
		return fsm.Refuse(fsm.CodeAddressForeign, "--ui-ip %s: %v", n.IP, err)
	}
	return fsm.Refuse(codeOfPort(err, n.Port), "--%s %d: %v", n.Flag, n.Port, err)
}

// codeOfPort is cause.Of for the error of listening on a port. A port that any user may have is
// refused for another reason than its number; 0 stands for such ports.
func codeOfPort(err error, port int) fsm.Code {
	if code := cause.Of(err); code != fsm.CodePortPrivileged || port > 0 && port < ports.FirstUnprivileged {
		return code
	}
	return fsm.CodePortRefused
}
