package sim

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/stigmer/local/fsm"
)

// deserted is the world after every command was killed: what is left goes on by
// itself, and nothing fails any more.
func (w *simWorld) deserted(quiet *simRun) *simWorld {
	n := w.clone()
	n.run = quiet
	for _, c := range n.cmds {
		if !c.over {
			n.endProcess(c.uid)
		}
		if c.run && c.opened && !c.over {
			n.caretakers++
		}
	}
	n.cmds = n.cmds[:0]
	n.left, n.looks = simBudget{}, simWatch{}
	return n
}

// simEnds are the worlds from which undisturbed commands end well. The searches
// with one kind of Temporal share them: nothing else of a scenario counts there.
type simEnds struct {
	sync.Mutex
	good simSet
}

func (e *simEnds) has(k simKey) bool {
	e.Lock()
	defer e.Unlock()
	return e.good.has(k)
}

func (e *simEnds) add(keys ...simKey) {
	e.Lock()
	defer e.Unlock()
	for _, k := range keys {
		e.good.add(k)
	}
}

// undisturbed runs one command to its end while nothing else happens than what
// must, and says what is wrong with how it ended. ends remembers the worlds from
// which all is well.
func (w *simWorld) undisturbed(v fsm.Verb, ends *simEnds) (*simWorld, string) {
	begun := w
	n := w.clone()
	n.cmds = append(n.cmds[:0], n.newCommand(v))
	story := ""
	var passed []simKey
	for range 500 {
		if n.cmds[0].over { // before ends is asked: a key does not hold how a command ended
			if wrong := n.wrong(begun, v); wrong != "" {
				return n, fmt.Sprintf("an undisturbed %s: %s%s", v, wrong, story)
			}
			if ends != nil {
				ends.add(passed...)
			}
			return n, ""
		}
		if ends != nil {
			k := n.key() ^ begun.forgiven(n)
			if ends.has(k) {
				ends.add(passed...)
				return n, ""
			}
			passed = append(passed, k)
		}
		m, ok := n.urgent()
		if !ok {
			return n, fmt.Sprintf("an undisturbed %s waits for ever%s", v, story)
		}
		n = n.apply(m)
		n.check()
		if w.run.tell {
			story += "\n        " + n.said
		}
		if n.bad != "" {
			return n, fmt.Sprintf("an undisturbed %s: %s%s", v, n.bad, story)
		}
	}
	return n, fmt.Sprintf("an undisturbed %s does not end in 500 steps%s", v, story)
}

// forgiven separates the worlds from which wrong forgives different ends, and on the way from
// one that is settled, whether its Temporal is still the same.
func (w *simWorld) forgiven(n *simWorld) simKey {
	k := simKey(0)
	if len(w.drivers) > 0 {
		k |= 1 << 62
	}
	if w.db == simHalfDB {
		k |= 1 << 63
	}
	if w.settled() {
		k |= 1 << 61
		if len(n.trees) == 1 && n.trees[0].uid == w.trees[0].uid {
			k |= 1 << 60
		}
	}
	return k
}

// urgent is the next move of an undisturbed run: what can happen at once in a
// fixed order, else the timer that was armed for the shortest time.
func (w *simWorld) urgent() (simMove, bool) {
	var room [32]simMove
	list := w.moves(room[:])
	if len(list) == 0 {
		return simMove{}, false
	}
	return slices.MinFunc(list, func(a, b simMove) int { return w.urgency(a) - w.urgency(b) }), true
}

func (w *simWorld) urgency(m simMove) int {
	switch m.op {
	case opCmdTmr:
		return 1_000 + int(w.cmds[m.who].timers[m.arg].after)
	case opDriverTmr:
		d := w.driverAt(int(m.who))
		return 1_000 + int(d.timers[m.arg].after)
	}
	return strings.IndexByte(simOps, m.op)
}

