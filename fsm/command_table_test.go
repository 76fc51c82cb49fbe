package fsm

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestCommandTableIsWellFormed(t *testing.T) {
	for _, row := range CommandTable {
		if row.Why == "" || len(row.From) == 0 || slices.Contains(row.From, CommandDone) {
			t.Errorf("%+v: no reason, or of no phase that is not over", row)
		}
		if ends := row.To == CommandDone; ends != (row.Result != "") || ends != slices.Equal(row.Do, finish) {
			t.Errorf("%s in %s: does %v at the end %q", row.On, row.From, row.Do, row.Result)
		}
		if i := slices.Index(row.Do, ActLookAgain); i >= 0 && i != len(row.Do)-1 {
			t.Errorf("%s in %s does more after it looks again: %v", row.On, row.From, row.Do)
		}
	}
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
			t.Error("an action without a performer is passed over in silence")
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
	for range 1_000_000 {
		c, in := someCommand(dice), someSight(dice)
		on := c.note(in).classify(in)
		found[fmt.Sprintf("%s in %s", on, c.Phase)] = true
		if _, ok := FindCommandRow(c.Phase, on); !ok && on != "" && !c.Done() && !slices.Contains(late, on) {
			t.Fatalf("%s in %s (%s) has no row, after %+v", on, c.Phase, c.Verb, in)
		}
	}
	for _, e := range commandEdges() {
		if pair := fmt.Sprintf("%s in %s", e.on, e.from); !found[pair] {
			t.Errorf("%s has a row and is never found", pair)
		}
	}
}
