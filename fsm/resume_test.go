package fsm

import (
	"cmp"
	"fmt"
	"testing"
)

// What a record can claim; the last two are claims that no version ever wrote.
var (
	claimedStates  = []State{Stopped, Locking, Starting, Healthy, Degraded, Restarting, Stopping, "", "Bogus"}
	claimedDesires = []Desired{WantRunning, WantStopped, "", "bogus"}
)

// plan is the answer of Resume for a record that wants Temporal to run, and for one that does not.
type plan struct{ wanted, stopped string }

// plans is every answer of Resume: by the hold alone, but for the states of exceptions.
var (
	plans = map[LockOwner]plan{
		OwnerNone:     {"Stopped start", "Stopped -"},
		OwnerOurs:     {"Locking orphan_found", "Stopping resumed"},
		OwnerLeftover: {"Restarting resumed", "Stopping resumed"},
		OwnerForeign:  {"Locking lock_denied", "Locking lock_denied"},
	}
	exceptions = map[State]map[LockOwner]plan{
		Restarting: {OwnerOurs: {"Restarting resumed", "Stopping resumed"}},
		Stopping:   {OwnerOurs: {"Stopping resumed", "Stopping resumed"}, OwnerLeftover: {"Stopping resumed", "Stopping resumed"}},
	}
)

func (p Plan) inWords() string {
	if p.Event == "" {
		return fmt.Sprintf("%s -", p.State)
	}
	return fmt.Sprintf("%s %s", p.State, p.Event)
}

func TestResumeAnswersEveryCombination(t *testing.T) {
	for _, state := range claimedStates {
		for _, hold := range LockOwners {
			for _, desired := range claimedDesires {
				p, ok := exceptions[state][hold]
				if !ok {
					p = plans[hold]
				}
				want := p.stopped
				if desired == WantRunning {
					want = p.wanted
				}
				got := Resume(Record{State: state, Desired: desired}, Evidence{Owner: hold})
				if _, legal := Find(got.State, got.Event); got.inWords() != want || got.Why == "" || got.Event != "" && !legal {
					t.Errorf("%q wanted %q, lock %s: %s because %q, want %s", state, desired, hold, got.inWords(), got.Why, want)
				}
			}
		}
	}
}

// Whatever a new driver found, it ends at Stopped or goes on in the plan's state.
func TestBeginGoesWhereResumeSays(t *testing.T) {
	m := NewMachine()
	for _, state := range claimedStates {
		for _, desired := range claimedDesires {
			for _, hold := range LockOwners {
				r := Record{State: state, Desired: desired, Settings: Settings{Policy: DefaultPolicy()}}
				e := Evidence{Owner: hold, Leader: process(9)}
				plan := Resume(r, e)
				s, first := Begin(r, process(2), e, Input{Stamp: Stamp{At: 5, Tick: 5}})
				if s.State != plan.State || first.Event != cmp.Or(plan.Event, Resumed) {
					t.Errorf("%q/%q/%s: state %s, first %q, done %t; the plan is %s", state, desired, hold, s.State, first.Event, s.Done, plan.inWords())
				}
				c := checker{t: t, last: r}
				if state == "" {
					c.last.State = s.State // a record without a state has left none
				}
				s, effects := s.Step(m, first)
				c.effects(s, effects)
				if s.Done != (plan.Event == "" || plan.Event == LockDenied) || s.Done != (len(effects) > 0 && effects[len(effects)-1].Do == DoExit) {
					t.Errorf("%q/%q/%s: done %t, effects %v", state, desired, hold, s.Done, effects)
				}
			}
		}
	}
}
