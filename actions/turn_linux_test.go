package actions

import (
	"os"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
	"golang.org/x/sys/unix"
)

// hasTurn reports whether somebody has the byte of a generation.
func hasTurn(t *testing.T, home statefile.Home, generation uint64) bool {
	t.Helper()
	file, err := os.Open(home.SupervisorLock())
	check(t, err)
	defer file.Close()
	return hasTurnAt(t, file, generation)
}

func hasTurnAt(t *testing.T, file *os.File, generation uint64) bool {
	t.Helper()
	lock := unix.Flock_t{Type: unix.F_RDLCK, Start: turnByte(generation), Len: 1}
	check(t, unix.FcntlFlock(file.Fd(), unix.F_OFD_GETLK, &lock))
	return lock.Type != unix.F_UNLCK
}

// watches are the watches on folders that this process has.
func watches(t *testing.T) int {
	t.Helper()
	open, err := filepath.Glob("/proc/self/fd/*")
	check(t, err)
	n := 0
	for _, path := range open {
		if to, err := os.Readlink(path); err == nil && to == "anon_inode:inotify" {
			n++
		}
	}
	return n
}

// loaded is the generation on disk.
func loaded(t *testing.T, home statefile.Home) uint64 {
	t.Helper()
	document, err := statefile.File{Home: home}.Load()
	check(t, err)
	return document.Generation
}

// Whenever a record is there, and still is a moment later, its driver has its byte.
func TestTurnIsTheRecords(t *testing.T) {
	home := newHome(t)
	save(t, home, fsm.Record{Generation: 1})
	w := newWorld(t, home)
	is(t, "the first one's turn", hasTurn(t, home, 1), true)
	var over atomic.Bool
	looks := later(func() int {
		n := 0
		for ; !over.Load(); n++ {
			there := loaded(t, home)
			if !hasTurn(t, home, there) && loaded(t, home) == there {
				t.Errorf("it is nobody's turn at %d", there)
				return n
			}
		}
		return n
	})
	const last = 1000
	for generation := uint64(2); generation <= last; generation++ {
		w.document.Generation = generation
		check(t, w.write(nil, false))
		is(t, "the last one's turn", hasTurn(t, home, generation-1), false)
	}
	over.Store(true)
	if n := within(t, "the looks", looks); n < 10 {
		t.Errorf("looked only %d times", n)
	}
	check(t, w.seat.Close())
	is(t, "a dead driver's turn", hasTurn(t, home, last), false)
}

// A follower is told each record, at once, and opens no watch for it.
func TestFollowByTurns(t *testing.T) {
	home := newHome(t)
	save(t, home, fsm.Record{Generation: 1})
	w, before := newWorld(t, home), watches(t)
	d, _ := newDesk(t, home, nil)
	began := time.Now()
	d.Carry(fsm.Deed{Ask: fsm.AskFollow})
	is(t, "generation", d.sees(t, fsm.SawBusy).Record.Generation, 1)
	for generation := uint64(2); generation < 50; generation++ {
		w.document.Generation = generation
		check(t, w.write(nil, generation%2 == 0))
		is(t, "generation", d.sees(t, fsm.SawBusy).Record.Generation, generation)
	}
	// On a slow disk a look that nobody has asked for may have been the one that saw a
	// record: then what tells of that record comes after it.
	besides := 0
	for len(d.sights) > 0 {
		if !(<-d.sights).unasked {
			besides++
		}
	}
	if late := int(time.Since(began) / surely); besides > late {
		t.Errorf("%d sights besides, in a time for %d looks that nobody asks for", besides, late)
	}
	is(t, "watches", watches(t), before)
	check(t, w.seat.Close())
	for s := within(t, "a sight", later(d.Look)); s.Saw != fsm.SawWon; s = within(t, "a sight", later(d.Look)) {
		is(t, "saw", s.Saw, fsm.SawBusy)
	}
}

// A command that has supervisor.lock has the turn of the record that is there, and its
// supervisor inherits that of the record that was handed over.
func TestTurnIsHandedOver(t *testing.T) {
	home, stage := newHome(t), newStage(t)
	save(t, home, fsm.Record{Generation: 8})
	var heir *actor
	d, _ := newDesk(t, home, func(lock *os.File) (int, error) {
		is(t, "the old one's turn", hasTurn(t, home, 8), false)
		heir = stage.start(SuperviseVerb, nil, lock)
		return heir.PID, nil
	})
	d.Carry(fsm.Deed{Ask: fsm.AskTry})
	d.sees(t, fsm.SawWon)
	is(t, "the winner's turn", hasTurn(t, home, 8), true)
	d.Carry(fsm.Deed{Ask: fsm.AskHandOver, Record: wanted(9)})
	d.sees(t, fsm.SawHanded)
	is(t, "the heir's turn", hasTurn(t, home, 9), true)
	heir.tell("exit", "0")
	check(t, within(t, "a dead heir's turn", later(func() error { return awaitTurn(home.SupervisorLock(), 9) })))
}

