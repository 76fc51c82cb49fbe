package fsm

import (
	"fmt"
	"slices"
	"strings"
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
}

// actsOnly are effects that touch nothing: they need no record first.
var actsOnly = []Action{DoIgnore, DoAsk, DoArm}

// effects checks one step. What holds: a step that touches the world begins with
// a save; a spawn follows a required save of Starting; a save that tells a
// transition has the next generation and goes on from the state that was saved
// before, and one that tells none (a driver that finds nothing to do) keeps the
// generation; a saved Stopped names no process, any other state names its driver.
func (c *checker) effects(s Supervisor, effects []Effect) {
	c.t.Helper()
	touches := slices.ContainsFunc(effects, func(e Effect) bool { return !slices.Contains(actsOnly, e.Do) })
	if touches && effects[0].Do != DoSave {
		c.t.Errorf("%s acts before it saves: %v", s.State, told(effects))
	}
	var saved Effect
	for i, e := range effects {
		switch e.Do {
		case DoSave:
			saved = e
			c.save(s, e)
		case DoSpawn:
			if saved.Record.State != Starting || !saved.Required {
				c.t.Errorf("spawns without a required save of Starting: %v", told(effects))
			}
		case DoTerm, DoKill:
			if s.Gone {
				c.t.Errorf("signals a tree that is gone: %v", told(effects))
			}
		case DoExit:
			if !s.Done || i != len(effects)-1 || effects[i-1].Do != DoRelease {
				c.t.Errorf("exits before all is done: %v", told(effects))
			}
		}
	}
}

func (c *checker) save(s Supervisor, e Effect) {
	c.t.Helper()
	r, tr := e.Record, e.Transition
	grows := c.last.Generation
	if tr.To != "" {
		grows++
		if tr.From != c.last.State || tr.To != r.State || tr.Event == "" {
			c.t.Errorf("tells %s -%s-> %s, but the record went from %s to %s", tr.From, tr.Event, tr.To, c.last.State, r.State)
		}
	}
	if r.Generation != grows {
		c.t.Errorf("generation %d is saved after %d (%s -%s-> %s)", r.Generation, c.last.Generation, tr.From, tr.Event, tr.To)
	}
	if r.State == Stopped && (r.Temporal != Process{} || r.Supervisor != Process{}) {
		c.t.Errorf("a saved Stopped names processes: %+v %+v", r.Temporal, r.Supervisor)
	}
	if r.State != Stopped && r.Supervisor != s.Self {
		c.t.Errorf("a saved %s names the driver %+v", r.State, r.Supervisor)
	}
	if e.Required != (tr.From != tr.To && (r.State == Locking || r.State == Starting)) {
		c.t.Errorf("save of %s -%s-> %s: required %t", tr.From, tr.Event, tr.To, e.Required)
	}
	c.last = r
}

// told writes effects as a story does.
func told(effects []Effect) []string {
	var lines []string
	for _, e := range effects {
		lines = append(lines, e.told())
	}
	return lines
}

func (e Effect) told() string {
	switch e.Do {
	case DoSave:
		must := ""
		if e.Required {
			must = " (required)"
		}
		tr := e.Transition
		if tr.To == "" {
			return fmt.Sprintf("save%s %s", must, e.Record.State)
		}
		text := fmt.Sprintf("save%s %s -> %s by %s", must, tr.From, tr.To, tr.Event)
		if tr.Cause != "" && tr.Cause != Means(tr.Event) {
			text += ": " + tr.Cause
		}
		return text
	case DoArm:
		return fmt.Sprintf("arm %s in %d ms", e.Event, e.After)
	case DoIgnore:
		return fmt.Sprintf("ignore %s: %s", e.Event, e.Detail)
	case DoTerm, DoKill:
		return fmt.Sprintf("%s pid %d", e.Do, e.Process.PID)
	}
	return string(e.Do)
}

// stage is a supervisor in a story.
type stage struct {
	t *testing.T
	m *Machine
	s Supervisor
	checker
	at Instant
}

const storyWords = "state,desired,hold,pid,created,served,unserved,gen,late,fresh,live,ready,grace,code,signal,after,savefails"

func newStage(t *testing.T) *stage {
	return &stage{t: t, m: NewMachine(), checker: checker{t: t}, at: 1_000_000}
}

