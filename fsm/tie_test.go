package fsm

import (
	"slices"
	"testing"
)

// untiedPlans is every answer of Resume for a record that ties Temporal to a command which has ended: by
// the hold alone.
var untiedPlans = map[LockOwner]string{
	OwnerNone: "Stopped -", OwnerOurs: "Stopping untied", OwnerLeftover: "Stopping untied", OwnerForeign: "Locking lock_denied",
}

func TestResumeOfTheUntied(t *testing.T) {
	for _, state := range claimedStates {
		for _, desired := range claimedDesires {
			for hold, want := range untiedPlans {
				got := Resume(Record{State: state, Desired: desired, Term: Term{TiedTo: process(7)}}, Evidence{Owner: hold, Untied: true})
				if _, legal := Find(got.State, got.Event); got.inWords() != want || got.Why == "" || got.Event != "" && !legal {
					t.Errorf("%q wanted %q, lock %s: %s because %q, want %s", state, desired, hold, got.inWords(), got.Why, want)
				}
			}
		}
	}
}

// Whatever a new driver finds of a command that has ended, it wants it no more, and gives it no time.
func TestBeginOfTheUntied(t *testing.T) {
	m := NewMachine()
	for _, state := range States {
		for hold, ends := range map[LockOwner]Action{OwnerNone: DoExit, OwnerOurs: DoKill, OwnerLeftover: DoKill} {
			r := Record{State: state, Desired: WantRunning, Settings: Settings{Policy: DefaultPolicy()}, Term: Term{TiedTo: process(7)}}
			s, first := Begin(r, process(2), Evidence{Owner: hold, Leader: process(9), Untied: true}, Input{Stamp: Stamp{At: 5, Tick: 5}})
			s, effects := s.Step(m, first)
			if s.Desired != WantStopped || effects[len(effects)-1].Do != ends || does(effects, DoTerm) || does(effects, DoSpawn) {
				t.Errorf("%s, lock %s: wanted %s, %v", state, hold, s.Desired, effects)
			}
			if !slices.ContainsFunc(effects, func(e Effect) bool { return e.Do == DoSave && e.Record.Desired == WantStopped }) {
				t.Errorf("%s, lock %s: it is not written that nothing is wanted: %v", state, hold, effects)
			}
		}
	}
}

func does(effects []Effect, action Action) bool {
	return slices.ContainsFunc(effects, func(e Effect) bool { return e.Do == action })
}

// The end of the command ends its Temporal in every state, and it is not started again.
func TestUntiedInEveryState(t *testing.T) {
	m := NewMachine()
	for _, state := range States {
		s := Supervisor{Self: process(2), DrivenRun: DrivenRun{Run: 1}, Record: Record{
			State: state, Desired: WantRunning, Settings: Settings{Policy: DefaultPolicy()},
			Term: Term{TiedTo: process(7)}, Failure: Failure{Event: Exited},
		}}
		s, effects := s.Step(m, Input{Event: Untied, Stamp: Stamp{At: 5, Tick: 5}})
		if state == Stopped {
			if effects[0].Do != DoIgnore {
				t.Errorf("%s: %v", state, effects)
			}
			continue
		}
		if s.State != Stopping || s.Desired != WantStopped || s.Failure.Event != "" || !does(effects, DoKill) || does(effects, DoTerm) {
			t.Errorf("%s: %s, wanted %s, failure %q, %v", state, s.State, s.Desired, s.Failure.Event, effects)
		}
		if s, _ = s.Step(m, Input{Event: Gone, Run: 1, Stamp: Stamp{At: 6, Tick: 6}}); !s.Done || s.State != Stopped {
			t.Errorf("%s: once it is gone: %s, done %t", state, s.State, s.Done)
		}
	}
}

// A start ties Temporal to its own command, keeps the tie to another one that lives, and drops that to a dead one.
func TestPrepareTies(t *testing.T) {
	own, other, none := process(7), process(8), Process{}
	settings := Settings{TemporalBin: "/bin/temporal", Policy: DefaultPolicy()}
	for what, c := range map[string]struct {
		has, command Process
		dead         bool
		want         Process
	}{
		"to its own command":             {none, own, false, own},
		"to its own, not to another":     {other, own, false, own},
		"to its own, not to a dead":      {other, own, true, own},
		"to none":                        {none, none, false, none},
		"another command's, which lives": {other, none, false, other},
		"another command's, which died":  {other, none, true, none},
	} {
		for _, verb := range []Verb{VerbStart, VerbRestart} {
			for _, hold := range []LockOwner{OwnerNone, OwnerOurs, OwnerLeftover} {
				r := Record{State: Healthy, Desired: WantRunning, Generation: 3, Settings: settings, Term: Term{TiedTo: c.has}}
				got, refusal := Command{Verb: verb, Want: settings, TiedTo: c.command}.Prepare(r, Evidence{Owner: hold, Untied: c.dead})
				if refusal.Result != "" || got.TiedTo != c.want {
					t.Errorf("%s, %s, lock %s: %s, tied to %+v, want %+v", what, verb, hold, refusal.Result, got.TiedTo, c.want)
				}
			}
		}
	}
}

// A restart that has waited for a Temporal to end, or has ended it, is not tied to the dead command whose that was.
func TestARestartDropsTheTieToADeadCommand(t *testing.T) {
	settings := Settings{TemporalBin: "/bin/temporal", Policy: DefaultPolicy()}
	left := Record{State: Stopped, Desired: WantStopped, Generation: 3, Incarnation: 1, Settings: settings, Term: Term{TiedTo: process(7)}}
	for _, c := range []struct {
		phase Phase
		in    CommandInput
	}{
		{StopTrying, CommandInput{Kind: InputWon, Record: left, Evidence: Evidence{Owner: OwnerNone, Untied: true}}},
		{StopDriving, CommandInput{Kind: InputDrove, Record: left, Evidence: Evidence{Untied: true}}},
	} {
		restart, _ := Command{Verb: VerbRestart, Want: settings}.Open()
		restart.Phase = c.phase
		_, deeds := restart.Step(NewCommandMachine(), c.in)
		i := slices.IndexFunc(deeds, func(d CommandEffect) bool { return d.Do == ActHandOver })
		if i < 0 || deeds[i].Record.TiedTo != (Process{}) || deeds[i].Record.Desired != WantRunning {
			t.Errorf("%s after %s: %+v", c.phase, c.in.Kind, deeds)
		}
	}
}
