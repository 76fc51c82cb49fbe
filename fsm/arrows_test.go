package fsm

import (
	"slices"
	"testing"
)

// Each row of the table is in exactly one arrow.
func TestArrowsAreTheTable(t *testing.T) {
	rows := 0
	for _, arrow := range Arrows() {
		for _, on := range arrow.On {
			row, ok := Find(arrow.From, on)
			if !ok || row.To != arrow.To {
				t.Errorf("%v: %s is not in the table", arrow, on)
			}
			rows++
		}
	}
	if rows != len(Table) {
		t.Errorf("%d rows are drawn, the table has %d", rows, len(Table))
	}
}

func TestLatestRun(t *testing.T) {
	step := func(from, to State) Transition { return Transition{From: from, To: to} }
	old := []Transition{step(Stopped, Locking), step(Locking, Stopped)}
	run := []Transition{step(Stopped, Locking), step(Locking, Starting), step(Starting, Stopping), step(Stopping, Stopped)}
	for _, c := range []struct{ history, want []Transition }{
		{nil, nil},
		{run, run},
		{slices.Concat(old, run), run},
		{run[1:], run[1:]},
		{slices.Concat(old, run[:1]), run[:1]},
	} {
		if have := LatestRun(c.history); !slices.Equal(have, c.want) {
			t.Errorf("of %v: have %v, want %v", c.history, have, c.want)
		}
	}
}
