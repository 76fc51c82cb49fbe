package fsm

import (
	"context"
	"errors"
	"fmt"

	looplab "github.com/looplab/fsm"
)

// ErrIgnored is returned by Machine.Next for a pair that the table does not
// have. Reason says why such a pair is ignored.
var ErrIgnored = errors.New("no row for this event in this state")

// Machine answers one question with looplab/fsm: is this move legal, and where
// does it lead? It has no callbacks on purpose: looplab runs nested events in
// reverse, drops a misspelt callback silently, and for good refuses to move
// after an event whose context was cancelled (its issue 115), so actions are
// data in the table and no cancellable context ever reaches it.
//
// A Machine is not safe for concurrent use.
type Machine struct {
	legal *looplab.FSM
}

// NewMachine builds the looplab machine from Table.
func NewMachine() *Machine {
	events := make(looplab.Events, 0, len(Table))
	for _, row := range Table {
		events = append(events, looplab.EventDesc{
			Name: string(row.On),
			Src:  []string{string(row.From)},
			Dst:  string(row.To),
		})
	}
	return &Machine{legal: looplab.NewFSM(string(Stopped), events, nil)}
}

// Next returns the row that event takes from state. It returns ErrIgnored,
// wrapped with the pair and the reason, where the table has none.
func (m *Machine) Next(state State, event Event) (Row, error) {
	m.legal.SetState(string(state))
	err := m.legal.Event(context.Background(), string(event))
	var stays looplab.NoTransitionError
	if err != nil && !errors.As(err, &stays) {
		return Row{}, fmt.Errorf("%s in %s: %w: %s", event, state, ErrIgnored, Reason(state, event))
	}
	row, ok := Find(state, event)
	if !ok || string(row.To) != m.legal.Current() {
		return Row{}, fmt.Errorf("%s in %s: the looplab machine and the table disagree", event, state)
	}
	return row, nil
}
