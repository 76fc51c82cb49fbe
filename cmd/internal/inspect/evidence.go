package inspect

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"github.com/stigmer/local/actions/database"
	"github.com/stigmer/local/actions/evidence"
	"github.com/stigmer/local/actions/launch"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/config"
	"github.com/stigmer/local/cmd/internal/human"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/files"
	"github.com/stigmer/local/probes/ports"
	"github.com/stigmer/local/probes/proc"
	"github.com/stigmer/local/probes/temporal"
)

// list is the evidence in the order in which it is shown: from what is most certain, the locks,
// to what is for people only.
func (s *Snapshot) list() []Evidence {
	list := []Evidence{s.RecordEvidence()}
	if !s.Exists {
		return list
	}
	if !cli.Exists(string(s.Home)) {
		list = append(list, Evidence{"home", false, string(s.Home) + " was deleted; Temporal has its files open still"})
	}
	list = append(list, s.lockEvidence(), s.supervisorEvidence())
	if note := s.skewNote(); note != "" {
		list = append(list, Evidence{"version", false, "the supervisor is " + note})
	}
	if s.Running() || s.Document.Temporal.PID != 0 {
		list = append(list, s.processEvidence(), s.groupEvidence())
	}
	if s.Document.Settings.Port != 0 {
		list = append(list, s.portEvidence("port", launch.Address(s.Document.Settings), s.port))
	}
	if s.asked {
		list = append(list, s.healthEvidence()...)
	}
	if s.Running() && s.Document.Settings.WantedSetup() != (fsm.WantedSetup{}) {
		list = append(list, s.setupEvidence())
	}
	if settings := s.Document.Settings; !settings.Headless && settings.UIPort != 0 {
		list = append(list, s.portEvidence("ui port", ports.HostPort(settings.UIAddress(), settings.UIPort), s.uiPort))
		if s.Running() {
			list = append(list, s.uiEvidence())
		}
	}
	list = append(list, s.DatabaseEvidence(), s.pidFileEvidence())
	if s.Document.Environment.Known() && s.Running() {
		list = append(list, s.environmentEvidence())
	}
	return append(list, s.logEvidence()...)
}

// uiName is the name of the evidence on the web UI.
const uiName = "ui"

func (s *Snapshot) uiEvidence() Evidence {
	settings := s.Document.Settings
	switch {
	case s.uiFault != "":
		return Evidence{uiName, false, s.uiFault}
	case config.UIBlocked(settings):
		return Evidence{uiName, false, human.UIURL(settings) + " answers, but " + config.BlockedWords(settings, "stigmer local restart ")}
	}
	return Evidence{uiName, true, human.UIURL(settings) + " answers"}
}

// Running reports whether a Temporal of ours runs.
func (s *Snapshot) Running() bool { return s.Evidence.Owner == fsm.OwnerOurs }

// RecordEvidence is what was found of the record.
func (s *Snapshot) RecordEvidence() Evidence {
	if s.RecordFault != nil {
		return Evidence{"record", s.RecordFault == ErrNoRecord && !s.Running(), s.RecordFault.Error()}
	}
	d := s.Diagnosis()
	detail := fmt.Sprintf("says %s since %s, generation %d", s.Document.State, human.FormatTime(s.Document.Since), s.Document.Generation)
	if s.Hidden {
		return Evidence{"record", false, detail + "; whether that is still so cannot be seen from here"}
	}
	if !d.Agrees {
		detail += fmt.Sprintf("; but now it is %s", d.State)
	}
	return Evidence{"record", d.Agrees, detail}
}

// expected reports whether the record's state has a Temporal.
func (s *Snapshot) expected() bool {
	switch s.Document.State {
	case fsm.Healthy, fsm.Degraded:
		return true
	case fsm.Stopped:
		return false
	}
	return s.Running() // in between both are as they should be
}

