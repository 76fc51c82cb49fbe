package sim

import (
	"slices"

	"github.com/stigmer/local/fsm"
)

// simSetups are commands over a Temporal that gets a setup, or refuses it.
func simSetups() []simConf {
	var list []simConf
	for _, kind := range []simKind{simSetUp, simForgets, simRefuses} {
		for _, initials := range []string{"s", "r", "ss", "sx", "sr"} {
			for _, running := range []bool{true, false} {
				list = append(list,
					simConf{Verbs: verbs(initials), Kind: kind, Running: running, Budget: simBudget{Crash: 1}},
					simConf{Verbs: verbs(initials), Kind: kind, Running: running, Budget: simBudget{Mishap: 1}})
			}
		}
		for _, b := range []simBudget{{Freeze: 1}, {Full: 1}, {Power: 1}, {Late: 1}} {
			list = append(list, simConf{Verbs: verbs("ss"), Kind: kind, Running: true, Budget: b})
		}
		list = append(list, simConf{Verbs: verbs("ss"), Kind: kind, Budget: simBudget{Full: 1}}, simConf{Verbs: verbs("ss"), Kind: kind, Budget: simBudget{Power: 1}},
			simConf{Verbs: verbs("s"), Kind: kind, Running: true, Budget: simBudget{Look: 1, Mishap: 1}})
	}
	return list
}

// setsUp reports whether a setup is wanted.
func (k simKind) setsUp() bool {
	return slices.Contains([]simKind{simSetUp, simForgets, simRefuses}, k)
}

// settings are what the commands of a scenario want.
func (k simKind) settings() fsm.Settings {
	s := simSettings
	if k.setsUp() {
		s.SearchAttributes = "A=Keyword"
	}
	if k == simForgets {
		s.DB = ""
	}
	return s
}

// simSetup is what was done for the setup of the database at hand: it is there, and the record has said so.
type simSetup struct{ there, noted bool }

// file names the database, as database.Name does.
func (w *simWorld) file() string {
	if w.db == simNoDB || w.run.conf.Kind == simForgets {
		return ""
	}
	return "the file"
}

// setUpOf begins to apply the setup.
func (w *simWorld) setUpOf(d *simDriver) {
	if w.setup.noted && !w.fell {
		w.breaks("%s applies a setup that was applied to this database", who(d.uid))
	}
	d.setting = true
}

// maySetUp reports whether a Temporal answers the calls of a setup. Those of one that has ended are never answered.
func (w *simWorld) maySetUp(d *simDriver) bool { return d.setting && w.proof() == fsm.InputProbeOK }

// setsUp is the answer of Temporal.
func (n *simWorld) setsUp(d *simDriver) {
	in := simInput{event: fsm.SetupApplied, run: d.s.Run, file: n.file()}
	if n.run.conf.Kind == simRefuses {
		in.event = fsm.SetupFailed
	} else {
		n.setup.there = true
	}
	d.setting = false
	d.inbox = with(d.inbox, simDelivery{simInput: in})
	n.say("the setup of %s is answered: %s", who(d.uid), in.event)
}

// notes is a record that was saved.
func (w *simWorld) notes(r *simRec) {
	if done := r.Database.Setup; done.Wanted != (fsm.WantedSetup{}) && done.Fault == "" {
		w.setup.noted = true
	}
}

// lacksSetup reports whether a setup that the Temporal takes is not there.
func (w *simWorld) lacksSetup() bool {
	return (w.run.conf.Kind == simSetUp || w.run.conf.Kind == simForgets) && !w.setup.there
}

// setupIsThere holds a start's success against the database. A crash may have taken it from memory just now.
func (w *simWorld) setupIsThere(c *simCmd, end fsm.CommandResult) {
	success := end == fsm.ResultStarted || end == fsm.ResultAlreadyRunning
	forgotten := w.run.conf.Kind == simForgets && w.left != w.run.conf.Budget
	if success && w.run.conf.Kind.setsUp() && !w.setup.there && !forgotten {
		w.breaks("%s says that Temporal runs, and its setup is not there", who(c.uid))
	}
}
