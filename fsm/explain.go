package fsm

import (
	"fmt"
	"slices"
	"strings"
)

// Look is what state sees without taking a lock.
type Look struct {
	// Driven says that a driver of ours holds supervisor.lock.
	Driven bool
	// Suspended says that this driver is stopped (SIGSTOP).
	Suspended bool
	// Lost says that there is no record that could be read; the zero record stands for it.
	Lost bool
	// Damage says why the record that there is cannot be read, empty where there is none.
	Damage string
	Owner  LockOwner
	Holder string
	// Asked says that Temporal's health was asked; Verdict and Detail are its answer.
	Asked   bool
	Verdict Verdict
	Detail  string
}

// Diagnosis is the state as it is now, with one sentence of why.
type Diagnosis struct {
	State  State
	Reason string
	// Agrees is false where the record says otherwise.
	Agrees bool
}

// Diagnose holds the record against what is seen now. It is pure and total,
// and believes the locks before the record.
func Diagnose(r Record, l Look) Diagnosis {
	d := diagnose(r, l)
	d.Agrees = d.State == r.State || d.State == Starting && r.State == Healthy // the setup is pending
	return d
}

func diagnose(r Record, l Look) Diagnosis {
	switch {
	case l.Owner == OwnerForeign && !l.Driven:
		return Diagnosis{State: Stopped, Reason: "nothing of ours runs; temporal.lock is held by " + l.Holder}
	case l.Driven:
		return driven(r, l)
	case l.Owner == OwnerNone: //mutation:nothing-held
		return undriven(r, l.Damage)
	case l.Owner == OwnerLeftover:
		return Diagnosis{State: Stopping, Reason: "no supervisor; processes that a dead Temporal left behind are still there: stop or start ends them"}
	case r.State == Stopping:
		return Diagnosis{State: Stopping, Reason: "the command that was stopping it died: stop finishes it"}
	}
	reason := "Temporal serves, but no supervisor would restart it after a crash: start adopts it"
	if l.Asked && !(l.Verdict.Live && l.Verdict.Ready) {
		reason = "no supervisor, and Temporal does not answer as it should (" + l.Detail + "): start takes it over"
	}
	return Diagnosis{State: Degraded, Reason: reason}
}

func driven(r Record, l Look) Diagnosis {
	believed := r.State == Healthy || r.State == Degraded
	switch {
	case l.Lost:
		return drivenUnrecorded(l)
	case l.Suspended && believed && l.Owner == OwnerOurs:
		return Diagnosis{State: Degraded, Reason: "the supervisor is stopped (SIGSTOP) and would not restart Temporal after a crash: start replaces it, or SIGCONT wakes it"}
	case believed && l.Owner != OwnerOurs: //mutation:just-ended
		return Diagnosis{State: Restarting, Reason: "Temporal has just ended; the supervisor is about to restart it"}
	case r.State == Healthy && l.Asked && !(l.Verdict.Live && l.Verdict.Ready): //mutation:silent
		return Diagnosis{State: Degraded, Reason: "the record says Healthy, but right now " + l.Detail}
	case r.State == Healthy && r.SetupPending():
		return Diagnosis{State: Starting, Reason: "Temporal serves, and its setup is being applied"}
	case r.State == Stopped && r.Desired == WantRunning:
		return Diagnosis{State: Locking, Reason: "a start is handing over to its supervisor"}
	}
	return Diagnosis{State: r.State, Reason: r.Reason}
}

// drivenUnrecorded believes the locks and Temporal's own answer; the supervisor
// writes a lost record anew with its next probe.
func drivenUnrecorded(l Look) Diagnosis {
	switch {
	case l.Owner != OwnerOurs:
		return Diagnosis{State: Locking, Reason: "a supervisor is at work; its record cannot be read"}
	case l.Verdict.Live && l.Verdict.Ready:
		return Diagnosis{State: Healthy, Reason: "Temporal serves and is supervised; the record cannot be read, and its supervisor writes it anew"}
	}
	return Diagnosis{State: Degraded, Reason: "Temporal runs and is supervised, but " + l.Detail + "; the record cannot be read"}
}

func undriven(r Record, damage string) Diagnosis {
	reason := r.Reason
	switch {
	case r.State != Stopped:
		reason = fmt.Sprintf("the record says %s, but nothing runs: supervisor and Temporal are gone (killed, or the machine was restarted)", r.State)
	case r.Failure.Event != "":
		reason = r.Failure.Reason
	case damage != "":
		reason = "nothing runs; the record cannot be read (" + damage + "): start sets it aside and makes it anew"
	case r.Generation == 0:
		reason = "it was never started here"
	}
	return Diagnosis{State: Stopped, Reason: reason}
}

