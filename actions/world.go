package actions

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes"
	"github.com/stigmer/local/probes/temporal"
	"github.com/stigmer/local/statefile"
)

// World is the real world of one driver: it performs fsm's effects on this
// machine. Make one with NewWorld, by the holder of supervisor.lock only. It
// belongs to the goroutine that drives; only Post may be called from others.
type World struct {
	home  statefile.Home
	file  statefile.File
	self  fsm.Process
	log   hclog.Logger
	began time.Time
	inbox chan delivery

	document statefile.Document
	// seat is supervisor.lock, which the driver holds.
	seat *os.File
	// lock and dbLock are held between the taking and the spawn, and after the tree's end.
	lock, dbLock *os.File
	// waiter is a second description of the lock's file, opened while the first
	// was known to be the file at the path, for the wait on the tree's end.
	waiter *os.File
	// guard is a lock on the file that has taken the place of a lock file that was
	// deleted or replaced under Temporal.
	guard *os.File
	// unsaved says that the last save failed, so that the record on disk is older.
	unsaved bool
	// put is the file that the last save made, and proven the one that was read since
	// and is this driver's.
	put, proven statefile.Stamp
	// unsynced counts the puts of the record that are not durable yet.
	unsynced atomic.Int64
	// heard says that a signal was met with a request, and unheard, after the end, that
	// there was a request of which no signal has told.
	heard   atomic.Bool
	unheard bool
	// reached, if set, is told the first moments of the Temporal at hand.
	reached func(milestone string)
	// homeless is since when there is no home, zero where there is one.
	homeless time.Time
	// questions are the probes that are under way.
	questions questions
	// versions knows the version of the program at hand.
	versions temporal.Versions
	// logs keeps the logs bounded.
	logs *logKeeper
	// backup is the copy of the database that was made before the spawn at hand.
	backup string
	// aside is the name under which the half-made database was set aside before the spawn.
	aside string
	// database describes the file that Temporal has open, once it serves.
	database *openDatabase
	// held is the lock file of the current run, wherever its path leads.
	held probes.FileID
	// members are the processes that were seen to hold that lock beside a proven holder.
	members []fsm.Process
	// awaited is the run whose end is being waited for.
	awaited uint64
	child   *exec.Cmd
	logFrom int64
	timers  map[fsm.Event]*time.Timer
	// moved is told each transition; it may be nil. asked says that a beat waits for
	// its answer, copying that the loop is busy with a whole database.
	moved          func(fsm.Transition, fsm.Record)
	asked, copying atomic.Bool
	// tree is the end of the current run's tree, as the kernel tells it; ended is the run
	// whose tree has gone last.
	tree  *treeEnd
	ended uint64
}

// delivery is an input, or a beat and no input.
type delivery struct {
	fsm.Input
	// ended says that the tree is gone, and lock is its lock, which came over with that
	// unless its file was deleted.
	ended bool
	lock  *os.File
	beat  func()
}

// NewWorld makes the world of a driver, self, that holds the locked seat and goes
// on from a document.
func NewWorld(home statefile.Home, seat *os.File, d statefile.Document, self fsm.Process, log hclog.Logger) *World {
	w := &World{
		home: home, file: statefile.File{Home: home}, self: self, seat: seat, document: d, log: log,
		began: time.Now(), inbox: make(chan delivery, 64),
		timers: map[fsm.Event]*time.Timer{}, tree: newTreeEnd(), logs: newLogKeeper(home, log),
	}
	if d.Desired == fsm.WantRunning {
		go w.versions.Of(d.Settings.TemporalBin) // while the locks are taken
	}
	return w
}

// Observe says who has temporal.lock.
func (w *World) Observe(r fsm.Record) fsm.Evidence { return Observe(w.home, r) }

// Post delivers an input from another goroutine.
func (w *World) Post(in fsm.Input) { w.inbox <- delivery{Input: in} }

// Next waits for the next input.
func (w *World) Next() fsm.Input {
	d := <-w.inbox
	for ; d.beat != nil; d = <-w.inbox {
		w.answer(d.beat)
	}
	switch {
	case d.ended && d.Run == w.awaited:
		w.lock, w.ended = d.lock, d.Run
		d.Left = stateOf(w.document.Settings.DB)
	case d.lock != nil:
		d.lock.Close()
	}
	return w.lost(d.Input)
}

