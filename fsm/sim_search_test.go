package fsm

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// simSearch explores one scenario, breadth first: the first violation has the
// shortest trace.
type simSearch struct {
	run    *simRun
	quiet  *simRun // the same for undisturbed runs
	ends   map[simKey]bool
	nodes  []simNode
	known  map[simKey]bool
	limit  int
	states int
	runs   int
	cut    bool
}

type simNode struct {
	parent int32
	move   simMove
}

// simStory is a broken rule and the way to it.
type simStory struct {
	conf  simConf
	rule  string
	moves []simMove
	then  Verb // an undisturbed command after the last move
}

func newSearch(conf simConf, limit int) *simSearch {
	m := NewMachine()
	return &simSearch{
		run:   &simRun{conf: conf, m: m},
		quiet: &simRun{conf: conf, m: m, fair: true},
		ends:  map[simKey]bool{}, known: map[simKey]bool{}, limit: limit,
	}
}

// simFirst is the world before the first command.
func simFirst(run *simRun) *simWorld {
	w := &simWorld{run: run, left: run.conf.Budget}
	if run.conf.Running {
		before := *w
		before.left = simBudget{}
		before.run = &simRun{conf: run.conf, m: run.m, fair: true}
		after, _ := before.undisturbed(VerbStart, nil)
		after.cmds, after.run, after.left, after.bad = nil, run, w.left, ""
		w = after
	}
	for _, v := range run.conf.Verbs {
		w.cmds = append(w.cmds, w.newCommand(v))
	}
	return w
}

func (w *simWorld) newCommand(v Verb) *simCmd {
	return &simCmd{uid: w.newProcess(), c: Command{Verb: v, Want: simSettings, Patience: 60_000, Grace: 10_000, Cause: "simulated"}}
}

// explore returns the first broken rule, nil for none.
func (s *simSearch) explore() *simStory {
	first := simFirst(s.run)
	level := []*simWorld{first}
	s.nodes = []simNode{{-1, simMove{}}}
	s.known[first.key()] = true
	from := 0
	for len(level) > 0 {
		var next []*simWorld
		at := from
		from = len(s.nodes)
		for i, w := range level {
			if story := s.visit(w, at+i); story != nil {
				return story
			}
			for _, m := range w.moves() {
				n := w.apply(m)
				if n.bad != "" {
					return s.story(at+i, n.bad, "", m)
				}
				k := n.key()
				if s.known[k] {
					continue
				}
				if len(s.known) >= s.limit {
					s.cut = true
					continue
				}
				s.known[k] = true
				s.nodes = append(s.nodes, simNode{int32(at + i), m})
				next = append(next, n)
			}
			level[i] = nil
		}
		level = next
	}
	return nil
}

// visit checks what must follow from one state.
func (s *simSearch) visit(w *simWorld, at int) *simStory {
	s.states++
	if len(w.moves()) == 0 {
		for i, c := range w.cmds {
			if c.opened && !c.over {
				return s.story(at, fmt.Sprintf("nothing can happen any more, and %s#%d waits for ever", c.c.Verb, i+1), "")
			}
		}
	}
	for _, v := range []Verb{VerbStart, VerbStop} {
		before := w.deserted(s.quiet)
		s.runs++
		if _, bad := before.undisturbed(v, s.ends); bad != "" {
			return s.story(at, bad, v)
		}
	}
	return nil
}

func (s *simSearch) story(at int, rule string, then Verb, more ...simMove) *simStory {
	moves := more
	for at > 0 {
		moves = append([]simMove{s.nodes[at].move}, moves...)
		at = int(s.nodes[at].parent)
	}
	return &simStory{s.run.conf, rule, moves, then}
}

// walk takes one random way of at most steps moves.
func (s *simSearch) walk(dice *rand.Rand, steps int) *simStory {
	w := simFirst(s.run)
	var moves []simMove
	for range steps {
		list := w.moves()
		if len(list) == 0 {
			return nil
		}
		if dice.IntN(20) > 0 { // faults are rare, or they come all at the start
			usual := slices.DeleteFunc(slices.Clone(list), func(m simMove) bool { return strings.IndexByte(simOps+"et", m.op) < 0 })
			if len(usual) > 0 {
				list = usual
			}
		}
		m := list[dice.IntN(len(list))]
		moves = append(moves, m)
		w = w.apply(m)
		if w.bad != "" {
			return &simStory{s.run.conf, w.bad, slices.Clone(moves), ""}
		}
		k := w.key()
		if s.known[k] {
			continue
		}
		s.known[k] = true
		s.states++
		for _, v := range []Verb{VerbStart, VerbStop} {
			s.runs++
			if _, bad := w.deserted(s.quiet).undisturbed(v, s.ends); bad != "" {
				return &simStory{s.run.conf, bad, slices.Clone(moves), v}
			}
		}
	}
	return nil
}
