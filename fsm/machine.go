package fsm

import (
	"context"
	"errors"
	"fmt"

	looplab "github.com/looplab/fsm"
)

// ErrIgnored is returned by Machine.Next and CommandMachine.Next for a pair that
// the table does not have. Reason and CommandReason say why such a pair is ignored.
var ErrIgnored = errors.New("no row for this event in this state")

// legality answers one question with looplab/fsm: is this move legal, and where
// does it lead? It has no callbacks on purpose: looplab runs nested events in
// reverse, drops a misspelt callback silently, and for good refuses to move
// after an event whose context was cancelled (its issue 115), so actions are
// data in the tables and no cancellable context ever reaches it.
type legality struct{ legal *looplab.FSM }

// next moves from a state by an event. It reports false if that is not legal.
func (l legality) next(from, on string) (string, bool) {
	l.legal.SetState(from)
	err := l.legal.Event(context.Background(), on)
	var stays looplab.NoTransitionError
	return l.legal.Current(), err == nil || errors.As(err, &stays)
}

// Machine holds a supervisor to Table. It is not safe for concurrent use.
type Machine struct{ legality }

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
	return &Machine{legality{looplab.NewFSM(string(Stopped), events, nil)}}
}

// Next returns the row that event takes from state. It returns ErrIgnored,
// wrapped with the pair and the reason, where the table has none.
func (m *Machine) Next(state State, event Event) (Row, error) {
	to, legal := m.next(string(state), string(event))
	if !legal {
		return Row{}, fmt.Errorf("%s in %s: %w: %s", event, state, ErrIgnored, Reason(state, event))
	}
	row, ok := Find(state, event)
	if !ok || string(row.To) != to {
		return Row{}, fmt.Errorf("%s in %s: the looplab machine and the table disagree", event, state)
	}
	return row, nil
}

// CommandMachine holds a command to CommandTable. It is not safe for concurrent use.
type CommandMachine struct{ legality }

// NewCommandMachine builds the looplab machine from CommandTable.
func NewCommandMachine() *CommandMachine {
	var events looplab.Events
	for _, row := range CommandTable {
		for _, from := range row.From {
			to := row.To
			if to == "" {
				to = from
			}
			events = append(events, looplab.EventDesc{Name: string(row.On), Src: []string{string(from)}, Dst: string(to)})
		}
	}
	return &CommandMachine{legality{looplab.NewFSM(string(StopTrying), events, nil)}}
}

// Next returns the row that event takes from phase. It returns ErrIgnored, wrapped
// with the pair and the reason, where the table has none.
func (m *CommandMachine) Next(phase Phase, event CommandEvent) (CommandRow, error) {
	to, legal := m.next(string(phase), string(event))
	if !legal {
		return CommandRow{}, fmt.Errorf("%s in %s: %w: %s", event, phase, ErrIgnored, CommandReason(event))
	}
	row, ok := FindCommandRow(phase, event)
	if !ok || string(row.To) != to {
		return CommandRow{}, fmt.Errorf("%s in %s: the looplab machine and the command table disagree", event, phase)
	}
	return row, nil
}
