package actions

import (
	"errors"
	"os"
	"testing"

	"github.com/stigmer/local/actions/evidence"
	"github.com/stigmer/local/actions/internal/stage"
	"github.com/stigmer/local/actions/lockfile"
	"github.com/stigmer/local/actions/procs"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/files"
	"github.com/stigmer/local/probes/locks"
	"github.com/stigmer/local/probes/proc"
	"github.com/stigmer/local/statefile"
	"golang.org/x/sys/unix"
)

// nothing is a signal that is none: kill(2) with 0 only looks.
const nothing = unix.Signal(0)

// A record that lies: no group is signalled unless a member is proven to hold the lock.
func TestSignalGroupDistrustsTheRecord(t *testing.T) {
	l := newLife(t)
	leader := l.spawnOnly()
	member := leader.Spawn(l.Stage)
	foreign := l.Start("actor", nil)
	truth := l.record.Temporal
	for name, forge := range map[string]func(*fsm.Process){
		"no process":                      func(p *fsm.Process) { *p = fsm.Process{} },
		"a foreign process":               func(p *fsm.Process) { *p = foreign.Identity() },
		"a foreign group, other start":    func(p *fsm.Process) { p.PGID, p.StartTicks = foreign.PGID, p.StartTicks-1 },
		"the leader, a foreign group":     func(p *fsm.Process) { p.PGID = foreign.PGID },
		"a foreign PID and group":         func(p *fsm.Process) { p.PID, p.PGID = foreign.PID, foreign.PGID },
		"a foreign group, free PID":       func(p *fsm.Process) { p.PID, p.PGID = 1<<22-1, foreign.PGID },
		"a leader younger than its group": func(p *fsm.Process) { p.PID, p.StartTicks = 1<<22-1, 1<<62 },
		"a group of another boot":         func(p *fsm.Process) { p.PID, p.Boot = 1<<22-1, "another" },
		"the PID reused: it is younger":   func(p *fsm.Process) { p.StartTicks++ },
		"the PID of another boot":         func(p *fsm.Process) { p.Boot = "another" },
		"a foreign group, another boot":   func(p *fsm.Process) { p.PGID, p.Boot = foreign.PGID, "another" },
	} {
		forged := truth
		forge(&forged)
		signalled, err := signalGroup(l.home, l.World.tree.file, forged, unix.SIGKILL)
		stage.Check(t, err)
		stage.Is(t, name+": signalled", signalled, false)
		foreign.Untouched()
		leader.Untouched()
		member.Untouched()
	}
	signalled, err := signalGroup(l.home, l.World.tree.file, truth, unix.SIGKILL)
	stage.Check(t, err)
	stage.Is(t, "the truth: signalled", signalled, true)
	leader.AwaitEnd()
	foreign.Untouched()
}

// Numbers that mean all processes, ourselves or init, though the member is proven.
func TestSignalGroupNeverMeansAll(t *testing.T) {
	l := newLife(t)
	l.spawnOnly()
	for _, pgid := range []int{-l.record.Temporal.PGID, -1, 0, 1, unix.Getpgrp()} {
		forged := l.record.Temporal
		forged.PGID = pgid
		signalled, err := signalGroup(l.home, l.World.tree.file, forged, nothing)
		stage.Check(t, err)
		if signalled {
			t.Errorf("group %d was signalled", pgid)
		}
	}
}

// A group whose members hold another file than this lock is left alone.
func TestSignalGroupOfAnotherLock(t *testing.T) {
	l := newLife(t)
	leader := l.spawnOnly()
	stage.Touch(t, l.home.Lock()+".other")
	other := stage.IDAt(t, l.home.Lock()+".other")
	signalled, err := signalGroup(l.home, other, l.record.Temporal, unix.SIGKILL)
	stage.Check(t, err)
	stage.Is(t, "signalled", signalled, false)
	escaped, err := endEscaped(l.home, other, l.record, unix.SIGKILL)
	stage.Check(t, err)
	stage.Is(t, "escaped", escaped, 0)
	leader.Untouched()
}