// Who takes a new supervisor.lock, as the old one was deleted, tells of turns there,
// and nobody is left to wait at the old one.
func TestTurnMovesWithTheLock(t *testing.T) {
	home := newHome(t)
	save(t, home, fsm.Record{Generation: 3})
	w := newWorld(t, home)
	old, err := os.Open(home.SupervisorLock())
	check(t, err)
	defer old.Close()
	seat := w.seat
	is(t, "the turn at the old one", hasTurnAt(t, old, 3), true)
	check(t, os.Remove(home.SupervisorLock()))
	is(t, "keeps its seat", w.keepSeat(), true)
	is(t, "the turn at the new one", hasTurn(t, home, 3), true)
	is(t, "the turn at the old one", hasTurnAt(t, old, 3), false)
	runtime.KeepAlive(seat) // it is not the collector that has closed it
}

// A generation that no driver has counted to is waited for all the same.
func TestTurnOfAWildGeneration(t *testing.T) {
	home := newHome(t)
	for _, generation := range []uint64{0, 1<<62 - 1, 1 << 62, 1<<64 - 1} {
		save(t, home, fsm.Record{Generation: generation})
		w := newWorld(t, home)
		is(t, "its turn", hasTurn(t, home, generation), true)
		passTurn(home, w.seat, generation)
		is(t, "its turn", hasTurn(t, home, generation), true)
		check(t, w.seat.Close())
		check(t, awaitTurn(home.SupervisorLock(), generation))
	}
}

// looks counts the looks of a follower within a time in which nothing happens.
func looks(t *testing.T, d *Desk, during func()) int {
	t.Helper()
	d.Carry(fsm.Deed{Ask: fsm.AskFollow})
	d.Carry(fsm.Deed{Ask: fsm.AskArm, Saw: fsm.SawTimeout, After: 300})
	during()
	for n := 0; ; n++ {
		if within(t, "a sight", later(d.Look)).Saw == fsm.SawTimeout {
			return n
		}
	}
}

// Nobody at a turn, or a lock file that cannot be opened, is no reason to look on and on.
func TestAwaitIsBounded(t *testing.T) {
	home := newHome(t)
	save(t, home, fsm.Record{Generation: 1})
	driver := newStage(t).start(SuperviseVerb, nil)
	driver.must("lock", home.SupervisorLock())
	d, _ := newDesk(t, home, nil)
	if n := looks(t, d, func() {}); n > 4 {
		t.Errorf("a driver without turns: %d looks", n)
	}
	save(t, home, fsm.Record{Generation: 2})
	is(t, "generation", d.sees(t, fsm.SawBusy).Record.Generation, 2)

	blind := newHome(t) // nobody has its lock, and the record is not there
	d, _ = newDesk(t, blind, nil)
	d.waiting = true // or it would win
	if n := looks(t, d, func() { os.Remove(blind.SupervisorLock()) }); n > 5 {
		t.Errorf("nobody to be seen: %d looks", n)
	}
}

// A turn that came free by its driver's end is no reason to search everybody at once,
// and is not forgotten.
func TestLookIsPutOff(t *testing.T) {
	home := newHome(t)
	driver := newStage(t).start(SuperviseVerb, nil)
	d, _ := newDesk(t, home, nil)
	d.driver = driver.identity()
	s := sighting{Sight: fsm.Sight{Saw: fsm.SawBusy}, look: true, follows: true, turn: true, generation: 3}
	is(t, "while it lives", d.tooEarly(s), false)
	driver.tell("exit", "0")
	driver.awaitEnd()
	is(t, "when it has ended", within(t, "its end", later(func() bool {
		for !d.tooEarly(s) {
		}
		return true
	})), true)
	again := within(t, "the look", later(func() sighting { return <-d.sights }))
	is(t, "the next time", d.tooEarly(again), false)
	is(t, "generation", again.generation, 3)
}

// Whoever has a byte and never passes it, an older supervisor that inherited it or a
// stranger, cannot keep a follower from the next record.
func TestFollowBesideAByteThatIsKept(t *testing.T) {
	home := newHome(t)
	save(t, home, fsm.Record{Generation: 1})
	driver := newStage(t).start(SuperviseVerb, nil)
	driver.must("lock", home.SupervisorLock())
	keeper, err := os.OpenFile(home.SupervisorLock(), os.O_RDWR, 0)
	check(t, err)
	defer keeper.Close()
	takeTurn(home, keeper, 1)
	d, _ := newDesk(t, home, nil)
	d.Carry(fsm.Deed{Ask: fsm.AskFollow})
	is(t, "generation", d.sees(t, fsm.SawBusy).Record.Generation, 1)
	save(t, home, fsm.Record{Generation: 2})
	for d.sees(t, fsm.SawBusy).Record.Generation != 2 {
	}
	// Nothing happens, and so nothing is seen, for longer than the pause of these looks.
	d.Carry(fsm.Deed{Ask: fsm.AskArm, Saw: fsm.SawTimeout, After: fsm.Millis(surely.Milliseconds()) * 5 / 2})
	d.sees(t, fsm.SawTimeout)
}
