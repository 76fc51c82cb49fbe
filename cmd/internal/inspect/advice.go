package inspect

import (
	"cmp"
	"fmt"

	"github.com/stigmer/local/actions/launch"
	"github.com/stigmer/local/cmd/internal/config"
	"github.com/stigmer/local/cmd/internal/human"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/temporal"
)

// Advice names the one thing that helps a Temporal that runs and lacks something. It is empty
// if nothing is missing, or nothing is known to help.
func (s *Snapshot) Advice() string {
	settings := s.Document.Settings
	restart := "stigmer local restart"
	switch {
	case !s.Running() || !s.asked || s.Driver.PID == 0 || s.Suspended: // a start helps, and is named
		return ""
	case s.answer.Verdict.Live && !s.answer.Verdict.Ready && !fsm.WorksOn(settings.IP):
		return config.OtherAddress(restart+" ", settings.IP)
	case s.Document.Lost:
		return "bring the file back to its path (move it, or mount its file system again), or " + restart + ", which begins with what is there now"
	case s.answer.Verdict.Starved():
		return "end what keeps the processors busy: Temporal is left running, and is Healthy again by itself"
	case s.deletedNamespace() != "":
		return s.createNamespace(s.deletedNamespace())
	case s.answer.Verdict.Waits && !s.answer.Verdict.Live: // the supervisor decides whether it hangs
		return ""
	case s.answer.Namespaces["default"] != nil && settings.DB != "":
		return "end what else uses " + human.ShellWord(settings.DB) + ": Temporal is left running, and is Healthy again by itself; else " + restart
	case s.answer.Services != nil && !s.answer.Verdict.Ready:
		return restart
	case s.answer.Verdict.Ready && s.uiFault != "":
		return s.uiAdvice(restart)
	}
	return ""
}

// deletedNamespace returns a namespace that existed when Temporal began to serve and does not
// any more, empty for none.
func (s *Snapshot) deletedNamespace() string {
	for _, name := range append([]string{"default"}, s.Document.Settings.Namespaces.List()...) {
		if temporal.NotFound(s.answer.Namespaces[name]) {
			return name
		}
	}
	return ""
}

// createNamespace is the command that creates a namespace, with the path of the Temporal CLI
// that runs, since PATH may have none. A restart would create it too, but ends Temporal.
func (s *Snapshot) createNamespace(name string) string {
	program := cmp.Or(s.Document.Settings.TemporalBin, "temporal")
	return human.ShellLine([]string{program, "operator", "namespace", "create", "--address", launch.Address(s.Document.Settings), "--namespace", name}) +
		", which makes it anew; what was in it is lost"
}

// uiAdvice names what brings back a web UI that does not listen any more. It is empty if the
// port is still Temporal's own.
func (s *Snapshot) uiAdvice(restart string) string {
	switch {
	case s.uiPort == nil:
		return restart + ", which brings the web UI back; clients can work without it"
	case s.OwnListener(s.uiPort):
		return ""
	case s.Document.Asked().UIPort == 0:
		return restart + ", which draws another port for the web UI; clients can work without it"
	}
	other := s.Document.Settings
	other.UIPort++
	return fmt.Sprintf("%s --ui-port %d, or end the program that has the port and then %s; clients can work without the web UI", restart, config.OpenUIPort(other), restart)
}
