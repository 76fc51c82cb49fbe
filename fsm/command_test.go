package fsm

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

const commandWords = "now,verb,port,ui,patience,grace,given,nobin,state,desired,again,lost,gen,inc,failed,hold,driver,holder,suspended,outdated,unnamed,supervisor,setup"

// asker is a command in a story.
type asker struct {
	t *testing.T
	c Command
}

func (a *asker) play(l line) []string {
	l.check(a.t, commandWords)
	var deeds []CommandEffect
	if l.input == "open" {
		a.c, deeds = a.open(l).Open()
	} else {
		a.c, deeds = a.c.Step(NewCommandMachine(), a.sight(l))
	}
	if len(deeds) == 0 {
		return []string{"nothing"}
	}
	var lines []string
	for _, d := range deeds {
		lines = append(lines, d.inWords())
	}
	return lines
}

func (a *asker) settings(l line) Settings {
	s := Settings{Port: l.number(a.t, "port", 7233), UIPort: l.number(a.t, "ui", 0), TemporalBin: "/bin/temporal", Policy: DefaultPolicy()}
	if l.has("nobin") {
		s.TemporalBin = ""
	}
	return s
}

func (a *asker) open(l line) Command {
	return Command{
		Verb: Verb(l.word("verb", "start")), Want: a.settings(l), Given: Names(l.word("given", "")),
		Patience: Millis(l.number(a.t, "patience", 60_000)), Grace: Millis(l.number(a.t, "grace", 10_000)), Now: l.has("now"),
	}
}

func (a *asker) sight(l line) CommandInput {
	if !slices.Contains(everyInput, CommandInputKind(l.input)) {
		a.t.Fatalf("unknown sight %q", l.input)
	}
	in := CommandInput{Kind: CommandInputKind(l.input), Detail: l.detail, Record: Record{
		State: State(l.word("state", "Stopped")), Desired: Desired(l.word("desired", "stopped")),
		Generation: uint64(l.number(a.t, "gen", 0)), Incarnation: uint64(l.number(a.t, "inc", 0)),
		Failure: Failure{Event: Event(l.word("failed", ""))}, Term: Term{RestartPending: l.has("again")}, RecordedRun: RecordedRun{Lost: l.has("lost")},
	}}
	if in.Record.Generation > 0 {
		in.Record.Settings = a.settings(l)
	}
	if l.has("setup") {
		s := &in.Record.Settings
		s.SearchAttributes = "A=Keyword"
		in.Record.Database.Setup = map[string]AppliedSetup{"applied": {Wanted: s.WantedSetup()}, "failed": {Wanted: s.WantedSetup(), Fault: "it differs"}}[l.word("setup", "")]
	}
	foreign := ""
	if l.has("holder") {
		foreign = "pid 7 (foreign)"
	}
	switch in.Kind {
	case InputWon:
		in.Evidence = Evidence{Owner: LockOwner(l.word("hold", "free")), Holder: foreign, Leader: process(100)}
	default:
		in.Holder = foreign
		if pid := l.number(a.t, "driver", 0); pid != 0 {
			in.Driver = process(pid)
		}
		if !l.has("unnamed") {
			in.Record.Supervisor = in.Driver
		}
		if pid := l.number(a.t, "supervisor", 0); pid != 0 {
			in.Record.Supervisor = process(pid)
		}
		in.Suspended, in.Outdated = l.has("suspended"), l.has("outdated")
	}
	return in
}

func (d CommandEffect) inWords() string {
	switch d.Do {
	case ActArm:
		return fmt.Sprintf("arm %s in %d ms", d.Input, d.After)
	case ActHandOver, ActDrive:
		r := d.Record
		text := fmt.Sprintf("%s %s, wants %s, generation %d, port %d", d.Do, r.State, r.Desired, r.Generation, r.Settings.Port)
		if d.Now {
			text += ", by SIGKILL"
		}
		return text
	case ActAskStop:
		text := fmt.Sprintf("%s pid %d, grace %d ms", d.Do, d.Driver.PID, d.Grace)
		if d.Now {
			text += ", by SIGKILL"
		}
		if d.RestartPending {
			text += ", to start it again"
		}
		return text
	case ActAskSetup:
		return fmt.Sprintf("%s pid %d", d.Do, d.Driver.PID)
	case ActKillSupervisor:
		return strings.TrimSpace(fmt.Sprintf("%s pid %d %s", d.Do, d.Driver.PID, d.Detail))
	case ActFinish:
		text := string(d.Do) + ": " + string(d.Outcome.Result)
		if d.Outcome.Killed {
			text += ", by SIGKILL"
		}
		for _, more := range []string{d.Outcome.Holder, d.Outcome.Detail} {
			if more != "" {
				text += "; " + more
			}
		}
		return text
	}
	return string(d.Do)
}

