package fsm

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// everyPhase calls check for each phase and event of commands.
func everyPhase(check func(Phase, CommandEvent)) {
	for _, phase := range Phases {
		for _, info := range CommandEvents {
			check(phase, info.Event)
		}
	}
}

func TestCommandMachineAgreesWithTheTableOnEveryPair(t *testing.T) {
	m := NewCommandMachine()
	everyPhase(func(phase Phase, event CommandEvent) {
		row, err := m.Next(phase, event)
		want, ok := FindCommandRow(phase, event)
		switch {
		case ok && (err != nil || row.On != event || row.To != want.To || !slices.Equal(row.From, []Phase{phase})):
			t.Errorf("%s in %s: %+v, %v; the table leads to %s", event, phase, row, err, want.To)
		case !ok && !errors.Is(err, ErrIgnored):
			t.Errorf("%s in %s: %+v, %v; the table has no such row", event, phase, row, err)
		case !ok && (CommandReason(event) == "" || !strings.Contains(err.Error(), CommandReason(event))):
			t.Errorf("%s in %s: %v does not say why it is ignored: %q", event, phase, err, CommandReason(event))
		}
	})
}

func TestCommandMachineIgnoresWhatDoesNotExist(t *testing.T) {
	m := NewCommandMachine()
	for _, pair := range []struct {
		phase Phase
		event CommandEvent
	}{{"", LockWon}, {"Bogus", LockWon}, {StartTrying, ""}, {StartTrying, "bogus"}, {CommandDone, LockWon}} {
		if row, err := m.Next(pair.phase, pair.event); !errors.Is(err, ErrIgnored) {
			t.Errorf("%q in %q: %+v, %v", pair.event, pair.phase, row, err)
		}
	}
	if _, err := m.Next(StartTrying, LockWon); err != nil {
		t.Errorf("after refusals the machine is stuck: %v", err)
	}
}

// As for the first table: looplab keeps the last of two rows for a pair in silence.
func TestLooplabHoldsTheCommandTableAndNothingElse(t *testing.T) {
	m := NewCommandMachine()
	for _, phase := range Phases {
		m.legal.SetState(string(phase))
		var rows []string
		for _, row := range CommandTable {
			if slices.Contains(row.From, phase) {
				rows = append(rows, string(row.On))
			}
		}
		offered := m.legal.AvailableTransitions()
		slices.Sort(rows)
		slices.Sort(offered)
		if !slices.Equal(rows, offered) {
			t.Errorf("%s: looplab offers %v, the table has %v", phase, offered, rows)
		}
	}
}

func TestCommandTableIsWellFormed(t *testing.T) {
	described := map[CommandEvent]bool{}
	for _, info := range CommandEvents {
		if described[info.Event] || info.Means == "" || info.Otherwise == "" {
			t.Errorf("%s: described twice, or not: %+v", info.Event, info)
		}
		described[info.Event] = true
	}
	seen, used := map[string]bool{}, map[CommandEvent]bool{}
	for _, row := range CommandTable {
		used[row.On] = true
		if !described[row.On] || row.Why == "" || len(row.From) == 0 || row.To != "" && !slices.Contains(Phases, row.To) {
			t.Errorf("%+v: unknown event or phase, or no reason", row)
		}
		if ends := row.To == CommandDone; ends != (row.Result != "") || ends != slices.Equal(row.Do, finish) {
			t.Errorf("%s in %s: does %v at the end %q", row.On, row.From, row.Do, row.Result)
		}
		for _, from := range row.From {
			pair := fmt.Sprintf("%s in %s", row.On, from)
			if seen[pair] || !slices.Contains(Phases, from) || from == CommandDone {
				t.Errorf("%s: two rows, an unknown phase, or one that is over", pair)
			}
			seen[pair] = true
		}
		if i := slices.Index(row.Do, ActLookAgain); i >= 0 && i != len(row.Do)-1 {
			t.Errorf("%s in %s does more after it looks again: %v", row.On, row.From, row.Do)
		}
	}
	for event := range described {
		if !used[event] {
			t.Errorf("%s is in CommandEvents and no row has it", event)
		}
	}
}

