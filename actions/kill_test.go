package actions

import (
	"errors"
	"os"
	"testing"

	"github.com/stigmer/local/actions/procs"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes"
	"github.com/stigmer/local/statefile"
	"golang.org/x/sys/unix"
)

// nothing is a signal that is none: kill(2) with 0 only looks.
const nothing = unix.Signal(0)

// A record that lies: no group is signalled unless a member is proven to hold the lock.
func TestSignalGroupDistrustsTheRecord(t *testing.T) {
	l := newLife(t)
	leader := l.spawnOnly()
	member := leader.bear(l.stage)
	stranger := l.start("actor", nil)
	truth := l.record.Temporal
	for name, forge := range map[string]func(*fsm.Process){
		"nobody":                           func(p *fsm.Process) { *p = fsm.Process{} },
		"a stranger, exactly":              func(p *fsm.Process) { *p = stranger.identity() },
		"a stranger's group, other start":  func(p *fsm.Process) { p.PGID, p.StartTicks = stranger.PGID, p.StartTicks-1 },
		"the leader, a stranger's group":   func(p *fsm.Process) { p.PGID = stranger.PGID },
		"a stranger's PID and group":       func(p *fsm.Process) { p.PID, p.PGID = stranger.PID, stranger.PGID },
		"a stranger's group, free PID":     func(p *fsm.Process) { p.PID, p.PGID = 1<<22-1, stranger.PGID },
		"a leader younger than its group":  func(p *fsm.Process) { p.PID, p.StartTicks = 1<<22-1, 1<<62 },
		"a group of another boot":          func(p *fsm.Process) { p.PID, p.Boot = 1<<22-1, "another" },
		"the PID reused: it is younger":    func(p *fsm.Process) { p.StartTicks++ },
		"the PID of another boot":          func(p *fsm.Process) { p.Boot = "another" },
		"a stranger's group, another boot": func(p *fsm.Process) { p.PGID, p.Boot = stranger.PGID, "another" },
	} {
		forged := truth
		forge(&forged)
		signalled, err := signalGroup(l.home, l.World.tree.file, forged, unix.SIGKILL)
		check(t, err)
		is(t, name+": signalled", signalled, false)
		stranger.untouched()
		leader.untouched()
		member.untouched()
	}
	signalled, err := signalGroup(l.home, l.World.tree.file, truth, unix.SIGKILL)
	check(t, err)
	is(t, "the truth: signalled", signalled, true)
	leader.awaitEnd()
	stranger.untouched()
}

// Numbers that mean everybody, ourselves or init, though the member is proven.
func TestSignalGroupNeverMeansEverybody(t *testing.T) {
	l := newLife(t)
	l.spawnOnly()
	for _, pgid := range []int{-l.record.Temporal.PGID, -1, 0, 1, unix.Getpgrp()} {
		forged := l.record.Temporal
		forged.PGID = pgid
		signalled, err := signalGroup(l.home, l.World.tree.file, forged, nothing)
		check(t, err)
		if signalled {
			t.Errorf("group %d was signalled", pgid)
		}
	}
}

// A group whose members hold another file than this lock is left alone.
func TestSignalGroupOfAnotherLock(t *testing.T) {
	l := newLife(t)
	leader := l.spawnOnly()
	touch(t, l.home.Lock()+".other")
	other := idAt(t, l.home.Lock()+".other")
	signalled, err := signalGroup(l.home, other, l.record.Temporal, unix.SIGKILL)
	check(t, err)
	is(t, "signalled", signalled, false)
	escaped, err := endEscaped(l.home, other, l.record, unix.SIGKILL)
	check(t, err)
	is(t, "escaped", escaped, 0)
	leader.untouched()
}

func TestSignalEscaped(t *testing.T) {
	l := newLife(t)
	leader := l.spawnOnly()
	member := leader.bear(l.stage)
	one, two := leader.bear(l.stage, "setsid"), member.bear(l.stage, "setpgid", "noenv")
	n, err := endEscaped(l.home, l.World.tree.file, l.record, unix.SIGKILL)
	check(t, err)
	is(t, "escaped", n, 2)
	one.awaitEnd()
	two.awaitEnd()
	leader.untouched()
	member.untouched()
}

// endEscaped proves the holders and signals those outside the group.
func endEscaped(home statefile.Home, held probes.FileID, r fsm.Record, sig unix.Signal) (int, error) {
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
	hidden := leader.bear(l.stage).bear(l.stage, "setsid", "noenv")
	e := fsm.Effect{Record: l.record}
	members, err := l.signal(e, l.World.tree.file, nil, nothing)
	check(t, err)
	check(t, killGroup(l.record.Temporal.PGID, unix.SIGKILL))
	leader.awaitEnd()
	check(t, within(t, "only that one holds the lock", later(func() error {
		for {
			holders, err := probes.HoldersOf(l.World.tree.file)
			if err != nil || len(holders) == 1 && holders[0].Process.PID == hidden.PID {
				return err
			}
		}
	})))
	_, err = l.signal(e, l.World.tree.file, nil, unix.SIGKILL)
	if stranger, ok := errors.AsType[strangerError](err); !ok {
		t.Errorf("who was not seen beside the leader is a stranger: %v", stranger)
	}
	hidden.untouched()
	_, err = l.signal(e, l.World.tree.file, members, unix.SIGKILL)
	check(t, err)
	hidden.awaitEnd()
}