func (g *stage) play(l line) []string {
	l.check(g.t, storyWords)
	g.at += Instant(l.number(g.t, "after", 1))
	if l.input == "begin" {
		return g.begin(l)
	}
	return g.perform(l, g.input(l))
}

func (g *stage) begin(l line) []string {
	r := Record{
		State: State(l.word("state", "Stopped")), Desired: Desired(l.word("desired", "running")),
		Generation: uint64(l.number(g.t, "gen", 10)), Settings: Settings{DB: "/db", Policy: DefaultPolicy()},
		Database: Database{Path: "/db", Created: l.has("created"), Served: l.has("served")},
		Restarts: Restarts{Unserved: l.number(g.t, "unserved", 0)},
	}
	e := Evidence{Hold: Hold(l.word("hold", "free")), Holder: "pid 7 (stranger)"}
	if l.has("pid") {
		r.Temporal = process(l.number(g.t, "pid", 0))
		e.Leader = r.Temporal
	}
	g.last = r
	s, first, effects := Begin(r, process(2), e, Input{At: g.at, Tick: g.at - 900_000})
	g.s = s
	g.effects(s, effects)
	if l.has("savefails") && slices.ContainsFunc(effects, requiredSave) {
		// Drive answers the failed save before it goes on with the plan's event.
		lines := append(told(effects), g.failSave(l)...)
		return append(append(lines, fmt.Sprintf("(goes on with %s)", first.Event)), g.perform(l, first)...)
	}
	lines := told(effects)
	if first.Event == "" {
		return append(lines, g.now())
	}
	lines = append(lines, fmt.Sprintf("(goes on with %s)", first.Event))
	return append(lines, g.perform(l, first)...)
}

func requiredSave(e Effect) bool { return e.Do == DoSave && e.Required }

func (g *stage) failSave(l line) []string {
	delete(l.words, "savefails")
	return g.perform(l, g.input(line{input: string(SaveFailed), detail: "no space left on device"}))
}

func (g *stage) input(l line) Input {
	in := Input{
		Event: Event(l.input), At: g.at, Tick: g.at - 900_000, Dice: 500, Seq: g.s.Seq, Run: g.s.Run,
		Process: process(l.number(g.t, "pid", 100)), Detail: l.detail, Fresh: l.has("fresh"),
		Grace:   Millis(l.number(g.t, "grace", 0)),
		Verdict: Verdict{Live: l.has("live") || l.has("ready"), Ready: l.has("ready")},
		Exit:    Exit{Known: l.has("code") || l.has("signal"), Code: l.number(g.t, "code", 0), Signal: l.word("signal", "")},
	}
	if Means(in.Event) == "" && in.Event != Probed && in.Event != ProbeDue {
		g.t.Fatalf("unknown event %q", in.Event)
	}
	if l.has("late") {
		in.Seq, in.Run = in.Seq-1, in.Run-1
	}
	return in
}

// perform steps once and drops what follows a required save that fails, as
// PerformAll does.
func (g *stage) perform(l line, in Input) []string {
	s, effects := g.s.Step(g.m, in)
	g.s = s
	g.effects(s, effects)
	fails := slices.IndexFunc(effects, requiredSave)
	if !l.has("savefails") || fails < 0 {
		return append(told(effects), g.now())
	}
	lines := told(effects[:fails+1])
	for _, dropped := range told(effects[fails+1:]) {
		lines = append(lines, "(dropped) "+dropped)
	}
	return append(lines, g.failSave(l)...)
}

func (g *stage) now() string {
	text := fmt.Sprintf("= %s, wants %s", g.s.State, g.s.Desired)
	if g.s.Failure.Event != "" {
		text += ", failure: " + g.s.Failure.Reason
	}
	if g.s.Done {
		text += ", done"
	}
	return text
}

func TestStories(t *testing.T) {
	tell(t, "stories", func(t *testing.T) func(line) []string { return newStage(t).play })
}

// run plays inputs without telling them.
func run(t *testing.T, inputs ...string) Supervisor {
	t.Helper()
	g := newStage(t)
	for _, input := range inputs {
		g.play(parseLine(input))
	}
	return g.s
}

var toHealthy = []string{"begin desired=running", "lock_acquired fresh", "spawned pid=100", "probed ready"}