// Stamp fills in the clocks. The monotonic one stands still while the machine sleeps.
func (w *World) Stamp(in fsm.Input) fsm.Input {
	in.At = instant(time.Now())
	in.Tick = fsm.Instant(time.Since(w.began).Milliseconds()) + 1
	in.Dice = rand.IntN(1000)
	return in
}

func instant(t time.Time) fsm.Instant { return fsm.Instant(t.UnixMilli()) }

func millis(m fsm.Millis) time.Duration { return time.Duration(m) * time.Millisecond }

// Perform carries out one effect.
func (w *World) Perform(e fsm.Effect) (fsm.Input, bool) {
	switch e.Do {
	case fsm.DoSave:
		return w.save(e)
	case fsm.DoNote:
		w.note(e)
		w.passOn(e)
	case fsm.DoLock:
		return w.takeLocks(e), true
	case fsm.DoQuarantine:
		w.setAside(e)
	case fsm.DoBackup:
		return w.backUp(e)
	case fsm.DoSpawn:
		return w.spawn(e), true
	case fsm.DoAdopt:
		w.adopt(e)
	case fsm.DoWatch:
		w.watch(e)
	case fsm.DoProbe:
		w.ask(e)
	case fsm.DoTerm:
		w.term(e)
	case fsm.DoKill:
		w.kill(e)
	case fsm.DoArm:
		w.arm(e)
	case fsm.DoRelease:
		w.release()
	case fsm.DoIgnore:
		w.log.Debug("input ignored", "event", e.Event, "why", e.Detail)
	}
	return fsm.Input{}, false
}

func (w *World) setAside(e fsm.Effect) {
	aside, err := quarantine(realDatabase(e.Record.Settings.DB), time.Now())
	if err != nil {
		w.log.Error("half-made database not set aside", "error", err)
		return
	}
	w.log.Warn("database that never served set aside", "db", e.Record.Settings.DB, "as", aside)
	w.aside = aside
}

// backUp fails the spawn if it fails: the data is worth more than the start.
func (w *World) backUp(e fsm.Effect) (fsm.Input, bool) {
	db := e.Record.Database
	w.copying.Store(true)
	to, earlier, err := backup(db, time.Now())
	w.copying.Store(false)
	if err != nil {
		return fsm.Input{Event: fsm.SpawnFailed, Detail: err.Error()}, true
	}
	if earlier {
		w.log.Info("database of another Temporal version is backed up already", "made by", db.Version, "copy", to)
	} else {
		w.log.Warn("database of another Temporal version backed up", "made by", db.Version, "copy", to)
	}
	w.backup = to
	return fsm.Input{}, false
}

// arm starts a timer; one that is armed for the same event is replaced. It is
// stopped by release or by the next arm; a late one is told by its Seq.
func (w *World) arm(e fsm.Effect) {
	if old := w.timers[e.Event]; old != nil {
		old.Stop()
	}
	in := fsm.Input{Event: e.Event, Seq: e.Seq, Run: e.Run}
	w.timers[e.Event] = time.AfterFunc(millis(e.After), func() { w.Post(in) })
}

// release gives the locks back and tidies what only a running Temporal needs.
func (w *World) release() {
	for _, timer := range w.timers {
		timer.Stop()
	}
	w.questions.end()
	for _, file := range []*os.File{w.lock, w.dbLock, w.guard} {
		if file != nil {
			file.Close()
		}
	}
	w.lock, w.dbLock, w.guard = nil, nil, nil
	w.logs.stop()
	w.logs.take(nil, nil)
	w.closeWaiter()
	if err := statefile.RemovePID(w.home.PID()); err != nil {
		w.log.Warn("PID file not removed", "error", err)
	}
	_, asked := w.request()
	w.unheard = asked && !w.heard.Load()
	os.Remove(w.home.Request())
	if w.unsaved {
		// On a full disk what was removed may have made room for the record.
		if err := w.write(nil, true); err != nil {
			w.log.Error("record not saved", "error", err)
		}
	}
}
