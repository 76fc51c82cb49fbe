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
				if got := Resume(Record{State: state, Desired: desired}, Evidence{Owner: hold}); got.inWords() != want {
					t.Errorf("%q wanted %q, lock %s: %s, want %s", state, desired, hold, got.inWords(), want)
				}
			}
		}
	}
}

func TestResumeKeepsItsPromises(t *testing.T) {
	for _, state := range claimedStates {
		for _, desired := range claimedDesires {
			for _, hold := range LockOwners {
				r, e := Record{State: state, Desired: desired}, Evidence{Owner: hold, Holder: "pid 7 (x)", Leader: Process{PID: 9}}
				checkPlan(t, fmt.Sprintf("%q/%q/%s", state, desired, hold), desired, hold, Resume(r, e))
			}
		}
	}
}

func checkPlan(t *testing.T, name string, desired Desired, hold LockOwner, p Plan) {
	t.Helper()
	row, legal := Find(p.State, p.Event)
	switch {
	case p.Why == "":
		t.Errorf("%s: no reason", name)
	case !p.State.Known():
		t.Errorf("%s: unknown state %q", name, p.State)
	case p.Event != "" && !legal:
		t.Errorf("%s: %s has no row in %s", name, p.Event, p.State)
	case p.Event == "" && p.State != Stopped:
		t.Errorf("%s: stays in %s with nothing to do", name, p.State)
	case hold == OwnerForeign && p.inWords() != "Locking lock_denied":
		t.Errorf("%s: a foreign lock leads to %s", name, p.inWords())
	case desired != WantRunning && (hold == OwnerOurs || hold == OwnerLeftover) && p.State != Stopping:
		t.Errorf("%s: not wanted, and goes on in %s", name, p.State)
	}
	for _, action := range row.Do {
		if hold == OwnerNone && (action == DoTerm || action == DoKill || action == DoAdopt) {
			t.Errorf("%s: the lock is free, and it does %s", name, action)
		}
		if hold == OwnerForeign && action != DoRelease {
			t.Errorf("%s: a foreign process has the lock, and it does %s", name, action)
		}
		if hold == OwnerLeftover && action == DoAdopt {
			t.Errorf("%s: adopts a Temporal whose leader is dead", name)
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