func TestExitAndEndOfTheTreeComeInAnyOrder(t *testing.T) {
	a := run(t, append(slices.Clone(toHealthy), "exited code=1 after=20000", "gone after=0")...)
	b := run(t, append(slices.Clone(toHealthy), "gone after=20000", "exited code=1 after=0")...)
	if a != b {
		t.Errorf("exited then gone: %+v\ngone then exited: %+v", a, b)
	}
}

// waysTo leads to each state in which a supervisor can be asked to stop.
var waysTo = map[State][]string{
	Locking:    {"begin"},
	Starting:   {"begin", "lock_acquired"},
	Healthy:    {"begin", "lock_acquired", "spawned", "probed ready"},
	Degraded:   {"begin", "lock_acquired", "spawned", "probed ready", "probed live after=4000", "probed live after=4000"},
	Restarting: {"begin", "lock_acquired", "spawned", "probed ready", "exited code=1"},
	Stopping:   {"begin", "lock_acquired", "spawned", "probed ready", "stop"},
}

func TestStopEndsEveryStateAndNamesNobodyInTheEnd(t *testing.T) {
	for _, state := range States[1:] {
		way := waysTo[state]
		if s := run(t, way...); s.State != state {
			t.Fatalf("the way to %s leads to %s", state, s.State)
		}
		for _, end := range [][]string{{"stop grace=700", "gone"}, {"stop", "grace_elapsed after=10000", "gone"}, {"stop", "exited", "gone"}} {
			s := run(t, append(slices.Clone(way), end...)...)
			if s.State != Stopped || !s.Done || s.Desired != WantStopped || (s.Temporal != Process{}) || (s.Supervisor != Process{}) {
				t.Errorf("%s, then %s: %+v", state, strings.Join(end, ", "), s)
			}
		}
	}
}

func TestDriveDropsWhatFollowsAFailedRequiredSave(t *testing.T) {
	var did []Action
	w := performs(func(e Effect) (Input, bool) {
		did = append(did, e.Do)
		return Input{Event: SaveFailed}, e.Do == DoSave && e.Required
	})
	effects := []Effect{{Do: DoSave}, {Do: DoArm}, {Do: DoSave, Required: true}, {Do: DoQuarantine}, {Do: DoSpawn}}
	answers := PerformAll(w, effects)
	if !slices.Equal(did, []Action{DoSave, DoArm, DoSave}) || len(answers) != 1 || answers[0].Event != SaveFailed {
		t.Errorf("performed %v, answered %v", did, answers)
	}
}

// performs is a World of which only Perform is used.
type performs func(Effect) (Input, bool)

func (p performs) Perform(e Effect) (Input, bool) { return p(e) }
func (p performs) Next() Input                    { panic("nothing to wait for") }
func (p performs) Stamp(in Input) Input           { return in }
func (p performs) Observe(Record) Evidence        { return Evidence{Hold: HoldFree} }

// A start asks anew: what was booked before it, by a driver that is dead, is no
// reason to give up without one attempt.
func TestAStartAfterADeadDriverHasAFreshBudget(t *testing.T) {
	dead := Record{
		State: Restarting, Desired: WantRunning, Generation: 10, Incarnation: 1, Temporal: process(100),
		Settings: Settings{DB: "/db", TemporalBin: "/bin/temporal", Policy: DefaultPolicy()},
		Restarts: Restarts{Total: 3, Unserved: 3}, Failure: Failure{Event: Exited, Reason: "it exited"},
	}
	for _, hold := range []Hold{HoldFree, HoldOurs, HoldRemnant} {
		e := Evidence{Hold: hold, Leader: process(100)}
		wanted, refusal := Command{Verb: VerbStart, Want: dead.Settings}.Prepare(dead, e)
		if refusal.End != "" {
			t.Fatalf("lock %s: refused: %s", hold, refusal.End)
		}
		m := NewMachine()
		s, first, _ := Begin(wanted, process(2), e, Input{At: 1000, Tick: 1000})
		s, _ = s.Step(m, first)
		if s.State == Restarting {
			s, _ = s.Step(m, Input{Event: Gone, Run: s.Run, At: 2000, Tick: 2000})
		}
		if s.Done || s.Desired != WantRunning {
			t.Errorf("lock %s: one start, and it gives up in %s: %s", hold, s.State, s.Failure.Reason)
		}
	}
}
