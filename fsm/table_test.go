package fsm

import (
	"fmt"
	"slices"
	"testing"
)

func TestAnswersAreForPairsWithoutARow(t *testing.T) {
	seen := map[string]bool{}
	for _, a := range Answers {
		pair := fmt.Sprintf("%s in %s", a.Event, a.State)
		if _, ok := Find(a.State, a.Event); ok || a.Why == "" || !a.State.Known() || Means(a.Event) == "" || seen[pair] {
			t.Errorf("%s: the answer is empty, double, for a pair that has a row, or for one that cannot be", pair)
		}
		seen[pair] = true
	}
}

func TestStopIsObeyedInEveryState(t *testing.T) {
	for _, state := range States {
		row, ok := Find(state, Stop)
		exempt := state == Stopped || state == Stopping
		if ok == exempt || ok && row.To != Stopping {
			t.Errorf("%s: stop leads to %q (%t)", state, row.To, ok)
		}
		now, ok := Find(state, StopNow)
		if ok == (state == Stopped) || ok && (now.To != Stopping || !slices.Equal(now.Do, []Action{DoKill})) {
			t.Errorf("%s: stop_now leads to %q and does %v", state, now.To, now.Do)
		}
	}
}

// A timer that Timers lacks would be heeded in a state that did not arm it.
func TestTimersAreListed(t *testing.T) {
	for _, info := range Events {
		if (info.Kind == Timer) != slices.Contains(Timers, info.Event) {
			t.Errorf("%s is of kind %s; Timers has %v", info.Event, info.Kind, Timers)
		}
	}
}

// The rule that the two-servers proof rests on.
func TestOneEdgeSpawnsAndItComesFromLocking(t *testing.T) {
	var spawning []string
	for _, row := range Table {
		if slices.Contains(row.Do, DoSpawn) {
			spawning = append(spawning, fmt.Sprintf("%s %s %s", row.From, row.On, row.To))
		}
		if row.To == Locking && !slices.Equal(row.Do, []Action{DoLock}) {
			t.Errorf("%s in %s enters Locking and does %v", row.On, row.From, row.Do)
		}
	}
	if !slices.Equal(spawning, []string{"Locking lock_acquired Starting"}) {
		t.Errorf("rows that spawn: %v", spawning)
	}
}

func TestEveryActionIsPerformed(t *testing.T) {
	for _, row := range Table {
		for _, action := range row.Do {
			s := Supervisor{Record: Record{State: row.To, Settings: Settings{Policy: DefaultPolicy(), Setup: Setup{Retention: 1}}}, DrivenRun: DrivenRun{Run: 1}}
			if _, effects := s.act(action, Input{}); len(effects) == 0 {
				t.Errorf("%s of %s in %s has no effect", action, row.On, row.From)
			}
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("an action without a performer is passed over in silence")
		}
	}()
	Supervisor{}.act("bogus", Input{})
}
