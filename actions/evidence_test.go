package actions

import (
	"os"
	"strconv"
	"testing"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes"
)

// sees holds both ways of looking against what must be seen.
func (l *life) sees(what string, r fsm.Record, want fsm.LockOwner) fsm.Evidence {
	l.t.Helper()
	e, state := Look(l.home, r)
	is(l.t, what+": looked", e.Owner, want)
	is(l.t, what+": lock", state == probes.LockHeld, want != fsm.OwnerNone)
	observed := Observe(l.home, r)
	observed.Leader.StartedAt = e.Leader.StartedAt // for people; it differs by a millisecond
	is(l.t, what+": observed", observed, e)
	return e
}

func TestEvidenceOfNothing(t *testing.T) {
	l := newLife(t)
	check(t, os.Remove(l.home.Lock()))
	e, state := Look(l.home, l.record)
	is(t, "hold", e.Owner, fsm.OwnerNone)
	is(t, "lock", state, probes.LockMissing)
	is(t, "a lock file is made by looking", exists(l.home.Lock()), false)
	l.sees("nothing", l.record, fsm.OwnerNone)
	_, state = Look(l.home, l.record)
	is(t, "lock", state, probes.LockFree)
	l.record.Temporal = l.start("actor", nil).identity()
	l.sees("a process without the lock", l.record, fsm.OwnerNone)
	// Observe lets go of what it took.
	lock, err := Acquire(l.home.Lock())
	check(t, err)
	lock.Close()
}

func TestEvidenceOfOurs(t *testing.T) {
	l := newLife(t)
	leader := l.spawnOnly()
	leader.bear(l.stage, "setsid")
	r := l.record
	r.Temporal.Version = "1.2.3"
	e := l.sees("by the record", r, fsm.OwnerOurs)
	is(t, "leader", e.Leader.Same(r.Temporal), true)
	is(t, "version", e.Leader.Version, "1.2.3")
	for name, forge := range map[string]func(*fsm.Process){
		"without a record": func(p *fsm.Process) { *p = fsm.Process{} },
		"reused PID":       func(p *fsm.Process) { p.StartTicks += 2 },
		"another PID":      func(p *fsm.Process) { p.PID = os.Getpid() },
		"init":             func(p *fsm.Process) { p.PID, p.PGID = 1, 1 },
		"everybody":        func(p *fsm.Process) { p.PID, p.PGID = -1, -1 },
	} {
		r := l.record
		forge(&r.Temporal)
		e := l.sees(name, r, fsm.OwnerOurs)
		is(t, name+": leader", e.Leader.PID, leader.PID)
		is(t, name+": its group", e.Leader.PGID, leader.PID)
	}
}

// A leader without our environment is ours by the record alone.
func TestEvidenceByRecordAlone(t *testing.T) {
	l := newLife(t)
	a := l.start("actor", nil)
	a.must("lock", l.home.Lock())
	l.record.Temporal = a.identity()
	l.sees("recorded", l.record, fsm.OwnerOurs)
	l.record.Temporal.StartTicks += 2
	l.sees("not recorded", l.record, fsm.OwnerForeign)
}

func TestEvidenceOfRemnants(t *testing.T) {
	for name, words := range map[string][]string{
		"by its environment": {"setsid"},
		"by its group":       {"noenv"},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLife(t)
			leader := l.spawnOnly()
			leader.bear(l.stage, words...)
			leader.tell("exit", "0")
			leader.awaitEnd()
			check(t, onlyExit(l.World.run.child.Wait()))
			e := l.sees("remnant", l.record, fsm.OwnerLeftover)
			is(t, "leader", e.Leader, l.record.Temporal)
			l.record.Temporal = fsm.Process{}
			want := fsm.OwnerLeftover
			if name == "by its group" { // which only the record names
				want = fsm.OwnerForeign
			}
			l.sees("without a record", l.record, want)
		})
	}
}

func TestEvidenceOfStrangers(t *testing.T) {
	for name, env := range map[string][]string{
		"no environment of ours": nil,
		"that of another home":   {"STIGMER_INSTANCE=/another/home"},
		"a home below":           {"STIGMER_INSTANCE=/another/home/below"},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLife(t)
			a := l.start("actor", env)
			a.must("lock", l.home.Lock())
			e := l.sees("stranger", l.record, fsm.OwnerForeign)
			is(t, "named", e.Holder, Describe(holderAt(t, l.home.Lock())))
			has(t, e.Holder, "pid "+strconv.Itoa(a.PID), "actor")
		})
	}
}

// A driver has the lock itself before a spawn and after a tree's end: no Temporal runs.
func TestEvidenceOfADriver(t *testing.T) {
	l := newLife(t)
	a := l.start(SuperviseVerb, nil)
	a.must("lock", l.home.Lock())
	e, state := Look(l.home, l.record)
	is(t, "hold", e.Owner, fsm.OwnerNone)
	is(t, "lock", state, probes.LockHeld)
	l.record.Supervisor = a.identity()
	e, _ = Look(l.home, l.record)
	is(t, "hold", e.Owner, fsm.OwnerNone)
}

// What cannot be locked is not free.
func TestEvidenceOfAFolder(t *testing.T) {
	l := newLife(t)
	check(t, os.Remove(l.home.Lock()))
	check(t, os.Mkdir(l.home.Lock(), 0o700))
	e := Observe(l.home, l.record)
	is(t, "hold", e.Owner, fsm.OwnerForeign)
	has(t, e.Holder, l.home.Lock())
}

// Who looks never takes the lock: somebody else's attempt succeeds meanwhile.
func TestLookTakesNothing(t *testing.T) {
	l := newLife(t)
	touch(t, l.home.Lock())
	looked := make(chan struct{})
	go func() {
		defer close(looked)
		for range 60 {
			Look(l.home, l.record)
		}
	}()
	for range 60 {
		lock, err := Acquire(l.home.Lock())
		check(t, err)
		lock.Close()
	}
	<-looked
}
