package fsm

import (
	"slices"
	"testing"
)

func process(pid int) Process {
	return Process{PID: pid, PGID: pid, StartTicks: uint64(pid) * 10, Boot: "boot"}
}

// checker holds what a supervisor does against the rules that hold in each step.
type checker struct {
	t *testing.T
	// last is the record that was saved last.
	last Record
	// awaited says that no Healthy was saved since the driver at hand saved a start or
	// an adoption.
	awaited bool
}

// actsOnly are effects that touch nothing: they need no record first.
var actsOnly = []Action{DoIgnore, DoProbe, DoArm}

// effects checks one step. What holds: a step that touches the world begins with a save; a spawn
// follows a required save of Starting; a save of a transition has the next generation and goes
// on from the state that was saved before, and one without a transition (a driver that finds
// nothing to do) keeps the generation; a saved Stopped names no process, any other state names
// its driver.
func (c *checker) effects(s Supervisor, effects []Effect) {
	c.t.Helper()
	if s.Done && s.State != Stopped {
		// LockLost: Temporal and the record are another driver's by now.
		if len(effects) != 1 || effects[0].Do != DoExit {
			c.t.Errorf("a deposed supervisor still does %v", effectLines(effects))
		}
		return
	}
	touches := slices.ContainsFunc(effects, func(e Effect) bool { return !slices.Contains(actsOnly, e.Do) })
	first := slices.IndexFunc(effects, func(e Effect) bool { return e.Do != DoNote })
	if touches && effects[first].Do != DoSave && effects[first].Do != DoLock {
		c.t.Errorf("%s acts before it saves: %v", s.State, effectLines(effects))
	}
	var saved Effect
	for i, e := range effects {
		switch e.Do {
		case DoNote:
			c.save(s, e)
			if i+1 == len(effects) || !slices.Contains([]Action{DoNote, DoSave, DoLock}, effects[i+1].Do) {
				c.t.Errorf("notes what no save writes: %v", effectLines(effects))
			}
		case DoSave:
			saved = e
			c.save(s, e)
		case DoSpawn:
			if saved.Record.State != Starting || !saved.Required {
				c.t.Errorf("spawns without a required save of Starting: %v", effectLines(effects))
			}
		case DoTerm, DoKill:
			if s.Gone {
				c.t.Errorf("signals a tree that is gone: %v", effectLines(effects))
			}
		case DoExit:
			if !s.Done || i != len(effects)-1 || effects[i-1].Do != DoRelease {
				c.t.Errorf("exits before all is done: %v", effectLines(effects))
			}
		}
	}
}

func (c *checker) save(s Supervisor, e Effect) {
	c.t.Helper()
	r, tr := e.Record, e.Transition
	if tr.From != "" {
		if tr.From != c.last.State || tr.To != r.State || tr.Event == "" {
			c.t.Errorf("saves %s -%s-> %s, but the record went from %s to %s", tr.From, tr.Event, tr.To, c.last.State, r.State)
		}
	}
	if r.Generation != c.last.Generation+1 {
		c.t.Errorf("generation %d is saved after %d (%s -%s-> %s)", r.Generation, c.last.Generation, tr.From, tr.Event, tr.To)
	}
	if r.State == Stopped && (r.Temporal != Process{} || r.Supervisor != Process{}) {
		c.t.Errorf("a saved Stopped names processes: %+v %+v", r.Temporal, r.Supervisor)
	}
	if r.State != Stopped && r.Supervisor != s.Self {
		c.t.Errorf("a saved %s names the driver %+v", r.State, r.Supervisor)
	}
	c.awaited = c.awaited || tr.Event == Start || tr.Event == OrphanFound
	creates := tr.Event == LockAcquired ||
		tr.Event == ProbePassed && tr.From == Starting && !r.Adopted && c.awaited
	if e.Required != creates {
		c.t.Errorf("save of %s -%s-> %s: required %t", tr.From, tr.Event, tr.To, e.Required)
	}
	c.awaited = c.awaited && tr.Event != ProbePassed
	c.last = r
}

// effectLines writes effects as a story does.
func effectLines(effects []Effect) []string {
	var lines []string
	for _, e := range effects {
		lines = append(lines, e.String())
	}
	return lines
}
