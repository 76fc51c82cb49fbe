package cmd

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/stigmer/local/actions"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes"
	"github.com/stigmer/local/probes/temporal"
)

// list is the evidence in the order in which it is told: from what is most
// certain, the locks, to what is for people only.
func (s *seen) list() []Evidence {
	list := []Evidence{s.recordEvidence()}
	if !s.exists {
		return list
	}
	if !exists(string(s.home)) {
		list = append(list, Evidence{"home", false, string(s.home) + " was deleted; Temporal has its files open still"})
	}
	list = append(list, s.lockEvidence(), s.supervisorEvidence())
	if note := s.skewNote(); note != "" {
		list = append(list, Evidence{"version", false, "the supervisor is " + note})
	}
	if s.running() || s.document.Temporal.PID != 0 {
		list = append(list, s.processEvidence(), s.groupEvidence())
	}
	if s.document.Settings.Port != 0 {
		list = append(list, s.portEvidence("port", s.document.Settings.Port, s.port))
	}
	if s.asked {
		list = append(list, s.healthEvidence()...)
	}
	if settings := s.document.Settings; !settings.Headless && settings.UIPort != 0 {
		list = append(list, s.portEvidence("ui port", settings.UIPort, s.uiPort))
		if s.running() {
			list = append(list, s.uiEvidence())
		}
	}
	list = append(list, s.databaseEvidence(), s.pidFileEvidence())
	if s.document.Environment.Known() && s.running() {
		list = append(list, s.environmentEvidence())
	}
	return append(list, s.logEvidence()...)
}

// uiName is the name of the evidence on the web UI.
const uiName = "ui"

func (s *seen) uiEvidence() Evidence {
	settings := s.document.Settings
	switch {
	case s.uiFault != "":
		return Evidence{uiName, false, s.uiFault}
	case uiBlocked(settings):
		return Evidence{uiName, false, uiURL(settings) + " answers, but " + blockedWords(settings, "stigmer local restart ")}
	}
	return Evidence{uiName, true, uiURL(settings) + " answers"}
}

// running reports whether a Temporal of ours runs.
func (s *seen) running() bool { return s.evidence.Owner == fsm.OwnerOurs }

func either(text, otherwise string) string {
	if text != "" {
		return text
	}
	return otherwise
}

func (s *seen) recordEvidence() Evidence {
	if s.recordFault != "" {
		return Evidence{"record", s.recordFault == noRecord && !s.running(), s.recordFault}
	}
	d := s.diagnosis()
	detail := fmt.Sprintf("says %s since %s, generation %d", s.document.State, clock(s.document.Since), s.document.Generation)
	if s.hidden {
		return Evidence{"record", false, detail + "; whether that is still so cannot be seen from here"}
	}
	if !d.Agrees {
		detail += fmt.Sprintf("; but now it is %s", d.State)
	}
	return Evidence{"record", d.Agrees, detail}
}

// expected reports whether the record's state has a Temporal.
func (s *seen) expected() bool {
	switch s.document.State {
	case fsm.Healthy, fsm.Degraded:
		return true
	case fsm.Stopped:
		return false
	}
	return s.running() // in between both are as they should be
}

func (s *seen) lockEvidence() Evidence {
	switch s.evidence.Owner {
	case fsm.OwnerNone:
		return Evidence{"temporal.lock", !s.expected(), "free: the kernel's word that no process of the tree lives"}
	case fsm.OwnerForeign:
		return Evidence{"temporal.lock", false, "held by " + s.evidence.Holder + ", which is not ours"}
	case fsm.OwnerLeftover:
		if len(s.holders) == 0 {
			return Evidence{"temporal.lock", false, "free, but members of a dead Temporal's group are left, which do not have it"}
		}
		return Evidence{"temporal.lock", false, "held by what a dead Temporal left behind: " + s.holderNames()}
	}
	gone := fmt.Sprintf("pid %d, which has the file that was there before: it was deleted or replaced", s.evidence.Leader.PID)
	return Evidence{"temporal.lock", s.expected(), "held by our Temporal: " + either(s.holderNames(), gone)}
}

func (s *seen) holderNames() string {
	text := ""
	for i, h := range s.holders {
		if i > 0 {
			text += ", "
		}
		text += fmt.Sprintf("pid %d", h.Process.PID)
	}
	return text
}

func (s *seen) supervisorEvidence() Evidence {
	const name = "supervisor"
	recorded := s.document.Supervisor
	switch {
	case s.stranger != "":
		return Evidence{name, false, "supervisor.lock is held by " + s.stranger + ", which is not ours"}
	case s.driver.PID == 0 && s.document.State == fsm.Stopped:
		return Evidence{name, !s.running(), "none: supervisor.lock is free"}
	case s.driver.PID == 0 && recorded.PID != 0:
		return Evidence{name, false, fmt.Sprintf("dead: supervisor.lock is not held by the recorded pid %d", recorded.PID)}
	case s.driver.PID == 0:
		return Evidence{name, false, "none: supervisor.lock is free"}
	case s.asleep:
		return Evidence{name, false, fmt.Sprintf("pid %d holds supervisor.lock, but is stopped (SIGSTOP)", s.driver.PID)}
	case s.inside(s.driver, recorded):
		return Evidence{name, true, fmt.Sprintf("pid %d holds supervisor.lock, %s", s.driver.PID, within(recorded.PID))}
	case !s.driver.Same(recorded):
		return Evidence{name, false, fmt.Sprintf("pid %d holds supervisor.lock, the record names pid %d", s.driver.PID, recorded.PID)}
	}
	return Evidence{name, true, fmt.Sprintf("pid %d holds supervisor.lock", s.driver.PID)}
}