func (s *Snapshot) lockEvidence() Evidence {
	switch s.Evidence.Owner {
	case fsm.OwnerNone:
		return Evidence{"temporal.lock", !s.expected(), "free: the kernel's word that no process of the tree lives"}
	case fsm.OwnerForeign:
		return Evidence{"temporal.lock", false, "held by " + s.Evidence.Holder + ", which is not ours"}
	case fsm.OwnerLeftover:
		if len(s.holders) == 0 {
			return Evidence{"temporal.lock", false, "free, but members of a dead Temporal's group are left, which do not have it"}
		}
		return Evidence{"temporal.lock", false, "held by what a dead Temporal left behind: " + s.holderNames()}
	}
	gone := fmt.Sprintf("pid %d, which has the file that was there before: it was deleted or replaced", s.Evidence.Leader.PID)
	return Evidence{"temporal.lock", s.expected(), "held by our Temporal: " + cmp.Or(s.holderNames(), gone)}
}

func (s *Snapshot) holderNames() string {
	text := ""
	for i, h := range s.holders {
		if i > 0 {
			text += ", "
		}
		text += fmt.Sprintf("pid %d", h.Process.PID)
	}
	return text
}

func (s *Snapshot) supervisorEvidence() Evidence {
	const name = "supervisor"
	recorded := s.Document.Supervisor
	switch {
	case s.ForeignHolder != "":
		return Evidence{name, false, "supervisor.lock is held by " + s.ForeignHolder + ", which is not ours"}
	case s.Driver.PID == 0 && s.Document.State == fsm.Stopped:
		return Evidence{name, !s.Running(), "none: supervisor.lock is free"}
	case s.Driver.PID == 0 && recorded.PID != 0:
		return Evidence{name, false, fmt.Sprintf("dead: supervisor.lock is not held by the recorded pid %d", recorded.PID)}
	case s.Driver.PID == 0:
		return Evidence{name, false, "none: supervisor.lock is free"}
	case s.Suspended:
		return Evidence{name, false, fmt.Sprintf("pid %d holds supervisor.lock, but is stopped (SIGSTOP)", s.Driver.PID)}
	case s.inside(s.Driver, recorded):
		return Evidence{name, true, fmt.Sprintf("pid %d holds supervisor.lock, %s", s.Driver.PID, pidInContainer(recorded.PID))}
	case !s.Driver.Same(recorded):
		return Evidence{name, false, fmt.Sprintf("pid %d holds supervisor.lock, the record names pid %d", s.Driver.PID, recorded.PID)}
	}
	return Evidence{name, true, fmt.Sprintf("pid %d holds supervisor.lock", s.Driver.PID)}
}

func (s *Snapshot) processEvidence() Evidence {
	recorded, leader := s.Document.Temporal, s.Evidence.Leader
	switch {
	case s.Running() && leader.Same(recorded):
		return Evidence{"process", true, fmt.Sprintf("pid %d is the recorded one: same start time, same boot (%s)", leader.PID, leader.Exe)}
	case s.Running() && s.inside(leader, recorded):
		return Evidence{"process", true, fmt.Sprintf("pid %d is the recorded one: same start time, %s (%s)", leader.PID, pidInContainer(recorded.PID), leader.Exe)}
	case s.Running():
		return Evidence{"process", false, fmt.Sprintf("pid %d is our Temporal, the record names pid %d", leader.PID, recorded.PID)}
	}
	if now, err := proc.Identify(recorded.PID); err == nil && !now.Same(recorded) {
		return Evidence{"process", false, fmt.Sprintf("pid %d belongs to another process now (%s): it is left alone", recorded.PID, cmp.Or(proc.CommandLine(recorded.PID), "unknown"))}
	}
	return Evidence{"process", false, fmt.Sprintf("the recorded pid %d is not alive", recorded.PID)}
}

func (s *Snapshot) groupEvidence() Evidence {
	leader := s.Evidence.Leader
	if !s.Running() {
		return Evidence{"group", false, "no leader"}
	}
	leads := leader.PID == leader.PGID
	return Evidence{"group", leads, fmt.Sprintf("pid %d, process group %d", leader.PID, leader.PGID)}
}

