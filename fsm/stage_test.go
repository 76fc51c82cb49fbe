package fsm

import (
	"fmt"
	"slices"
	"testing"
)

// counted are the inputs that no row of the table has.
var counted = []Event{Probed, ProbeDue, LockLost}

// stage is a supervisor in a story.
type stage struct {
	t *testing.T
	m *Machine
	s Supervisor
	checker
	at Instant
}

const storyWords = "now,setup,file,changes,state,desired,hold,pid,created,served,unserved,gen,late,fresh,live,ready,waits,tardy,took,delayed,lost,grace,again,code,signal,version,after,savefails"

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
		Database:    Database{Path: "/db", Created: l.has("created"), Served: l.has("served"), Version: l.word("version", "")},
		Restarts:    Restarts{Unserved: l.number(g.t, "unserved", 0)},
		RecordedRun: RecordedRun{Served: l.has("served")},
	}
	e := Evidence{Owner: LockOwner(l.word("hold", "free")), Holder: "pid 7 (foreign)"}
	if l.has("pid") {
		r.Temporal = process(l.number(g.t, "pid", 0))
		e.Leader = r.Temporal
	}
	if l.has("setup") {
		r.Settings.SearchAttributes = "A=Keyword"
	}
	g.checker = checker{t: g.t, last: r}
	asked := Input{Stamp: Stamp{At: g.at, Tick: g.at - 900_000}, Detail: l.detail}
	if l.has("now") {
		asked.Event = StopNow
	}
	s, first := Begin(r, process(2), e, asked)
	g.s = s
	return append([]string{fmt.Sprintf("(goes on with %s)", first.Event)}, g.perform(l, first)...)
}

func requiredSave(e Effect) bool { return e.Do == DoSave && e.Required }

func (g *stage) failSave(l line) []string {
	delete(l.words, "savefails")
	return g.perform(l, g.input(line{input: string(SaveFailed), detail: "no space left on device"}))
}

func (g *stage) input(l line) Input {
	in := Input{
		Event: Event(l.input), Stamp: Stamp{At: g.at, Tick: g.at - 900_000, Dice: 500}, Seq: g.s.Seq, Run: g.s.Run,
		Process: process(l.number(g.t, "pid", 100)), Detail: l.detail, BeforeSpawn: BeforeSpawn{Fresh: l.has("fresh"), File: l.word("file", ""), Changes: uint64(l.number(g.t, "changes", 0)), Version: l.word("version", "")},
		Grace: Millis(l.number(g.t, "grace", 0)), RestartPending: l.has("again"),
		Verdict: Verdict{Live: l.has("live") || l.has("ready") || l.has("lost"), Ready: l.has("ready"), Lost: l.has("lost"), Waits: l.has("waits"), Late: l.has("tardy"),
			Took: Millis(l.number(g.t, "took", 0)), Delayed: Millis(l.number(g.t, "delayed", 0))},
		Exit: Exit{Known: l.has("code") || l.has("signal"), Code: l.number(g.t, "code", 0), Signal: l.word("signal", "")},
	}
	in.Process.Version, in.Setup.File = in.Version, l.word("file", "")
	in.Setup.Changes = in.Changes
	if Means(in.Event) == "" && !slices.Contains(counted, in.Event) {
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
		return append(effectLines(effects), g.now())
	}
	lines := effectLines(effects[:fails+1])
	for _, dropped := range effectLines(effects[fails+1:]) {
		lines = append(lines, "(dropped) "+dropped)
	}
	return append(lines, g.failSave(l)...)
}

func (g *stage) now() string {
	text := fmt.Sprintf("= %s, wants %s", g.s.State, g.s.Desired)
	if g.s.RestartPending {
		text += ", to be started again"
	}
	if g.s.Failure.Event != "" {
		text += ", failure: " + g.s.Failure.Reason
	}
	if g.s.SetupFault() != "" {
		text += ", setup: " + g.s.SetupFault()
	} else if g.s.SetupPending() {
		text += ", setup pending"
	}
	if g.s.Done {
		text += ", done"
	}
	return text
}
