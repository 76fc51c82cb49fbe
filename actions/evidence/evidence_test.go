package evidence

import (
	"os"
	"strconv"
	"testing"

	"github.com/stigmer/local/actions/internal/stage"
	"github.com/stigmer/local/actions/lockfile"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/locks"
	"github.com/stigmer/local/statefile"
)

// scene is a home with its record, in which a test starts processes.
type scene struct {
	stage.Stage
	home   statefile.Home
	record fsm.Record
}

func newScene(t *testing.T) *scene { return &scene{Stage: stage.New(t), home: stage.NewHome(t)} }

// spawn starts a process as the home's Temporal, which has temporal.lock.
func (s *scene) spawn(args ...string) *stage.Actor {
	s.T.Helper()
	lock, err := lockfile.Take(s.home.Lock())
	stage.Check(s.T, err)
	a := s.StartServer(s.home, append([]string{"server"}, args...), lock)
	stage.Check(s.T, lock.Close())
	s.record.Temporal = a.Identity()
	return a
}

// sees holds both ways of looking against what must be seen.
func (s *scene) sees(what string, r fsm.Record, want fsm.LockOwner) fsm.Evidence {
	s.T.Helper()
	e, state := Look(s.home, r)
	stage.Is(s.T, what+": looked", e.Owner, want)
	stage.Is(s.T, what+": lock", state == locks.Held, want != fsm.OwnerNone)
	observed := Observe(s.home, r)
	observed.Leader.StartedAt = e.Leader.StartedAt // for people; it differs by a millisecond
	stage.Is(s.T, what+": observed", observed, e)
	return e
}

func TestEvidenceOfNothing(t *testing.T) {
	s := newScene(t)
	e, state := Look(s.home, s.record)
	stage.Is(t, "hold", e.Owner, fsm.OwnerNone)
	stage.Is(t, "lock", state, locks.Missing)
	stage.Is(t, "a lock file is made by looking", stage.FileExists(s.home.Lock()), false)
	s.sees("nothing", s.record, fsm.OwnerNone)
	_, state = Look(s.home, s.record)
	stage.Is(t, "lock", state, locks.Free)
	s.record.Temporal = s.Start("actor", nil).Identity()
	s.sees("a process without the lock", s.record, fsm.OwnerNone)
	// Observe lets go of what it took.
	lock, err := lockfile.Take(s.home.Lock())
	stage.Check(t, err)
	lock.Close()
}

func TestEvidenceOfOurs(t *testing.T) {
	s := newScene(t)
	leader := s.spawn("start-dev")
	leader.Spawn(s.Stage, "setsid")
	r := s.record
	r.Temporal.Version = "1.2.3"
	e := s.sees("by the record", r, fsm.OwnerOurs)
	stage.Is(t, "leader", e.Leader.Same(r.Temporal), true)
	stage.Is(t, "version", e.Leader.Version, "1.2.3")
	for name, forge := range map[string]func(*fsm.Process){
		"without a record": func(p *fsm.Process) { *p = fsm.Process{} },
		"reused PID":       func(p *fsm.Process) { p.StartTicks += 2 },
		"another PID":      func(p *fsm.Process) { p.PID = os.Getpid() },
		"init":             func(p *fsm.Process) { p.PID, p.PGID = 1, 1 },
		"everybody":        func(p *fsm.Process) { p.PID, p.PGID = -1, -1 },
	} {
		r := s.record
		forge(&r.Temporal)
		e := s.sees(name, r, fsm.OwnerOurs)
		stage.Is(t, name+": leader", e.Leader.PID, leader.PID)
		stage.Is(t, name+": its group", e.Leader.PGID, leader.PID)
	}
}

// A leader without our environment is ours by the record alone.
func TestEvidenceByRecordAlone(t *testing.T) {
	s := newScene(t)
	a := s.Start("actor", nil)
	a.Must("lock", s.home.Lock())
	s.record.Temporal = a.Identity()
	s.sees("recorded", s.record, fsm.OwnerOurs)
	s.record.Temporal.StartTicks += 2
	s.sees("not recorded", s.record, fsm.OwnerForeign)
}

func TestEvidenceOfRemnants(t *testing.T) {
	for name, words := range map[string][]string{
		"by its environment": {"setsid"},
		"by its group":       {"noenv"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			leader := s.spawn("start-dev")
			leader.Spawn(s.Stage, words...)
			leader.Send("exit", "0")
			leader.AwaitEnd()
			e := s.sees("remnant", s.record, fsm.OwnerLeftover)
			stage.Is(t, "leader", e.Leader, s.record.Temporal)
			s.record.Temporal = fsm.Process{}
			want := fsm.OwnerLeftover
			if name == "by its group" { // which only the record names
				want = fsm.OwnerForeign
			}
			s.sees("without a record", s.record, want)
		})
	}
}

func TestEvidenceOfForeignProcesses(t *testing.T) {
	for name, env := range map[string][]string{
		"no environment of ours": nil,
		"that of another home":   {"STIGMER_INSTANCE=/another/home"},
		"a home below":           {"STIGMER_INSTANCE=/another/home/below"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			a := s.Start("actor", env)
			a.Must("lock", s.home.Lock())
			e := s.sees("foreign", s.record, fsm.OwnerForeign)
			stage.Is(t, "named", e.Holder, Describe(stage.HolderAt(t, s.home.Lock())))
			stage.Has(t, e.Holder, "pid "+strconv.Itoa(a.PID), "actor")
		})
	}
}

// A driver has the lock itself before a spawn and after a tree's end: no Temporal runs.
func TestEvidenceOfADriver(t *testing.T) {
	s := newScene(t)
	a := s.Start(SuperviseVerb, nil)
	a.Must("lock", s.home.Lock())
	e, state := Look(s.home, s.record)
	stage.Is(t, "hold", e.Owner, fsm.OwnerNone)
	stage.Is(t, "lock", state, locks.Held)
	s.record.Supervisor = a.Identity()
	e, _ = Look(s.home, s.record)
	stage.Is(t, "hold", e.Owner, fsm.OwnerNone)
}

// What cannot be locked is not free.
func TestEvidenceOfAFolder(t *testing.T) {
	s := newScene(t)
	stage.Check(t, os.Mkdir(s.home.Lock(), 0o700))
	e := Observe(s.home, s.record)
	stage.Is(t, "hold", e.Owner, fsm.OwnerForeign)
	stage.Has(t, e.Holder, s.home.Lock())
}

// Look never takes the lock: another process can take it meanwhile.
func TestLookTakesNothing(t *testing.T) {
	s := newScene(t)
	stage.Touch(t, s.home.Lock())
	looked := make(chan struct{})
	go func() {
		defer close(looked)
		for range 60 {
			Look(s.home, s.record)
		}
	}()
	for range 60 {
		lock, err := lockfile.Take(s.home.Lock())
		stage.Check(t, err)
		lock.Close()
	}
	<-looked
}
