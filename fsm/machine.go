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

// edge is what a row says of one pair: where the event leads.
type edge[S, E ~string] struct {
	from S
	on   E
	to   S
}

// machine holds one of the two protocols to its table: looplab/fsm answers whether a move is
// legal, and where it leads. It has no callbacks on purpose: looplab runs nested events in
// reverse, drops a misspelt callback silently, and for good refuses to move
// after an event whose context was cancelled (its issue 115), so actions are
// data in the tables and no cancellable context ever reaches it. It is not safe for concurrent use.
type machine[S, E ~string, R any] struct {
	legal *looplab.FSM
	// find returns the row of a pair and where it leads.
	find   func(S, E) (row R, to S, ok bool)
	reason func(S, E) string
}

// Machine holds a supervisor to Table, CommandMachine a command to CommandTable.
type (
	Machine        = machine[State, Event, Row]
	CommandMachine = machine[Phase, CommandEvent, CommandRow]
)

func newMachine[S, E ~string, R any](first S, edges []edge[S, E], find func(S, E) (R, S, bool), reason func(S, E) string) *machine[S, E, R] {
	events := make(looplab.Events, len(edges))
	for i, e := range edges {
		events[i] = looplab.EventDesc{Name: string(e.on), Src: []string{string(e.from)}, Dst: string(e.to)}
	}
	return &machine[S, E, R]{looplab.NewFSM(string(first), events, nil), find, reason}
}

// NewMachine builds the looplab machine from Table.
func NewMachine() *Machine {
	return newMachine(Stopped, edges(), func(from State, on Event) (Row, State, bool) {
		row, ok := Find(from, on)
		return row, row.To, ok
	}, Reason)
}

// NewCommandMachine builds the looplab machine from CommandTable.
func NewCommandMachine() *CommandMachine {
	return newMachine(StopTrying, commandEdges(), func(from Phase, on CommandEvent) (CommandRow, Phase, bool) {
		row, ok := FindCommandRow(from, on)
		return row, row.To, ok
	}, func(_ Phase, on CommandEvent) string { return CommandReason(on) })
}

// edges are the pairs of Table.
func edges() (all []edge[State, Event]) {
	for _, row := range Table {
		all = append(all, edge[State, Event]{row.From, row.On, row.To})
	}
	return all
}

// commandEdges are the pairs of CommandTable.
func commandEdges() (all []edge[Phase, CommandEvent]) {
	for _, row := range CommandTable {
		for _, from := range row.From {
			all = append(all, edge[Phase, CommandEvent]{from, row.On, row.leads(from)})
		}
	}
	return all
}

// Next returns the row that event takes from a state or phase. It returns ErrIgnored,
// wrapped with the pair and the reason, where the table has none.
func (m *machine[S, E, R]) Next(from S, on E) (R, error) {
	m.legal.SetState(string(from))
	err := m.legal.Event(context.Background(), string(on))
	var stays looplab.NoTransitionError
	var none R
	if err != nil && !errors.As(err, &stays) {
		return none, fmt.Errorf("%s in %s: %w: %s", on, from, ErrIgnored, m.reason(from, on))
	}
	row, to, ok := m.find(from, on)
	if !ok || string(to) != m.legal.Current() {
		return none, fmt.Errorf("%s in %s: the looplab machine and the table disagree", on, from)
	}
	return row, nil
}
