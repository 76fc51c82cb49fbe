package sim

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/stigmer/local/fsm"
)

// mirror looks for a way of the simulated world that writes the history of the real one: in
// each process the same lines in the same order, and each move of the trace after what was
// reported before it. Which of several processes is faster is left to the search.
type mirror struct {
	d      *director
	lines  map[string][]string // of each process
	total  int
	ended  map[string]bool  // by the trace: what these have done last is not reported
	limits []map[string]int // how many of them came before each move of the trace
	seen   map[string]bool

	node  *mirrorNode // the one that is being made, for hear
	heard []historyLine

	waits    bool // a process may write more than it has reported so far
	follows  bool // to the end, where left are alive
	left     string
	furthest int
	instead  map[string]bool // what else is possible there
}

// mirrorNode is a world on the way.
type mirrorNode struct {
	w     *simWorld
	names map[uint64]string
	at    map[string]int // how many lines each process has written
	done  int            // how many there are in all
	moves int            // how many moves of the trace were made
	// broken says that Temporal's program is gone.
	broken bool
}

// follow has the simulated world play a director's trace.
func follow(d *director) *mirror {
	m := &mirror{d: d, lines: map[string][]string{}, seen: map[string]bool{}, furthest: -1, ended: map[string]bool{}}
	for _, move := range d.moves {
		if verb, name, _ := strings.Cut(move.text, " "); verb == "kill" || verb == "suspend" {
			m.ended[name] = true
		}
	}
	for i := 0; i <= len(d.history); i++ {
		for len(m.limits) < len(d.moves) && d.moves[len(m.limits)].before == i {
			limits := map[string]int{}
			for name, lines := range m.lines {
				limits[name] = len(lines)
			}
			m.limits = append(m.limits, limits)
		}
		if i < len(d.history) {
			h := d.history[i]
			if text := d.resolved(h.text); !repeats(m.lines[h.name], text) {
				m.lines[h.name] = append(m.lines[h.name], text)
				m.total++
			}
		}
	}
	run := &simRun{conf: simConf{Kind: d.kind}, cache: newSimCache(false), hear: m.hear}
	stack := []*mirrorNode{{w: simFirst(run), names: map[uint64]string{}, at: map[string]int{}}}
	for len(stack) > 0 {
		n := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		m.waits = false
		next := m.next(n)
		if n.done == m.total && n.moves == len(d.moves) && len(next) == 0 && !m.waits {
			m.follows, m.left = true, n.alive()
			if m.left == d.alive() {
				return m
			}
		}
		slices.SortStableFunc(next, func(a, b *mirrorNode) int { return a.done - b.done })
		stack = append(stack, next...)
	}
	return m
}

// problem says where the mirror and the real world part.
func (m *mirror) problem() string {
	if m.follows {
		return fmt.Sprintf("the mirror leaves [%s], and [%s] are left", m.left, m.d.alive())
	}
	return fmt.Sprintf("the mirror follows the real world for %d of %d lines. There it goes on with:\n%s", m.furthest, m.total,
		strings.Join(slices.Sorted(maps.Keys(m.instead)), "\n"))
}

// next lists the worlds to which a node may go on.
func (m *mirror) next(n *mirrorNode) []*mirrorNode {
	if n.done > m.furthest {
		m.furthest, m.instead = n.done, map[string]bool{}
		for name, lines := range m.lines {
			if at := n.at[name]; at < len(lines) {
				m.instead["(the real world goes on with) "+name+" "+lines[at]] = true
			}
		}
	}
	var list []*mirrorNode
	try := func(move string, apply func(n *mirrorNode) *simWorld) {
		if next := m.try(n, move, apply); next != nil {
			list = append(list, next)
		}
	}
	if n.moves < len(m.d.moves) && n.reached(m.limits[n.moves]) {
		text := m.d.moves[n.moves].text
		try(text, func(n *mirrorNode) *simWorld { n.moves++; return n.outside(text) })
	}
	for _, move := range n.w.moves(nil) {
		if own := move.op == opDriverTmr && move.who >= inCommand; own || strings.IndexByte(simOps, move.op) >= 0 {
			try(move.String(), func(n *mirrorNode) *simWorld { return n.w.apply(n.faulty(move)) })
		}
	}
	return list
}

// faulty is a driver's move that fails, if it spawns a program that is not there.
func (n *mirrorNode) faulty(m simMove) simMove {
	if m.op == opDriver && n.broken {
		d := n.w.driverAt(int(m.who))
		i := slices.IndexFunc(d.effects, n.w.visible)
		if i >= 0 && d.effects[i].do == fsm.DoSpawn {
			m.op = opFullDrv
		}
	}
	return m
}