// Move is one thing that may happen next.
type Move struct {
	Event  string `json:"event"`
	To     State  `json:"to"`
	Effect string `json:"effect"`
}

// Moves lists what each command would do where in is seen, by the rows of
// CommandTable, and then, where a supervisor drives, what each event would do, by
// those of Table. The state of in's record is the one of its Diagnosis.
func Moves(in CommandInput) []Move {
	if in.Record.Desired == "" {
		in.Record.Desired = WantRunning // a record that cannot be read: its supervisor writes it anew
	}
	moves := []Move{in.move(VerbStart), in.move(VerbStop), in.move(VerbRestart)}
	for _, row := range Table {
		if in.Kind == InputBusy && row.From == in.Record.State && row.On != Start && row.On != Stop && row.On != Resumed && in.Record.mayCome(row.On) {
			moves = append(moves, Move{string(row.On), row.To, effectOf(row)})
		}
	}
	return moves
}

// move is what a command would do, and then a supervisor.
func (in CommandInput) move(verb Verb) Move {
	row := in.decides(verb)
	to, then := in.driven(verb)
	move := Move{string(verb), to, commandPhrase(row)}
	switch {
	case row.To == CommandDone:
		return Move{string(verb), to, "nothing: " + row.Why}
	case verb == VerbRestart && row.On == LockWon:
		move.Effect += ", with the recorded settings"
	case verb == VerbRestart:
		move.Effect += ", then start with the recorded settings"
	case then != "" && slices.Contains([]CommandEvent{LockWon, SupervisorFound, StopUndriven}, row.On):
		move.Effect += ": " + then
		return move
	}
	move.Effect += " (" + row.Why + ")"
	return move
}

// decides returns the row of a plain command that says what it would do: the first
// that does more than to read, if Temporal answers it.
func (in CommandInput) decides(verb Verb) CommandRow {
	m, r := NewCommandMachine(), &in.Record
	if r.Settings.TemporalBin == "" {
		r.Settings.TemporalBin = "temporal" // a start would find or install one
	}
	if in.Kind == InputWon && in.Evidence.Owner == OwnerNone {
		r.State, r.Desired, r.RestartPending = Stopped, WantStopped, false // whatever it says
	}
	c, _ := Command{Verb: verb, Want: r.Settings}.Open()
	for {
		c = c.note(in)
		row, err := m.Next(c.Phase, c.classify(in))
		switch {
		case err != nil:
			return row
		case slices.Contains(row.Do, ActLookAgain):
			c.Phase, in = row.To, turned(row, in)
		case slices.Contains(row.Do, ActProbe):
			c.Phase = StartAnswered
		default:
			return row
		}
	}
}

// driven is where a command's request leads, and what the driver would do for it: the supervisor
// by Table, else a new driver by the resume rule.
func (in CommandInput) driven(verb Verb) (to State, effect string) {
	request, r := Start, in.Record
	switch {
	case verb == VerbRestart && in.Kind == InputWon && in.Evidence.Owner == OwnerForeign:
		return Stopped, ""
	case verb == VerbRestart && (r.State == Stopped || in.Kind == InputWon && in.Evidence.Owner == OwnerNone):
		return Locking, ""
	case verb != VerbStart:
		request = Stop
	}
	if in.Kind == InputBusy {
		row, ok := Find(r.State, request)
		if !ok {
			return r.State, Reason(r.State, request)
		}
		return row.To, effectOf(row)
	}
	r.Desired = WantRunning
	if request == Stop {
		r.Desired = WantStopped
	}
	plan := Resume(r, in.Evidence)
	if row, ok := Find(plan.State, plan.Event); ok {
		return row.To, phrase(row) + " (" + plan.Why + ")"
	}
	return plan.State, ""
}

func effectOf(row Row) string { return strings.TrimSpace(phrase(row) + " (" + row.Why + ")") }

func phrase(row Row) string {
	phrases := make([]string, len(row.Do))
	for i, action := range row.Do {
		phrases[i] = Phrases[action]
	}
	return strings.Join(phrases, ", ")
}

// commandPhrase leaves out the waiting where a row does something else as well.
func commandPhrase(row CommandRow) string {
	var acts, waits []string
	for _, action := range row.Do {
		if action == ActWait || (Command{}).timer(action, CommandInput{}).Do == ActArm {
			waits = append(waits, CommandPhrases[action])
		} else {
			acts = append(acts, CommandPhrases[action])
		}
	}
	if len(acts) == 0 {
		acts = waits
	}
	return strings.Join(acts, ", ")
}