// wrong says what is not as it should be after an undisturbed command.
func (w *simWorld) wrong(begun *simWorld, v fsm.Verb) string {
	end := w.cmds[0].end
	unproven := w.unproven()
	switch {
	case unproven && (end == fsm.ResultTemporalLockForeign || len(begun.drivers) > 0 && (end == fsm.ResultFailed || v == fsm.VerbStop && end == fsm.ResultStopped)):
		return ""
	case v == fsm.VerbStop:
		return w.wrongStop(end)
	case end == fsm.ResultFailed && w.fell && begun.db == simHalfDB: // it is known no more that the file is half made: it is not touched
		return ""
	case (end == fsm.ResultFailed || end == fsm.ResultStoppedByOther) && len(begun.drivers) > 0:
		// It joined an attempt that was under way, and had spent its budget, or had
		// been asked to stop: the next one begins anew.
		_, bad := w.undisturbed(fsm.VerbStart, nil)
		return bad
	}
	if end == fsm.ResultDatabaseLost && len(w.trees) == 1 && w.trees[0].lost && w.disk.Rec.State == fsm.Degraded {
		return "" // it is left alone, and a command that waits reports why
	}
	return w.wrongStart(begun, end)
}

func (w *simWorld) wrongStop(end fsm.CommandResult) string {
	switch {
	case end != fsm.ResultStopped && end != fsm.ResultNothingRan:
		return fmt.Sprintf("it ends with %q", end)
	case len(w.trees) > 0:
		return "something of Temporal is left"
	case !w.lockFree():
		return "temporal.lock is held"
	case len(w.supervisorLock)+len(w.drivers) > 0:
		return "supervisor.lock is held"
	case w.disk.There && !w.disk.Torn && w.disk.Rec.RestartPending:
		return "the record says that a restart starts it again"
	case w.disk.There && !w.disk.Torn && (w.disk.Rec.State != fsm.Stopped || w.disk.Rec.Desired != fsm.WantStopped):
		return fmt.Sprintf("the record says %s, wanted %s", w.disk.Rec.State, w.disk.Rec.Desired)
	}
	return ""
}

// settled reports whether a Temporal serves, and neither it nor its driver, if it
// has one, has anything else in mind.
func (w *simWorld) settled() bool {
	if len(w.trees) != 1 || w.proof() != fsm.InputProbeOK || w.trees[0].termed || w.trees[0].doomed || w.disk.Torn || w.disk.Rec.State != fsm.Healthy || w.disk.Rec.SetupPending() || w.untied(w.disk.Rec) {
		return false
	}
	return !slices.ContainsFunc(w.drivers, func(d *simDriver) bool {
		return !d.begun || d.s.State != fsm.Healthy || d.s.SetupPending() || len(d.effects)+len(d.pending)+len(d.answers)+len(d.inbox) > 0
	})
}

func (w *simWorld) wrongStart(begun *simWorld, end fsm.CommandResult) string {
	good := []fsm.CommandResult{fsm.ResultStarted, fsm.ResultAlreadyRunning}
	if w.run.conf.Kind == simRefuses {
		good = []fsm.CommandResult{fsm.ResultSetupFailed}
	}
	switch {
	case !slices.Contains(good, end):
		return fmt.Sprintf("it ends with %q", end)
	case len(w.trees) != 1 || w.proof() != fsm.InputProbeOK:
		return "no Temporal serves"
	case w.disk.Rec.State != fsm.Healthy || w.disk.Rec.tmp != w.process(w.trees[0].uid):
		return fmt.Sprintf("the record says %s of pid %d", w.disk.Rec.State, w.disk.Rec.Temporal.PID)
	case len(w.drivers) == 1 && w.drivers[0].old:
		return "a supervisor of an older version is left"
	case begun.settled() && begun.trees[0].uid != w.trees[0].uid:
		return "a Temporal that served was restarted"
	case len(w.drivers) != 1 || !slices.Equal(w.supervisorLock, []uint64{w.drivers[0].uid}):
		return "no process supervises"
	}
	return ""
}