func TestSignalEscaped(t *testing.T) {
	l := newLife(t)
	leader := l.spawnOnly()
	member := leader.Spawn(l.Stage)
	one, two := leader.Spawn(l.Stage, "setsid"), member.Spawn(l.Stage, "setpgid", "noenv")
	n, err := endEscaped(l.home, l.World.tree.file, l.record, unix.SIGKILL)
	stage.Check(t, err)
	stage.Is(t, "escaped", n, 2)
	one.AwaitEnd()
	two.AwaitEnd()
	leader.Untouched()
	member.Untouched()
}

// endEscaped proves the holders and signals those outside the group.
func endEscaped(home statefile.Home, held files.ID, r fsm.Record, sig unix.Signal) (int, error) {
	holders, err := holdersToEnd(home, held, r, nil)
	if err != nil {
		return 0, err
	}
	return signalEscaped(holders, r.Temporal, sig)
}

// One that has left the group and shows no mark is ours because it was seen beside its
// leader, and is ended after that one's end; one that was not seen then is named and left
// alone.
func TestWhatWasProvenStaysOurs(t *testing.T) {
	l := newLife(t)
	leader := l.spawnOnly()
	// Its parent is another than the leader, so that macOS does not know whose it is.
	hidden := leader.Spawn(l.Stage).Spawn(l.Stage, "setsid", "noenv")
	e := fsm.Effect{Record: l.record}
	members, err := l.signal(e, l.World.tree.file, nil, nothing)
	stage.Check(t, err)
	stage.Check(t, killGroup(l.record.Temporal.PGID, unix.SIGKILL))
	leader.AwaitEnd()
	stage.Check(t, stage.Within(t, "only that one holds the lock", stage.Later(func() error {
		for {
			holders, err := locks.HoldersOf(l.World.tree.file)
			if err != nil || len(holders) == 1 && holders[0].Process.PID == hidden.PID {
				return err
			}
		}
	})))
	_, err = l.signal(e, l.World.tree.file, nil, unix.SIGKILL)
	if foreign, ok := errors.AsType[foreignHolderError](err); !ok {
		t.Errorf("a holder that was not seen beside the leader is foreign: %v", foreign)
	}
	hidden.Untouched()
	_, err = l.signal(e, l.World.tree.file, members, unix.SIGKILL)
	stage.Check(t, err)
	hidden.AwaitEnd()
}

// One round of SIGKILL ends what has left the group and shows no mark, though its leader
// dies in the same round: the holders are proven before.
func TestOneRoundEndsWhatShowsNothing(t *testing.T) {
	l := newLife(t)
	leader := l.spawnOnly()
	hidden := leader.Spawn(l.Stage).Spawn(l.Stage, "setsid", "noenv")
	_, err := l.signal(fsm.Effect{Record: l.record}, l.World.tree.file, nil, unix.SIGKILL)
	stage.Check(t, err)
	leader.AwaitEnd()
	hidden.AwaitEnd()
}

// Rounds that go on side by side, of a stop and of a kill before it, share what was
// proven before and write to memory of their own.
func TestRoundsSideBySide(t *testing.T) {
	l := newLife(t)
	leader := l.spawnOnly()
	leader.Spawn(l.Stage, "setsid")
	e := fsm.Effect{Record: l.record}
	earlier, err := l.signal(e, l.World.tree.file, nil, nothing)
	stage.Check(t, err)
	earlier = append(make([]fsm.Process, 0, 8), earlier...)
	leader.Spawn(l.Stage, "setsid")
	round := func() []fsm.Process {
		all, err := l.signal(e, l.World.tree.file, earlier, nothing)
		if err != nil || len(all) != 3 {
			t.Errorf("%d are proven: %v", len(all), err)
		}
		return all
	}
	first, second := stage.Later(round), stage.Later(round)
	one, other := stage.Within(t, "a round", first), stage.Within(t, "the other", second)
	stage.Is(t, "both write to one array", &one[0] == &other[0], false)
}

