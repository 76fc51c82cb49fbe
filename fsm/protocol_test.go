package fsm

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// protocol is one of the two tables with all that it may have: what holds for both is tested on both.
type protocol[S, E ~string, R any] struct {
	*machine[S, E, R]
	states []S
	events []E
	edges  []edge[S, E]
	// golden is the matrix, place what it calls a state, and columns how wide its columns are.
	golden, place string
	columns       [2]int
	// nonsense are pairs that no table has, and known is one that this table has.
	nonsense []edge[S, E]
	known    edge[S, E]
}

func supervisorProtocol() protocol[State, Event, Row] {
	p := protocol[State, Event, Row]{
		machine: NewMachine(), states: States, edges: edges(), golden: "testdata/matrix.golden", place: "state", columns: [2]int{18, 11},
		known:    edge[State, Event]{Stopped, Start, Locking},
		nonsense: []edge[State, Event]{{"", Start, ""}, {"Bogus", Stop, ""}, {Stopped, "", ""}, {Healthy, "bogus", ""}, {Healthy, Probed, ""}, {Healthy, ProbeDue, ""}},
	}
	for _, info := range Events {
		p.events = append(p.events, info.Event)
	}
	return p
}

func commandProtocol() protocol[Phase, CommandEvent, CommandRow] {
	p := protocol[Phase, CommandEvent, CommandRow]{
		machine: NewCommandMachine(), states: Phases, edges: commandEdges(), golden: "testdata/command_matrix.golden", place: "phase of a command", columns: [2]int{25, 17},
		known:    edge[Phase, CommandEvent]{StartTrying, LockWon, StartHandedOver},
		nonsense: []edge[Phase, CommandEvent]{{"", LockWon, ""}, {"Bogus", LockWon, ""}, {StartTrying, "", ""}, {StartTrying, "bogus", ""}, {CommandDone, LockWon, ""}},
	}
	for _, info := range CommandEvents {
		p.events = append(p.events, info.Event)
	}
	return p
}

// onBoth runs a test on both protocols.
func onBoth(t *testing.T, supervisor func(*testing.T, protocol[State, Event, Row]), command func(*testing.T, protocol[Phase, CommandEvent, CommandRow])) {
	t.Run("supervisor", func(t *testing.T) { supervisor(t, supervisorProtocol()) })
	t.Run("command", func(t *testing.T) { command(t, commandProtocol()) })
}

func TestMachineAgreesWithTheTableOnEveryPair(t *testing.T) {
	onBoth(t, testAgrees[State, Event, Row], testAgrees[Phase, CommandEvent, CommandRow])
}

func testAgrees[S, E ~string, R any](t *testing.T, p protocol[S, E, R]) {
	for _, from := range p.states {
		for _, on := range p.events {
			_, err := p.Next(from, on)
			_, to, ok := p.find(from, on)
			i := slices.IndexFunc(p.edges, func(e edge[S, E]) bool { return e.from == from && e.on == on })
			why := p.reason(from, on)
			switch {
			case ok != (i >= 0) || ok && to != p.edges[i].to:
				t.Errorf("%s in %s: a row is found: %t, and leads to %s", on, from, ok, to)
			case ok && err != nil:
				t.Errorf("%s in %s: %v; the table leads to %s", on, from, err, to)
			case !ok && (!errors.Is(err, ErrIgnored) || why == "" || !strings.Contains(err.Error(), why)):
				t.Errorf("%s in %s: %v does not say why it is ignored: %q", on, from, err, why)
			}
		}
	}
	for _, pair := range p.nonsense {
		if row, err := p.Next(pair.from, pair.on); !errors.Is(err, ErrIgnored) {
			t.Errorf("%q in %q: %+v, %v", pair.on, pair.from, row, err)
		}
	}
	if _, err := p.Next(p.known.from, p.known.on); err != nil {
		t.Errorf("after refusals the machine is stuck: %v", err)
	}
}

// looplab keeps the last of two rows for a pair and drops what it cannot place,
// both in silence, so it is asked pair by pair.
func TestLooplabHoldsTheTableAndNothingElse(t *testing.T) {
	onBoth(t, testLooplab[State, Event, Row], testLooplab[Phase, CommandEvent, CommandRow])
}

