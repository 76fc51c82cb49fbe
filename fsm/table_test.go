package fsm

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// every calls check for each state and event.
func every(check func(State, Event)) {
	for _, state := range States {
		for _, info := range Events {
			check(state, info.Event)
		}
	}
}

func TestMachineAgreesWithTheTableOnEveryPair(t *testing.T) {
	m := NewMachine()
	every(func(state State, event Event) {
		row, err := m.Next(state, event)
		want, ok := Find(state, event)
		switch {
		case ok && (err != nil || row.From != state || row.On != event || row.To != want.To):
			t.Errorf("%s in %s: %+v, %v; the table leads to %s", event, state, row, err, want.To)
		case !ok && !errors.Is(err, ErrIgnored):
			t.Errorf("%s in %s: %+v, %v; the table has no such row", event, state, row, err)
		case !ok && Reason(state, event) == "":
			t.Errorf("%s in %s is ignored without a reason", event, state)
		case !ok && !strings.Contains(err.Error(), Reason(state, event)):
			t.Errorf("%s in %s: %v does not say %q", event, state, err, Reason(state, event))
		}
	})
}

func TestMachineIgnoresWhatDoesNotExist(t *testing.T) {
	m := NewMachine()
	for _, pair := range []struct {
		state State
		event Event
	}{{"", Start}, {"Bogus", Stop}, {Stopped, ""}, {Healthy, "bogus"}, {Healthy, Probed}, {Healthy, ProbeDue}} {
		if row, err := m.Next(pair.state, pair.event); !errors.Is(err, ErrIgnored) {
			t.Errorf("%q in %q: %+v, %v", pair.event, pair.state, row, err)
		}
	}
	if _, err := m.Next(Stopped, Start); err != nil {
		t.Errorf("after refusals the machine is stuck: %v", err)
	}
}

// looplab keeps the last of two rows for a pair and drops what it cannot place,
// both in silence, so it is asked pair by pair.
func TestLooplabHoldsTheTableAndNothingElse(t *testing.T) {
	m := NewMachine()
	for _, state := range States {
		m.legal.SetState(string(state))
		var rows []string
		for _, row := range Table {
			if row.From == state {
				rows = append(rows, string(row.On))
			}
		}
		offered := m.legal.AvailableTransitions()
		slices.Sort(rows)
		slices.Sort(offered)
		if !slices.Equal(rows, offered) {
			t.Errorf("%s: looplab offers %v, the table has %v", state, offered, rows)
		}
		for _, info := range Events {
			if can := m.legal.Can(string(info.Event)); can != slices.Contains(rows, string(info.Event)) {
				t.Errorf("%s in %s: looplab says %t", info.Event, state, can)
			}
		}
	}
}

func TestTableIsWellFormed(t *testing.T) {
	seen := map[string]bool{}
	described := map[Event]bool{}
	for _, info := range Events {
		if described[info.Event] {
			t.Errorf("%s is described twice", info.Event)
		}
		described[info.Event] = true
		if info.Means == "" || info.Otherwise == "" || info.Means != Means(info.Event) {
			t.Errorf("%s: Means %q, Otherwise %q", info.Event, info.Means, info.Otherwise)
		}
		if !slices.Contains([]Kind{Request, Result, Observation, Timer}, info.Kind) {
			t.Errorf("%s: unknown kind %q", info.Event, info.Kind)
		}
	}
	used := map[Event]bool{}
	for _, row := range Table {
		pair := fmt.Sprintf("%s in %s", row.On, row.From)
		switch {
		case seen[pair]:
			t.Errorf("%s: two rows", pair)
		case !row.From.Known() || !row.To.Known():
			t.Errorf("%s: unknown state in %+v", pair, row)
		case !described[row.On]:
			t.Errorf("%s: the event is not in Events", pair)
		case row.Why == "":
			t.Errorf("%s: no reason", pair)
		}
		seen[pair], used[row.On] = true, true
	}
	for event := range described {
		if !used[event] {
			t.Errorf("%s is in Events and no row has it", event)
		}
	}
}

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

func TestEveryStateIsReachedAndLeftForStopped(t *testing.T) {
	for _, state := range States {
		if !reaches(Stopped, state) {
			t.Errorf("%s cannot be reached from Stopped", state)
		}
		if !reaches(state, Stopped) {
			t.Errorf("Stopped cannot be reached from %s", state)
		}
	}
}

func reaches(from, to State) bool {
	seen, next := map[State]bool{from: true}, []State{from}
	for len(next) > 0 {
		state := next[0]
		next = next[1:]
		for _, row := range Table {
			if row.From == state && !seen[row.To] {
				seen[row.To] = true
				next = append(next, row.To)
			}
		}
	}
	return seen[to]
}

func TestStopIsObeyedInEveryState(t *testing.T) {
	for _, state := range States {
		row, ok := Find(state, Stop)
		exempt := state == Stopped || state == Stopping
		if ok == exempt || ok && row.To != Stopping {
			t.Errorf("%s: stop leads to %q (%t)", state, row.To, ok)
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
			s := Supervisor{Record: Record{State: row.To, Settings: Settings{Policy: DefaultPolicy()}}, DrivenRun: DrivenRun{Run: 1}}
			if _, effects := s.act(action, Input{}); len(effects) == 0 {
				t.Errorf("%s of %s in %s has no effect", action, row.On, row.From)
			}
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("an action that nobody performs is passed over in silence")
		}
	}()
	Supervisor{}.act("bogus", Input{})
}

// The matrix shows at a glance which pair a change of the table touched. Commit
// a change of it only if you understand what caused it.
func TestMatrix(t *testing.T) {
	var out strings.Builder
	fmt.Fprintln(&out, "# Where each event leads from each state; - is ignored. Written by go test ./fsm -update:")
	fmt.Fprintln(&out, "# commit a change only if you understand what caused it.")
	fmt.Fprintf(&out, "%-18s", "")
	for _, state := range States {
		fmt.Fprintf(&out, "%-11s", state)
	}
	every(func(state State, event Event) {
		if state != States[0] {
			return
		}
		fmt.Fprintf(&out, "\n%-18s", event)
		for _, from := range States {
			to := "-"
			if row, ok := Find(from, event); ok {
				to = string(row.To)
			}
			fmt.Fprintf(&out, "%-11s", to)
		}
	})
	golden(t, "testdata/matrix.golden", trimLines(out.String()))
}

func trimLines(text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n") + "\n"
}