// One round of SIGKILL ends what has left the group and shows no mark, though its leader
// dies in the same round: the holders are proven before.
func TestOneRoundEndsWhatShowsNothing(t *testing.T) {
	l := newLife(t)
	leader := l.spawnOnly()
	hidden := leader.bear(l.stage).bear(l.stage, "setsid", "noenv")
	_, err := l.signal(fsm.Effect{Record: l.record}, l.World.tree.file, nil, unix.SIGKILL)
	check(t, err)
	leader.awaitEnd()
	hidden.awaitEnd()
}

// Rounds that go on side by side, of a stop and of a kill before it, share what was
// proven before and write to memory of their own.
func TestRoundsSideBySide(t *testing.T) {
	l := newLife(t)
	leader := l.spawnOnly()
	leader.bear(l.stage, "setsid")
	e := fsm.Effect{Record: l.record}
	earlier, err := l.signal(e, l.World.tree.file, nil, nothing)
	check(t, err)
	earlier = append(make([]fsm.Process, 0, 8), earlier...)
	leader.bear(l.stage, "setsid")
	round := func() []fsm.Process {
		all, err := l.signal(e, l.World.tree.file, earlier, nothing)
		if err != nil || len(all) != 3 {
			t.Errorf("%d are proven: %v", len(all), err)
		}
		return all
	}
	first, second := later(round), later(round)
	one, other := within(t, "a round", first), within(t, "the other", second)
	is(t, "both write to one array", &one[0] == &other[0], false)
}

// macOS remembers which process was forked by the leader: it is ours without any mark.
func TestAChildOfTheLeaderIsOurs(t *testing.T) {
	s := newStage(t)
	child := s.start("actor", nil)
	leader, err := probes.Identify(os.Getpid())
	check(t, err)
	if !probes.IsChild(leader, child.PID) {
		t.Skip("only macOS remembers it")
	}
	holders := []probes.Holder{{Process: child.identity(), Command: "/bin/sleep 60"}}
	home := newHome(t)
	is(t, "a child", Classify(home, fsm.Record{RecordedRun: fsm.RecordedRun{Temporal: leader}}, holders).Owner, fsm.OwnerLeftover)
	leader.StartTicks++
	is(t, "another one's", Classify(home, fsm.Record{RecordedRun: fsm.RecordedRun{Temporal: leader}}, holders).Owner, fsm.OwnerForeign)
}

func TestSignalEscapedLeavesStrangersAlone(t *testing.T) {
	l := newLife(t)
	stranger := l.start("actor", nil)
	stranger.must("lock", l.home.Lock())
	held := idAt(t, l.home.Lock())
	for name, forge := range map[string]func(*fsm.Process){
		"no record":  func(*fsm.Process) {},
		"PID reused": func(p *fsm.Process) { *p = stranger.identity(); p.StartTicks-- },
		"its group":  func(p *fsm.Process) { *p = stranger.identity(); p.PID, p.StartTicks = 1<<22-1, p.StartTicks+1 },
		"every boot": func(p *fsm.Process) { *p = stranger.identity(); p.Boot = "" },
	} {
		r := l.record
		forge(&r.Temporal)
		if name == "PID reused" {
			r.Temporal.PGID = 0
		}
		n, err := endEscaped(l.home, held, r, unix.SIGKILL)
		is(t, name+": signalled", n, 0)
		if err == nil {
			t.Errorf("%s: the stranger is not named", name)
		} else {
			has(t, err.Error(), Describe(holderAt(t, l.home.Lock())), "not ours")
		}
		stranger.untouched()
	}
}

// Once this process has the lock, whoever shares it is not hunted.
func TestSignalEscapedStopsWhenTheLockIsOurs(t *testing.T) {
	l := newLife(t)
	lock, err := Acquire(l.home.Lock())
	check(t, err)
	defer lock.Close()
	l.start("actor", []string{probes.InstanceVariable + "=" + string(l.home)}, lock)
	held := idAt(t, l.home.Lock())
	n, err := endEscaped(l.home, held, l.record, nothing)
	check(t, err)
	is(t, "signalled", n, 0)
}

func TestSignalOne(t *testing.T) {
	s := newStage(t)
	a := s.start("actor", nil)
	p := a.identity()
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
		check(t, within(t, name+": no wait", later(func() error { return exited(forged) })))
		a.untouched()
	}
	check(t, procs.Signal(p, unix.SIGKILL))
	check(t, within(t, "the exit", later(func() error { return exited(p) })))
	a.awaitEnd()
	check(t, procs.Signal(p, unix.SIGKILL))
	check(t, exited(p))
}

func exited(p fsm.Process) error {
	_, gone, err := procs.AwaitExit(p, -1)
	if err == nil && !gone {
		err = errors.New("AwaitExit without a timeout returned before the exit")
	}
	return err
}