func (s *Snapshot) portEvidence(name, at string, l *ports.Listener) Evidence {
	switch {
	case l == nil && !s.Running():
		return Evidence{name, true, at + " is free"}
	case l == nil:
		return Evidence{name, false, "nothing listens on " + at}
	case s.OwnListener(l):
		return Evidence{name, true, fmt.Sprintf("%s is listened on by pid %d, which is our Temporal's", at, l.PID)}
	case l.PID == 0:
		return Evidence{name, false, at + " is taken by a program that may not be looked into"}
	}
	return Evidence{name, false, fmt.Sprintf("%s is taken by pid %d (%s)", at, l.PID, l.Command)}
}

// OwnListener reports whether a listener belongs to the Temporal that runs.
func (s *Snapshot) OwnListener(l *ports.Listener) bool {
	return s.Running() && (l.PID == s.Evidence.Leader.PID || slices.ContainsFunc(s.holders, func(h proc.Info) bool { return h.Process.PID == l.PID }) || l.Instance == string(s.Home))
}

// slowAnswer is the time from which on the evidence says how long a Temporal took to answer.
const slowAnswer fsm.Millis = 500

func (s *Snapshot) healthEvidence() []Evidence {
	health := Evidence{"health", s.answer.Verdict.Live, cmp.Or(s.answer.Health, s.answer.Detail)}
	if took := s.answer.Verdict.Took; s.answer.Verdict.Ready && took >= slowAnswer {
		health.Detail += fmt.Sprintf(", but it is slow: all that was asked took %s", human.FormatMillis(took))
	}
	list := []Evidence{health}
	var names []string
	for name := range s.answer.Namespaces {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		list = append(list, answerEvidence("namespace "+name, s.answer.Namespaces[name]))
	}
	for _, name := range temporal.WorkflowServices {
		if answer, asked := s.answer.Services[name]; asked {
			list = append(list, answerEvidence(name, answer))
		}
	}
	return list
}

// answerEvidence is the evidence on a namespace or a service, after temporal.Endpoint.Ask.
func answerEvidence(name string, answer error) Evidence {
	if answer != nil {
		return Evidence{name, false, answer.Error()}
	}
	return Evidence{name, true, "ok"}
}

// DatabaseEvidence is what was found of the database.
func (s *Snapshot) DatabaseEvidence() Evidence {
	db := database.Of(s.Home, s.Document.Record)
	if db == "" {
		return Evidence{"database", true, "in memory (--ephemeral)"}
	}
	info, err := os.Stat(db)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Evidence{"database", !s.Running(), db + " does not exist"}
	case err != nil:
		return Evidence{"database", false, err.Error()}
	}
	// Behind a wrapper it is not the leader that has it open.
	if s.Running() && !files.MayHaveOpen(s.Evidence.Leader.PID, info) && len(files.ServersWith(db)) == 0 {
		return Evidence{"database", false, db + " is not the file that Temporal has open: it was replaced"}
	}
	return Evidence{"database", true, fmt.Sprintf("%s, %d KiB", db, info.Size()/1024)}
}

// pidFileEvidence holds the file for people against what runs.
func (s *Snapshot) pidFileEvidence() Evidence {
	const name = "pid file"
	switch {
	case errors.Is(s.PIDFault, fs.ErrNotExist):
		return Evidence{name, !s.expected(), "none"}
	case s.PIDFault != nil:
		return Evidence{name, false, s.PIDFault.Error() + "; nothing decides by it"}
	case s.Hidden:
		return Evidence{name, true, "names " + pidInContainer(s.pidFile.PID)}
	case s.Running() && s.pidFile.PID == s.Evidence.Leader.PID:
		return Evidence{name, true, fmt.Sprintf("names pid %d", s.pidFile.PID)}
	case s.Running() && s.pidFile.PID == s.Document.Temporal.PID && s.inside(s.Evidence.Leader, s.Document.Temporal):
		return Evidence{name, true, "names " + pidInContainer(s.pidFile.PID)}
	}
	if other := evidence.OtherServer(s.Home); other != "" {
		return Evidence{name, false, "names " + other + ", a Temporal that something else has started; it is left alone"}
	}
	return Evidence{name, false, fmt.Sprintf("stale: it names pid %d; nothing decides by it, the next start or stop tidies it", s.pidFile.PID)}
}