// What a row does when it looks again depends on the input: it must have a row there.
func TestEveryPhaseIsReachedAndLeftForDone(t *testing.T) {
	for _, phase := range Phases {
		if phase != StopTrying && !commandReaches(StopTrying, phase) {
			t.Errorf("%s cannot be reached by a restart", phase)
		}
		if strings.HasPrefix(string(phase), "Start") && !commandReaches(StartTrying, phase) {
			t.Errorf("%s cannot be reached by a start", phase)
		}
		if !commandReaches(phase, CommandDone) {
			t.Errorf("a command in %s cannot end", phase)
		}
	}
}

func commandReaches(from, to Phase) bool {
	seen, next := map[Phase]bool{from: true}, []Phase{from}
	for len(next) > 0 {
		phase := next[0]
		next = next[1:]
		for _, info := range CommandEvents {
			if row, ok := FindCommandRow(phase, info.Event); ok && !seen[row.To] {
				seen[row.To] = true
				next = append(next, row.To)
			}
		}
	}
	return seen[to]
}

// The rules that the rows of commands rest on.
func TestOnlyTheHolderOfTheLockActsAndNoStartEndsATemporal(t *testing.T) {
	for _, row := range CommandTable {
		for _, action := range row.Do {
			switch action {
			case ActHandOver:
				if row.On != LockWon || row.To != StartHandedOver {
					t.Errorf("%s in %s hands over", row.On, row.From)
				}
			case ActDrive:
				if row.On != StopUndriven || row.To != StopDriving {
					t.Errorf("%s in %s drives", row.On, row.From)
				}
			case ActAskStop, ActKillAsked:
				if slices.ContainsFunc(row.From, func(p Phase) bool { return slices.Contains(starting, p) }) {
					t.Errorf("%s in %s: a start stops Temporal", row.On, row.From)
				}
			}
		}
	}
}

func TestEveryCommandActionIsPerformed(t *testing.T) {
	m := NewCommandMachine()
	for _, row := range CommandTable {
		for _, action := range row.Do {
			if action == ActLookAgain {
				continue // what comes of it depends on the input; the stories show it
			}
			row.From = row.From[:1]
			if _, deeds := (Command{Verb: VerbStart, Patience: 1, Grace: 1}).act(m, action, row, CommandInput{}); len(deeds) != 1 {
				t.Errorf("%s of %s in %s has no effect", action, row.On, row.From)
			}
			if CommandPhrases[action] == "" {
				t.Errorf("%s has no words", action)
			}
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("an action that nobody performs is passed over in silence")
		}
	}()
	Command{}.act(m, "bogus", CommandRow{}, CommandInput{})
}

// Whatever is seen in whatever phase, classify finds no event, or one that has a row
// there, but for the answers that come too late; and no row is there for nothing.
func TestEveryEventThatIsFoundHasARowAndEveryRowIsFound(t *testing.T) {
	late := []CommandEvent{SupervisorStarted, SupervisorNotStarted, TemporalAnswered, TemporalSilent}
	dice := rand.New(rand.NewPCG(1, 2))
	found := map[string]bool{}
	for range 300_000 {
		c, in := someCommand(dice), someSight(dice)
		on := c.note(in).classify(in)
		found[fmt.Sprintf("%s in %s", on, c.Phase)] = true
		if _, ok := FindCommandRow(c.Phase, on); !ok && on != "" && !c.Done() && !slices.Contains(late, on) {
			t.Fatalf("%s in %s (%s) has no row, after %+v", on, c.Phase, c.Verb, in)
		}
	}
	everyPhase(func(phase Phase, event CommandEvent) {
		pair := fmt.Sprintf("%s in %s", event, phase)
		if _, ok := FindCommandRow(phase, event); ok && !found[pair] {
			t.Errorf("%s has a row and is never found", pair)
		}
	})
}

// The matrix of commands, as TestMatrix is that of the first table.
func TestCommandMatrix(t *testing.T) {
	var out strings.Builder
	fmt.Fprintln(&out, "# Where each event leads from each phase of a command; - is ignored. Written by go test ./fsm -update:")
	fmt.Fprintln(&out, "# commit a change only if you understand what caused it.")
	fmt.Fprintf(&out, "%-25s", "")
	for _, phase := range Phases {
		fmt.Fprintf(&out, "%-17s", phase)
	}
	for _, info := range CommandEvents {
		fmt.Fprintf(&out, "\n%-25s", info.Event)
		for _, from := range Phases {
			to := "-"
			if row, ok := FindCommandRow(from, info.Event); ok {
				to = string(row.To)
			}
			fmt.Fprintf(&out, "%-17s", to)
		}
	}
	golden(t, "testdata/command_matrix.golden", trimLines(out.String()))
}
