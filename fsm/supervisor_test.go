package fsm

import (
	"slices"
	"strings"
	"testing"
)

func TestStories(t *testing.T) {
	playStories(t, "stories", func(t *testing.T) func(line) []string { return newStage(t).play })
}

// supervisorAfter plays inputs without writing lines.
func supervisorAfter(t *testing.T, inputs ...string) Supervisor {
	t.Helper()
	g := newStage(t)
	for _, input := range inputs {
		g.play(parseLine(input))
	}
	return g.s
}

var toHealthy = []string{"begin desired=running", "lock_acquired fresh", "spawned pid=100", "probed ready"}

func TestExitAndEndOfTheTreeComeInAnyOrder(t *testing.T) {
	a := supervisorAfter(t, append(slices.Clone(toHealthy), "exited code=1 after=20000", "gone after=0")...)
	b := supervisorAfter(t, append(slices.Clone(toHealthy), "gone after=20000", "exited code=1 after=0")...)
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
		if s := supervisorAfter(t, way...); s.State != state {
			t.Fatalf("the way to %s leads to %s", state, s.State)
		}
		for _, end := range [][]string{{"stop grace=700", "gone"}, {"stop", "grace_elapsed after=10000", "gone"}, {"stop", "exited", "gone"}, {"stop_now", "gone"}, {"stop", "stop_now", "exited", "gone"}, {"stop_now", "stop", "gone"}} {
			s := supervisorAfter(t, append(slices.Clone(way), end...)...)
			if s.State != Stopped || !s.Done || s.Desired != WantStopped || (s.Temporal != Process{}) || (s.Supervisor != Process{}) {
				t.Errorf("%s, then %s: %+v", state, strings.Join(end, ", "), s)
			}
		}
	}
}

// No process is created that the record cannot name, and none on a database
// whose backup failed.
func TestDriveDropsWhatFollowsARefusal(t *testing.T) {
	step := []Effect{{Do: DoSave}, {Do: DoArm}, {Do: DoSave, Required: true}, {Do: DoBackup}, {Do: DoSpawn}}
	for _, c := range []struct {
		refused Action
		with    Event
		did     []Action
	}{
		{DoSave, SaveFailed, []Action{DoSave, DoArm, DoSave}},
		{DoBackup, SpawnFailed, []Action{DoSave, DoArm, DoSave, DoBackup}},
		{DoSpawn, Spawned, []Action{DoSave, DoArm, DoSave, DoBackup, DoSpawn}},
	} {
		var did []Action
		answers := PerformAll(performs(func(e Effect) (Input, bool) {
			did = append(did, e.Do)
			return Input{Event: c.with}, e.Do == c.refused && (e.Do != DoSave || e.Required)
		}), step)
		if !slices.Equal(did, c.did) || len(answers) != 1 || answers[0].Event != c.with {
			t.Errorf("%s answers %s: performed %v, answered %v", c.refused, c.with, did, answers)
		}
	}
}

// performs is a World of which only Perform is used.
type performs func(Effect) (Input, bool)

func (p performs) Perform(e Effect) (Input, bool) { return p(e) }
func (p performs) Next() Input                    { panic("nothing to wait for") }
func (p performs) Stamp(in Input) Input           { return in }
func (p performs) Observe(Record) Evidence        { return Evidence{Owner: OwnerNone} }