// unnamed is the driver in what a command sees: one in the middle of execve(2), or whose descriptors change while they
// are read, has no name.
var unnamed = regexp.MustCompile(`, driver [^,]+,`)

// withoutDriver is what a command sees while the driver has no name.
func withoutDriver(line string) string { return unnamed.ReplaceAllString(line, ", driver none,") }

// repeats reports whether a line is of a second look at the same, whether the driver had a name in both or not.
func repeats(lines []string, line string) bool {
	if len(lines) == 0 || !strings.HasPrefix(line, "sees busy") {
		return false
	}
	last := lines[len(lines)-1]
	return last == line || last == withoutDriver(line) || withoutDriver(last) == line
}

// reached reports whether each process has written so many lines.
func (n *mirrorNode) reached(limits map[string]int) bool {
	for name, limit := range limits {
		if n.at[name] < limit {
			return false
		}
	}
	return true
}

// try makes a move; it returns nil for a world that is known, or writes another history.
func (m *mirror) try(from *mirrorNode, move string, apply func(*mirrorNode) *simWorld) *mirrorNode {
	n := &mirrorNode{w: from.w, names: maps.Clone(from.names), at: maps.Clone(from.at), done: from.done, moves: from.moves, broken: from.broken}
	m.node, m.heard = n, nil
	w := apply(n)
	if w == nil {
		return nil
	}
	n.w = w
	n.christen(w)
	w.check()
	if w.bad != "" {
		m.note(from, move+": a rule is broken: "+w.bad)
		return nil
	}
	for _, h := range m.heard {
		lines, at := m.lines[h.name], n.at[h.name]
		if repeats(lines[:at], h.text) {
			continue
		}
		if at >= len(lines) || lines[at] != h.text && lines[at] != withoutDriver(h.text) {
			if at >= len(lines) && m.ended[h.name] {
				continue
			}
			m.waits = m.waits || at >= len(lines)
			m.note(from, move+": "+h.name+" "+h.text)
			return nil
		}
		n.at[h.name]++
		n.done++
	}
	key := fmt.Sprint(w.key(), n.at, n.moves)
	if m.seen[key] {
		return nil
	}
	m.seen[key] = true
	return n
}

func (m *mirror) note(from *mirrorNode, text string) {
	if from.done == m.furthest {
		m.instead[text] = true
	}
}

// hear takes a line of a process that is being simulated.
func (m *mirror) hear(w *simWorld, uid uint64, line func(naming) string) {
	m.node.christen(w)
	text := line(m.node.name)
	m.heard = append(m.heard, historyLine{m.node.names[uid], text})
}

// christen names what is new in a world.
func (n *mirrorNode) christen(w *simWorld) {
	add := func(uid uint64, kind string) {
		if n.names[uid] != "" {
			return
		}
		number := 1
		for _, name := range n.names {
			if strings.HasPrefix(name, kind+" ") {
				number++
			}
		}
		n.names[uid] = fmt.Sprintf("%s %d", kind, number)
	}
	for _, c := range w.cmds {
		add(c.uid, c.name())
	}
	for _, d := range w.drivers {
		add(d.uid, "supervisor")
	}
	for _, t := range w.trees {
		add(t.uid, "Temporal")
	}
	for _, s := range w.foreignProcs {
		add(s.proc.uid, map[bool]string{true: "foreign", false: "bystander"}[s.locks])
	}
}

func (n *mirrorNode) name(p fsm.Process) string {
	if p.PID == 0 {
		return "none"
	}
	name := n.names[p.StartTicks]
	switch uid := int(p.StartTicks); p.PID {
	case 100 + uid + 10_000:
		name += "'s member"
	case 100 + uid + 20_000:
		name += "'s escaped"
	}
	return name
}

func (n *mirrorNode) uid(name string) uint64 {
	for uid, have := range n.names {
		if have == name {
			return uid
		}
	}
	return 0
}

// alive names the processes that are left.
func (n *mirrorNode) alive() string {
	var names []string
	for _, c := range n.w.cmds {
		if !c.over {
			names = append(names, n.names[c.uid])
		}
	}
	for _, d := range n.w.drivers {
		names = append(names, n.names[d.uid])
	}
	for _, m := range n.w.members() {
		if m.proc != simOnlooker.proc {
			names = append(names, n.name(m.proc.full()))
		}
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}