func TestCommandStories(t *testing.T) {
	playStories(t, "commands", func(t *testing.T) func(line) []string { return (&asker{t: t}).play })
}

// ask plays inputs and returns how the command ended.
func ask(t *testing.T, inputs ...string) string {
	t.Helper()
	a := &asker{t: t}
	var last []string
	for _, input := range inputs {
		last = a.play(parseLine(input))
	}
	return strings.Join(last, " | ")
}

// A restart that had to search again for a driver has handed nothing over yet: it still has
// every attempt to start.
func TestLookingAgainForADriverCostsARestartNoAttempt(t *testing.T) {
	got := ask(t, "open verb=restart", "busy state=Healthy desired=running gen=5 inc=1", "noanswer", "noanswer", "noanswer",
		"won state=Stopped gen=9 inc=1")
	if !strings.Contains(got, "hand over Stopped") {
		t.Errorf("after the stop: %s", got)
	}
}

// The record of a running supervisor was lost and could not be read at the first
// look. That the supervisor writes it anew is no sign of another start.
func TestARecordThatComesBackIsNoOtherIncarnation(t *testing.T) {
	got := ask(t, "open verb=stop", "busy gen=0 inc=0 driver=50", "busy state=Stopping gen=40 inc=3 driver=50")
	if strings.Contains(got, string(ActFinish)) {
		t.Errorf("while it is still Stopping: %s", got)
	}
}

// What kept the drive from stopping anything is not reported as a stop.
func TestADriveThatMetAForeignProcessHasNotStoppedIt(t *testing.T) {
	got := ask(t, "open verb=stop", "won state=Healthy desired=running gen=5 inc=1 hold=ours", "drove gen=7 inc=1 failed=lock_denied")
	if strings.Contains(got, string(ResultStopped)) || strings.Contains(got, string(ResultNothingRan)) {
		t.Errorf("temporal.lock was denied to the drive: %s", got)
	}
}

// A restart that would run with two servers on one port is refused while what runs still runs,
// with a supervisor or without; and once more at the turning point, if the record has changed in
// between.
func TestARestartIntoAClashStopsNothing(t *testing.T) {
	const open = "open verb=restart port=8233 given=port"
	for _, sights := range [][]string{
		{"busy state=Healthy desired=running gen=5 inc=1 driver=50 ui=8233"},
		{"won state=Healthy desired=running gen=5 inc=1 hold=ours ui=8233"},
		{"won state=Stopped gen=5 inc=1 ui=8233"},
	} {
		if got := ask(t, append([]string{open}, sights...)...); !strings.Contains(got, string(ResultPortConflict)) || strings.Contains(got, string(ActAskStop)) {
			t.Errorf("%v: %s", sights, got)
		}
	}
	got := ask(t, open, "busy state=Healthy desired=running gen=5 inc=1 driver=50 ui=8234", "won state=Stopped gen=9 inc=1 ui=8233")
	if !strings.Contains(got, string(ResultPortConflict)) {
		t.Errorf("after the stop: %s", got)
	}
	if got := ask(t, open, "busy state=Healthy desired=running gen=5 inc=1 driver=50 ui=8234"); !strings.Contains(got, string(ActAskStop)) {
		t.Errorf("without a clash: %s", got)
	}
}

func TestEveryEndHasItsOwnWords(t *testing.T) {
	seen := map[CommandResult]bool{}
	for _, end := range []CommandResult{ResultStarted, ResultAlreadyRunning, ResultStopped, ResultNothingRan, ResultSettingsDiffer, ResultFailed, ResultStoppedByOther, ResultDatabaseLost,
		ResultTimedOut, ResultTemporalLockForeign, ResultNoSupervisor, ResultSupervisorUnresponsive, ResultSupervisorLockForeign, ResultSystemRefused, ResultNoBinary, ResultPortConflict, ResultAddressUnusable} {
		if end == "" || seen[end] {
			t.Errorf("%q twice or empty", end)
		}
		seen[end] = true
	}
}
