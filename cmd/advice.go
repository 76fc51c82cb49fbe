package cmd

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stigmer/local/fsm"
)

// advice is the one thing that helps a Temporal that runs and lacks something, empty where
// nothing is known to, or nothing is needed.
func (s *seen) advice() string {
	settings := s.document.Settings
	restart := "stigmer local restart"
	switch {
	case !s.running() || !s.asked || s.driver.PID == 0 || s.asleep: // a start helps, and is named
		return ""
	case s.answer.Verdict.Live && !s.answer.Verdict.Ready && !fsm.WorksOn(settings.IP):
		return otherAddress(restart+" ", settings.IP)
	case s.document.Lost:
		return "move the file back to where it was, or " + restart + ", which begins with what is at that path"
	case s.answer.Verdict.Starved():
		return "end what keeps the processors busy: Temporal is left running, and is Healthy again by itself"
	case s.deletedNamespace() != "":
		return s.createNamespace(s.deletedNamespace())
	case s.answer.Verdict.Waits && !s.answer.Verdict.Live: // whether it hangs is the supervisor's to say
		return ""
	case s.answer.Namespaces["default"] != "" && s.answer.Namespaces["default"] != "ok" && settings.DB != "":
		return "end what else uses " + shellWord(settings.DB) + ": Temporal is left running, and is Healthy again by itself; else " + restart
	case s.answer.Services != nil && !s.answer.Verdict.Ready:
		return restart
	case s.answer.Verdict.Ready && s.uiFault != "":
		return s.uiAdvice(restart)
	}
	return ""
}

// deletedNamespace is a namespace that was there when Temporal began to serve, and is not
// any more; empty for none. NotFound is Temporal's own word for it.
func (s *seen) deletedNamespace() string {
	for _, name := range append([]string{"default"}, s.document.Settings.Namespaces.List()...) {
		if strings.HasPrefix(s.answer.Namespaces[name], "not_found") {
			return name
		}
	}
	return ""
}

// createNamespace is the command that makes a namespace, with the CLI that runs: another one
// may not be in PATH. A restart makes it as well, and ends what runs for that.
func (s *seen) createNamespace(name string) string {
	program := either(s.document.Settings.TemporalBin, "temporal")
	return shellLine([]string{program, "operator", "namespace", "create", "--address", address(s.document.Settings), "--namespace", name}) +
		", which makes it anew; what was in it is lost"
}

// uiAdvice is what brings the web UI back, where it does not listen any more.
func (s *seen) uiAdvice(restart string) string {
	switch {
	case s.uiPort == nil:
		return restart + ", which brings the web UI back; clients can work without it"
	case s.ownListener(s.uiPort):
		return ""
	}
	other := s.document.Settings
	for other.UIPort++; uiBlocked(other) || slices.Contains([]int{other.Port, other.HTTPPort, other.MetricsPort}, other.UIPort); {
		other.UIPort++
	}
	return fmt.Sprintf("%s --ui-port %d, or end the program that has the port and then %s; clients can work without the web UI", restart, other.UIPort, restart)
}