func testLooplab[S, E ~string, R any](t *testing.T, p protocol[S, E, R]) {
	for _, from := range p.states {
		p.legal.SetState(string(from))
		var rows []string
		for _, e := range p.edges {
			if e.from == from {
				rows = append(rows, string(e.on))
			}
		}
		offered := p.legal.AvailableTransitions()
		slices.Sort(rows)
		slices.Sort(offered)
		if !slices.Equal(rows, offered) {
			t.Errorf("%s: looplab offers %v, the table has %v", from, offered, rows)
		}
	}
}

// A pair has one row, of states and events that exist; and each event has a row and one description.
func TestTableIsWellFormed(t *testing.T) {
	onBoth(t, testWellFormed[State, Event, Row], testWellFormed[Phase, CommandEvent, CommandRow])
	for _, info := range Events {
		if info.Means == "" || info.Otherwise == "" || info.Means != Means(info.Event) || !slices.Contains([]Kind{Request, Result, Observation, Timer}, info.Kind) {
			t.Errorf("not described: %+v", info)
		}
	}
	for _, info := range CommandEvents {
		if info.Means == "" || info.Otherwise == "" {
			t.Errorf("not described: %+v", info)
		}
	}
	for _, row := range Table {
		if row.Why == "" {
			t.Errorf("%s in %s: no reason", row.On, row.From)
		}
	}
}

func testWellFormed[S, E ~string, R any](t *testing.T, p protocol[S, E, R]) {
	seen, used := map[string]bool{}, map[E]bool{}
	for _, e := range p.edges {
		pair := fmt.Sprintf("%s in %s", e.on, e.from)
		if seen[pair] || !slices.Contains(p.states, e.from) || !slices.Contains(p.states, e.to) || !slices.Contains(p.events, e.on) {
			t.Errorf("%s: two rows, or something that does not exist: %+v", pair, e)
		}
		seen[pair], used[e.on] = true, true
	}
	described := map[E]bool{}
	for _, on := range p.events {
		if described[on] || !used[on] {
			t.Errorf("%s is described twice, or no row has it", on)
		}
		described[on] = true
	}
}

func (p protocol[S, E, R]) reaches(from, to S) bool {
	seen, next := map[S]bool{from: true}, []S{from}
	for len(next) > 0 {
		state := next[0]
		next = next[1:]
		for _, e := range p.edges {
			if e.from == state && !seen[e.to] {
				seen[e.to] = true
				next = append(next, e.to)
			}
		}
	}
	return seen[to]
}

func TestEveryStateIsReachedAndLeftForStopped(t *testing.T) {
	for _, state := range States {
		if p := supervisorProtocol(); !p.reaches(Stopped, state) || !p.reaches(state, Stopped) {
			t.Errorf("%s cannot be reached from Stopped, or not left for it", state)
		}
	}
}

// What a row does when it looks again depends on the input: it must have a row there.
func TestEveryPhaseIsReachedAndLeftForDone(t *testing.T) {
	p := commandProtocol()
	for _, phase := range Phases {
		switch {
		case !p.reaches(StopTrying, phase):
			t.Errorf("%s cannot be reached by a restart", phase)
		case strings.HasPrefix(string(phase), "Start") && !p.reaches(StartTrying, phase):
			t.Errorf("%s cannot be reached by a start", phase)
		case !p.reaches(phase, CommandDone):
			t.Errorf("a command in %s cannot end", phase)
		}
	}
}

// The matrix shows at a glance which pair a change of the table touched. Commit
// a change of it only if you understand what caused it.
func TestMatrix(t *testing.T) {
	onBoth(t, testMatrix[State, Event, Row], testMatrix[Phase, CommandEvent, CommandRow])
}

func testMatrix[S, E ~string, R any](t *testing.T, p protocol[S, E, R]) {
	first, other := p.columns[0], p.columns[1]
	var out strings.Builder
	fmt.Fprintf(&out, "# Where each event leads from each %s; - is ignored. Written by go test ./fsm -update:\n", p.place)
	fmt.Fprintf(&out, "# commit a change only if you understand what caused it.\n%-*s", first, "")
	for _, state := range p.states {
		fmt.Fprintf(&out, "%-*s", other, state)
	}
	for _, on := range p.events {
		fmt.Fprintf(&out, "\n%-*s", first, on)
		for _, from := range p.states {
			to := "-"
			if _, next, ok := p.find(from, on); ok {
				to = string(next)
			}
			fmt.Fprintf(&out, "%-*s", other, to)
		}
	}
	lines := strings.Split(out.String(), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	golden(t, p.golden, strings.Join(lines, "\n")+"\n")
}
