package sim

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/stigmer/local/fsm"
)

// simSearch explores one scenario, breadth first: the first violation has the
// shortest trace.
type simSearch struct {
	run    *simRun
	quiet  *simRun // the same for undisturbed runs
	ends   *simEnds
	fine   simSet // deserted worlds from which both commands end well
	nodes  []simNode
	known  simSet
	limit  int
	states int
	steps  int // moves tried
	runs   int // undisturbed commands
	cut    bool
	room   []simMove
	twins  func(simKey, *simWorld) // is shown each world that is reached, if set
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
	then  fsm.Verb // an undisturbed command after the last move
}

func newSearch(conf simConf, limit int, ends *simEnds) *simSearch {
	cache := newSimCache(false)
	return &simSearch{
		run:   &simRun{conf: conf, cache: cache},
		quiet: &simRun{conf: simConf{Kind: conf.Kind}, cache: cache, fair: true},
		ends:  ends, limit: limit,
	}
}

// simFirst is the world before the first command.
func simFirst(run *simRun) *simWorld {
	w := &simWorld{run: run, left: run.conf.Budget, disk: simDisk{Rec: simNoRec, Last: simNoRec}, clock: simClock{tick: simNow, wall: simNow, real: simNow}}
	if run.conf.Running {
		before := w.clone()
		before.left = simBudget{}
		before.run = &simRun{conf: run.conf, cache: run.cache, fair: true}
		after, bad := before.undisturbed(fsm.VerbStart, nil)
		after.cmds, after.run, after.left, after.bad = nil, run, w.left, bad
		w = after
	}
	for _, v := range run.conf.Verbs {
		w.cmds = append(w.cmds, w.newCommand(v))
	}
	if run.conf.Old {
		for i := range w.drivers {
			w.driver(i).old = true
		}
		w.cmds[len(w.cmds)-1].old = true
	}
	return w
}

func (w *simWorld) newCommand(v fsm.Verb) *simCmd {
	run := v == verbRun
	if run {
		v = fsm.VerbStart
	}
	verb, now := strings.CutSuffix(string(v), "-now")
	c := fsm.Command{Verb: fsm.Verb(verb), Now: now, Want: w.run.conf.Kind.settings(), Patience: 60_000, Grace: 10_000, Cause: "simulated"}
	return &simCmd{simTying: simTying{run: run}, uid: w.newProcess(), c: w.run.cache.verb(c), last: simNoRec}
}

// explore returns the first broken rule, nil for none.
func (s *simSearch) explore() *simStory {
	first := simFirst(s.run)
	if first.bad != "" {
		return s.story(0, first.bad, "")
	}
	level := []*simWorld{first}
	s.nodes = []simNode{{-1, simMove{}}}
	s.known.add(first.key())
	from := 0
	for len(level) > 0 {
		var next []*simWorld
		at := from
		from = len(s.nodes)
		for i, w := range level {
			s.room = w.moves(s.room)
			if story := s.visit(w, at+i, s.room); story != nil {
				return story
			}
			for _, m := range s.room {
				n, story := s.try(w, at+i, m)
				if story != nil {
					return story
				}
				if n != nil {
					s.nodes = append(s.nodes, simNode{int32(at + i), m})
					next = append(next, n)
				}
			}
			level[i] = nil
		}
		level = next
	}
	return nil
}

// try makes a move. It returns nil for a world that is known.
func (s *simSearch) try(w *simWorld, at int, m simMove) (*simWorld, *simStory) {
	s.steps++
	n := w.apply(m)
	if n.bad != "" {
		return nil, s.story(at, n.bad, "", m)
	}
	k := n.key()
	if s.twins != nil {
		s.twins(k, n)
	}
	if s.known.n >= s.limit {
		s.cut = s.cut || !s.known.has(k)
		return nil, nil
	}
	if !s.known.add(k) {
		s.run.cache.spare = n
		return nil, nil
	}
	if n.check(); n.bad != "" {
		return nil, s.story(at, n.bad, "", m)
	}
	return n, nil
}

// visit checks what must follow from one state.
func (s *simSearch) visit(w *simWorld, at int, moves []simMove) *simStory {
	s.states++
	if !slices.ContainsFunc(moves, func(m simMove) bool { return m.op != opEndRun }) {
		for i, c := range w.cmds {
			if c.opened && !c.over && !c.rests() {
				return s.story(at, fmt.Sprintf("nothing can happen any more, and %s#%d waits for ever", c.name(), i+1), "")
			}
		}
	}
	if v, bad := s.endings(w); bad != "" {
		return s.story(at, bad, v)
	}
	return nil
}

// endings runs a start and a stop after every command was killed.
func (s *simSearch) endings(w *simWorld) (fsm.Verb, string) {
	s.runs += 2
	before := w.deserted(s.quiet)
	k := before.key()
	if s.fine.has(k) {
		s.run.cache.spare = before
		return "", ""
	}
	if slices.Contains(s.run.conf.Verbs, verbRun) {
		if bad := before.leaves(s.run.conf); bad != "" {
			return thenNothing, bad
		}
	}
	for _, v := range []fsm.Verb{fsm.VerbStart, fsm.VerbStop} {
		if _, bad := before.undisturbed(v, s.ends); bad != "" {
			return v, bad
		}
	}
	s.fine.add(k)
	return "", ""
}

func (s *simSearch) story(at int, rule string, then fsm.Verb, more ...simMove) *simStory {
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
		list := w.moves(nil)
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
		w.check()
		if w.bad != "" {
			return &simStory{s.run.conf, w.bad, slices.Clone(moves), ""}
		}
		if !s.known.add(w.key()) {
			continue
		}
		s.states++
		if v, bad := s.endings(w); bad != "" {
			return &simStory{s.run.conf, bad, slices.Clone(moves), v}
		}
	}
	return nil
}
