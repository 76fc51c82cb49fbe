package fsm

import (
	"fmt"
	"strings"
)

// Look is what state sees without taking a lock.
type Look struct {
	// Driven says that a driver of ours holds supervisor.lock.
	Driven bool
	// Asleep says that this driver is stopped (SIGSTOP).
	Asleep bool
	// Lost says that there is no record that could be read; the zero record stands for it.
	Lost bool
	// Damage says why the record that there is cannot be read, empty where there is none.
	Damage string
	Hold   Hold
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
	d.Agrees = d.State == r.State
	return d
}

func diagnose(r Record, l Look) Diagnosis {
	switch {
	case l.Hold == HoldForeign && !l.Driven:
		return Diagnosis{State: Stopped, Reason: "nothing of ours runs; temporal.lock is held by " + l.Holder}
	case l.Driven:
		return driven(r, l)
	case l.Hold == HoldFree:
		return undriven(r, l.Damage)
	case l.Hold == HoldRemnant:
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
	case l.Asleep && believed && l.Hold == HoldOurs:
		return Diagnosis{State: Degraded, Reason: "the supervisor is stopped (SIGSTOP) and would not restart Temporal after a crash: start replaces it, or SIGCONT wakes it"}
	case believed && l.Hold != HoldOurs:
		return Diagnosis{State: Restarting, Reason: "Temporal has just ended; the supervisor is about to restart it"}
	case r.State == Healthy && l.Asked && !(l.Verdict.Live && l.Verdict.Ready):
		return Diagnosis{State: Degraded, Reason: "the record says Healthy, but right now " + l.Detail}
	case r.State == Stopped && r.Desired == WantRunning:
		return Diagnosis{State: Locking, Reason: "a start is handing over to its supervisor"}
	}
	return Diagnosis{State: r.State, Reason: r.Reason}
}

// drivenUnrecorded believes the locks and Temporal's own answer; the supervisor
// writes a lost record anew with its next probe.
func drivenUnrecorded(l Look) Diagnosis {
	switch {
	case l.Hold != HoldOurs:
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

// Moves lists what each command and each event would do in a state, from the
// table: commands first, then the events in the table's order.
func Moves(state State) []Move {
	moves := []Move{requested(state, Start), requested(state, Stop), restart(state)}
	for _, row := range Table {
		if row.From == state && row.On != Start && row.On != Stop && row.On != Resumed {
			moves = append(moves, Move{string(row.On), row.To, effectOf(row)})
		}
	}
	return moves
}

func requested(state State, request Event) Move {
	if row, ok := Find(state, request); ok {
		return Move{string(request), row.To, effectOf(row)}
	}
	return Move{string(request), state, "nothing: " + Reason(state, request)}
}

func restart(state State) Move {
	if state == Stopped {
		return Move{"restart", Locking, "the same as start, with the recorded settings"}
	}
	return Move{"restart", Stopping, "stop, then start with the recorded settings"}
}

func effectOf(row Row) string { return phrase(row) + " (" + row.Why + ")" }

func phrase(row Row) string {
	phrases := make([]string, len(row.Do))
	for i, action := range row.Do {
		phrases[i] = Phrases[action]
	}
	return strings.Join(phrases, ", ")
}

// Undriven lists what the commands would do where no supervisor drives: where
// the resume rule lets them go on. No event would be noticed by anybody.
func Undriven(r Record, e Evidence) []Move {
	start, stop := resumed(Start, WantRunning, r, e), resumed(Stop, WantStopped, r, e)
	if e.Hold == HoldFree {
		return []Move{start, stop, restart(Stopped)}
	}
	return []Move{start, stop, restart(Stopping)}
}

func resumed(request Event, desired Desired, r Record, e Evidence) Move {
	r.Desired = desired
	plan := Resume(r, e)
	if row, ok := Find(plan.State, plan.Event); ok {
		return Move{string(request), row.To, phrase(row) + " (" + plan.Why + ")"}
	}
	return Move{string(request), plan.State, "nothing: " + plan.Why}
}

// OutdatedMoves are Moves where a driver of an older version drives: start is
// not content with it.
func OutdatedMoves(state State) []Move {
	moves := Moves(state)
	if state == Healthy || state == Degraded {
		moves[0].Effect = "end the older supervisor and " + Phrases[DoAdopt] + ", which serves on with the same pid"
	}
	return moves
}