// A start asks anew: what was booked before it, by a driver that is dead, is no
// reason to give up without one attempt.
func TestAStartAfterADeadDriverHasAFreshBudget(t *testing.T) {
	dead := Record{
		State: Restarting, Desired: WantRunning, Generation: 10, Incarnation: 1, RecordedRun: RecordedRun{Temporal: process(100)},
		Settings: Settings{DB: "/db", TemporalBin: "/bin/temporal", Policy: DefaultPolicy()},
		Restarts: Restarts{Total: 3, Unserved: 3}, Failure: Failure{Event: Exited, Reason: "it exited"},
	}
	for _, hold := range []LockOwner{OwnerNone, OwnerOurs, OwnerLeftover} {
		e := Evidence{Owner: hold, Leader: process(100)}
		wanted, refusal := Command{Verb: VerbStart, Want: dead.Settings}.Prepare(dead, e)
		if refusal.Result != "" {
			t.Fatalf("lock %s: refused: %s", hold, refusal.Result)
		}
		m := NewMachine()
		s, first := Begin(wanted, process(2), e, Input{Stamp: Stamp{At: 1000, Tick: 1000}})
		s, _ = s.Step(m, first)
		if s.State == Restarting {
			s, _ = s.Step(m, Input{Event: Gone, Run: s.Run, Stamp: Stamp{At: 2000, Tick: 2000}})
		}
		if s.Done || s.Desired != WantRunning {
			t.Errorf("lock %s: one start, and it gives up in %s: %s", hold, s.State, s.Failure.Reason)
		}
	}
}

// A pause that is longer than the one between two liveness probes would make Starting
// the state in which least is known.
func TestStartupProbesThatNobodyWaitsFor(t *testing.T) {
	s := supervisorAfter(t, append(slices.Clone(toHealthy), "exited code=1 after=20000", "gone after=0", "lock_acquired", "spawned pid=101")...)
	for period, want := range map[Millis]Millis{2_000: restartPeriod, 50: 50} {
		s.Settings.Policy.Period = period
		if got := asks(s).After; s.State != Starting || got != want {
			t.Errorf("%s is asked every %s with a probe period of %s, not every %s", s.State, got, period, want)
		}
	}
	s.Awaited = true
	if got := asks(s).After; got != s.Settings.Policy.StartPeriod {
		t.Errorf("a start that waits is answered every %s", got)
	}
}

// What was not spawned has made no database, even if a file appears there later.
func TestWhatWasNotSpawnedMadeNoDatabase(t *testing.T) {
	for _, way := range [][]string{{"lock_acquired fresh savefails"}, {"lock_acquired fresh", "spawn_failed"}} {
		s := supervisorAfter(t, append([]string{"begin desired=running"}, way...)...)
		if s.Database != (Database{Path: "/db"}) {
			t.Errorf("after %s, %s knows of the database %+v", way, s.State, s.Database)
		}
		way[0] = strings.Replace(way[0], " fresh", "", 1)
		s = supervisorAfter(t, append([]string{"begin desired=running created"}, way...)...)
		if !s.Database.Created {
			t.Errorf("after %s, %s does not know a half-made database for one any more", way, s.State)
		}
	}
}

// A driver that has adopted waits until it has seen Temporal serve, whatever the dead one saw.
func TestAnAdoptedTemporalThatEndsUnseenIsAwaited(t *testing.T) {
	s := supervisorAfter(t, "begin state=Healthy hold=ours pid=100 served", "exited", "gone after=0", "backoff_elapsed after=1000", "lock_acquired", "spawned pid=101")
	if s.State != Starting || !s.Awaited {
		t.Errorf("%s, awaited: %t", s.State, s.Awaited)
	}
	if save := s.save(Transition{From: Starting, Event: ProbePassed, To: Healthy}); !save.Required {
		t.Error("a start that waits for a record that says Healthy goes on although it cannot be saved")
	}
}

// Of two stops the later one is the reason that is kept.
func TestTheLaterStopIsTheReason(t *testing.T) {
	s := Supervisor{Record: Record{State: Stopping, Desired: WantStopped, Term: Term{RestartPending: true}, Reason: "a restart", Settings: Settings{Policy: DefaultPolicy()}}}
	s, _ = s.Step(NewMachine(), Input{Event: Stop, Detail: "a stop"})
	if s.Reason != "a stop" || s.RestartPending {
		t.Errorf("reason %q, again %t", s.Reason, s.RestartPending)
	}
}

// asks is the probe that a supervisor makes.
func asks(s Supervisor) Effect {
	_, effects := s.ask()
	return effects[0]
}