func (s *seen) processEvidence() Evidence {
	recorded, leader := s.document.Temporal, s.evidence.Leader
	switch {
	case s.running() && leader.Same(recorded):
		return Evidence{"process", true, fmt.Sprintf("pid %d is the recorded one: same start time, same boot (%s)", leader.PID, leader.Exe)}
	case s.running() && s.inside(leader, recorded):
		return Evidence{"process", true, fmt.Sprintf("pid %d is the recorded one: same start time, %s (%s)", leader.PID, within(recorded.PID), leader.Exe)}
	case s.running():
		return Evidence{"process", false, fmt.Sprintf("pid %d is our Temporal, the record names pid %d", leader.PID, recorded.PID)}
	}
	if now, err := probes.Identify(recorded.PID); err == nil && !now.Same(recorded) {
		return Evidence{"process", false, fmt.Sprintf("pid %d belongs to another process now (%s): it is left alone", recorded.PID, either(probes.CommandLine(recorded.PID), "unknown"))}
	}
	return Evidence{"process", false, fmt.Sprintf("the recorded pid %d is not alive", recorded.PID)}
}

func (s *seen) groupEvidence() Evidence {
	leader := s.evidence.Leader
	if !s.running() {
		return Evidence{"group", false, "no leader"}
	}
	leads := leader.PID == leader.PGID
	return Evidence{"group", leads, fmt.Sprintf("pid %d, process group %d", leader.PID, leader.PGID)}
}

func (s *seen) portEvidence(name string, port int, l *probes.Listener) Evidence {
	at := probes.HostPort(s.document.Settings.IP, port)
	switch {
	case l == nil && !s.running():
		return Evidence{name, true, at + " is free"}
	case l == nil:
		return Evidence{name, false, "nothing listens on " + at}
	case s.ownListener(l):
		return Evidence{name, true, fmt.Sprintf("%s is listened on by pid %d, which is our Temporal's", at, l.PID)}
	case l.PID == 0:
		return Evidence{name, false, at + " is taken by a program that may not be looked into"}
	}
	return Evidence{name, false, fmt.Sprintf("%s is taken by pid %d (%s)", at, l.PID, l.Command)}
}

func (s *seen) ownListener(l *probes.Listener) bool {
	return s.running() && (l.PID == s.evidence.Leader.PID || slices.ContainsFunc(s.holders, func(h probes.Holder) bool { return h.Process.PID == l.PID }) || l.Instance == string(s.home))
}

// slowAnswer is the time from which on the evidence says how long a Temporal took to answer.
const slowAnswer fsm.Millis = 500

func (s *seen) healthEvidence() []Evidence {
	health := Evidence{"health", s.answer.Verdict.Live, either(s.answer.Health, s.answer.Detail)}
	if took := s.answer.Verdict.Took; s.answer.Verdict.Ready && took >= slowAnswer {
		health.Detail += fmt.Sprintf(", but it is slow: all that was asked took %s", seconds(took))
	}
	list := []Evidence{health}
	var names []string
	for name := range s.answer.Namespaces {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		answer := s.answer.Namespaces[name]
		list = append(list, Evidence{"namespace " + name, answer == temporal.OK, answer})
	}
	for _, name := range temporal.WorkflowServices {
		if answer, asked := s.answer.Services[name]; asked {
			list = append(list, Evidence{name, answer == temporal.OK, answer})
		}
	}
	return list
}

func (s *seen) databaseEvidence() Evidence {
	db := actions.DatabaseOf(s.home, s.document.Record)
	if db == "" {
		return Evidence{"database", true, "in memory (--ephemeral)"}
	}
	info, err := os.Stat(db)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Evidence{"database", !s.running(), db + " does not exist"}
	case err != nil:
		return Evidence{"database", false, err.Error()}
	}
	// Behind a wrapper it is not the leader that has it open.
	if s.running() && !probes.HasOpen(s.evidence.Leader.PID, info) && len(probes.Servers(db)) == 0 {
		return Evidence{"database", false, db + " is not the file that Temporal has open: it was replaced"}
	}
	return Evidence{"database", true, fmt.Sprintf("%s, %d KiB", db, info.Size()/1024)}
}

// pidFileEvidence holds the file for people against what runs.
func (s *seen) pidFileEvidence() Evidence {
	const name = "pid file"
	switch {
	case errors.Is(s.pidFault, fs.ErrNotExist):
		return Evidence{name, !s.expected(), "none"}
	case s.pidFault != nil:
		return Evidence{name, false, s.pidFault.Error() + "; nothing decides by it"}
	case s.hidden:
		return Evidence{name, true, "names " + within(s.pidFile.PID)}
	case s.running() && s.pidFile.PID == s.evidence.Leader.PID:
		return Evidence{name, true, fmt.Sprintf("names pid %d", s.pidFile.PID)}
	case s.running() && s.pidFile.PID == s.document.Temporal.PID && s.inside(s.evidence.Leader, s.document.Temporal):
		return Evidence{name, true, "names " + within(s.pidFile.PID)}
	}
	if other := actions.OtherServer(s.home); other != "" {
		return Evidence{name, false, "names " + other + ", a Temporal that something else has started; it is left alone"}
	}
	return Evidence{name, false, fmt.Sprintf("stale: it names pid %d; nothing decides by it, the next start or stop tidies it", s.pidFile.PID)}
}

func clock(at fsm.Instant) string { return moment(at).Local().Format("2006-01-02 15:04:05.000") }

func moment(at fsm.Instant) time.Time { return time.UnixMilli(int64(at)).UTC() }
