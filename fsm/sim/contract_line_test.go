package sim

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stigmer/local/fsm"
)

// A history is what each process does, line by line. Both worlds write the same lines: what
// a process takes as an input, the transitions that it saves, and the scene after an act
// that others see. Processes have names by the order in which they began.
//
// Left out is what is truly timing: the clocks' readings, the length of a pause, which the
// trace ends, inputs that change nothing, as they come too late, a second look at the same
// record, and the name of a driver that cannot be seen at that moment.

// naming names a process.
type naming func(fsm.Process) string

func inputLine(in fsm.Input, name naming) string {
	line := "takes " + string(in.Event)
	switch in.Event {
	case fsm.LockAcquired:
		line += fmt.Sprintf(", a new database: %t, draws ports: %t", in.Fresh, in.Ports.Spare != (fsm.Ports{}))
	case fsm.OrphanFound, fsm.Spawned:
		line += ": " + name(in.Process)
	case fsm.Probed:
		line += fmt.Sprintf(": ready %t, lost %t", in.Verdict.Ready, in.Verdict.Lost)
	case fsm.Stop, fsm.StopNow:
		line += fmt.Sprintf(": again %t", in.RestartPending)
	}
	return line
}

func beginLine(r fsm.Record, e fsm.Evidence, name naming) string {
	return "begins with " + recordText(r, name) + " and " + evidenceText(e, name)
}

// effectLine is what a driver has done, and the scene then; nil for what only the driver itself
// sees. Without look it is the transition alone.
func effectLine(e fsm.Effect, look func() scene) func(naming) string {
	line := string(e.Do)
	if e.Transition.From != "" {
		line = transitionLine(e.Transition)
	}
	switch {
	case look != nil && slices.Contains([]fsm.Action{fsm.DoSave, fsm.DoLock, fsm.DoSpawn, fsm.DoRelease}, e.Do):
		s := look()
		return func(name naming) string { return line + ": " + s.text(name) }
	case e.Transition.From != "":
		return func(naming) string { return line }
	}
	return nil
}

func transitionLine(t fsm.Transition) string {
	if t.Event == fsm.Resumed {
		t.From = t.To // the state in which the record was found is for people
	}
	return fmt.Sprintf("%s -> %s by %s", t.From, t.To, t.Event)
}

// commandLine is what a command sees.
func commandLine(in fsm.CommandInput, name naming) string {
	line := "sees " + string(in.Kind)
	switch in.Kind {
	case fsm.InputWon:
		line += ": " + recordText(in.Record, name) + ", " + evidenceText(in.Evidence, name)
	case fsm.InputBusy, fsm.InputNoAnswer, fsm.InputStillSuspended, fsm.InputYieldOver:
		line += fmt.Sprintf(": %s, driver %s, suspended %t, foreign %t", recordText(in.Record, name), name(in.Driver), in.Suspended, in.Holder != "")
	case fsm.InputDrove:
		line += ": " + recordText(in.Record, name)
	}
	return line
}

// deedLine is what a command is about to do, and drives says that it has won supervisor.lock;
// nil for what only the command itself sees.
func deedLine(e fsm.CommandEffect, drives bool, look func() scene) func(naming) string {
	switch e.Do {
	case fsm.ActReleaseLock:
		if drives {
			s := look()
			return func(name naming) string { return "releases: " + s.text(name) }
		}
	case fsm.ActFinish:
		return func(naming) string { return "finishes: " + string(e.Outcome.Result) }
	case fsm.ActAskStop, fsm.ActAskSetup, fsm.ActKillSupervisor:
		return func(name naming) string { return string(e.Do) + " " + name(e.Driver) }
	}
	return nil
}

func evidenceText(e fsm.Evidence, name naming) string {
	text := fmt.Sprintf("temporal.lock %s %s", e.Owner, name(e.Leader))
	if e.Untied {
		text += ", untied"
	}
	return text
}

func recordText(r fsm.Record, name naming) string {
	if r.State == "" {
		return "no record"
	}
	text := fmt.Sprintf("%s (wanted %s), record %d/%d of %s by %s", r.State, r.Desired, r.Generation, r.Incarnation, name(r.Temporal), name(r.Supervisor))
	for _, more := range []struct {
		said bool
		text string
	}{
		{r.RestartPending, "pending"}, {r.Failure.Event != "", string(r.Failure.Event)}, {r.Database.Created, "created"}, {r.Database.Served, "served"},
		{r.TiedTo.PID != 0, "tied to " + name(r.TiedTo)}, {r.Adopted, "adopted"}, {r.Drawn != (fsm.Ports{}), "ports"}, {r.Restarts.Total > 0, fmt.Sprint(r.Restarts.Total, " restarts")},
	} {
		if more.said {
			text += ", " + more.text
		}
	}
	return text
}

// scene is the world at one moment.
type scene struct {
	record fsm.Record
	// holders are the owners of temporal.lock, and drives says that the process which looks
	// owns supervisor.lock.
	holders []fsm.Process
	drives  bool
}

func (s scene) text(name naming) string {
	var holders []string
	for _, p := range s.holders {
		holders = append(holders, name(p))
	}
	slices.Sort(holders)
	return fmt.Sprintf("%s, temporal.lock of [%s], drives %t", recordText(s.record, name), strings.Join(holders, ", "), s.drives)
}