// macOS remembers which process was forked by the leader: it is ours without any mark.
func TestAChildOfTheLeaderIsOurs(t *testing.T) {
	s := stage.New(t)
	child := s.Start("actor", nil)
	leader, err := proc.Identify(os.Getpid())
	stage.Check(t, err)
	if !proc.IsChild(leader, child.PID) {
		t.Skip("only macOS remembers it")
	}
	holders := []proc.Info{{Process: child.Identity(), Command: "/bin/sleep 60"}}
	home := stage.NewHome(t)
	stage.Is(t, "a child", evidence.Classify(home, fsm.Record{RecordedRun: fsm.RecordedRun{Temporal: leader}}, holders).Owner, fsm.OwnerLeftover)
	leader.StartTicks++
	stage.Is(t, "another one's", evidence.Classify(home, fsm.Record{RecordedRun: fsm.RecordedRun{Temporal: leader}}, holders).Owner, fsm.OwnerForeign)
}

func TestSignalEscapedLeavesForeignProcessesAlone(t *testing.T) {
	l := newLife(t)
	foreign := l.Start("actor", nil)
	foreign.Must("lock", l.home.Lock())
	held := stage.IDAt(t, l.home.Lock())
	for name, forge := range map[string]func(*fsm.Process){
		"no record":  func(*fsm.Process) {},
		"PID reused": func(p *fsm.Process) { *p = foreign.Identity(); p.StartTicks-- },
		"its group":  func(p *fsm.Process) { *p = foreign.Identity(); p.PID, p.StartTicks = 1<<22-1, p.StartTicks+1 },
		"every boot": func(p *fsm.Process) { *p = foreign.Identity(); p.Boot = "" },
	} {
		r := l.record
		forge(&r.Temporal)
		if name == "PID reused" {
			r.Temporal.PGID = 0
		}
		n, err := endEscaped(l.home, held, r, unix.SIGKILL)
		stage.Is(t, name+": signalled", n, 0)
		if err == nil {
			t.Errorf("%s: the foreign process is not named", name)
		} else {
			stage.Has(t, err.Error(), evidence.Describe(stage.HolderAt(t, l.home.Lock())), "not ours")
		}
		foreign.Untouched()
	}
}

// Once this process has the lock, a process that shares it is not hunted.
func TestSignalEscapedStopsWhenTheLockIsOurs(t *testing.T) {
	l := newLife(t)
	lock, err := lockfile.Take(l.home.Lock())
	stage.Check(t, err)
	defer lock.Close()
	l.Start("actor", []string{proc.InstanceVariable + "=" + string(l.home)}, lock)
	held := stage.IDAt(t, l.home.Lock())
	n, err := endEscaped(l.home, held, l.record, nothing)
	stage.Check(t, err)
	stage.Is(t, "signalled", n, 0)
}

func TestSignalOne(t *testing.T) {
	s := stage.New(t)
	a := s.Start("actor", nil)
	p := a.Identity()
	for name, forge := range map[string]func(*fsm.Process){
		"other start": func(p *fsm.Process) { p.StartTicks-- },
		"no start":    func(p *fsm.Process) { p.StartTicks = 0 },
		"other boot":  func(p *fsm.Process) { p.Boot += "x" },
	} {
		forged := p
		forge(&forged)
		if err := procs.Signal(forged, unix.SIGKILL); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		// That one is gone, as far as is known.
		stage.Check(t, stage.Within(t, name+": no wait", stage.Later(func() error { return exited(forged) })))
		a.Untouched()
	}
	stage.Check(t, procs.Signal(p, unix.SIGKILL))
	stage.Check(t, stage.Within(t, "the exit", stage.Later(func() error { return exited(p) })))
	a.AwaitEnd()
	stage.Check(t, procs.Signal(p, unix.SIGKILL))
	stage.Check(t, exited(p))
}

func exited(p fsm.Process) error {
	_, gone, err := procs.AwaitExit(p, -1)
	if err == nil && !gone {
		err = errors.New("AwaitExit without a timeout returned before the exit")
	}
	return err
}
