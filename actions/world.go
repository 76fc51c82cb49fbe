package actions

import (
	"math/rand/v2"
	"os"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/stigmer/local/actions/database"
	"github.com/stigmer/local/actions/evidence"
	"github.com/stigmer/local/actions/launch"
	"github.com/stigmer/local/actions/logfile"
	"github.com/stigmer/local/actions/program"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

// World is the real world of one driver: it performs fsm's effects on this
// machine. Make one with NewWorld, by the holder of supervisor.lock only. It
// belongs to the goroutine that drives; only Post may be called from others.
type World struct {
	home statefile.Home
	self fsm.Process
	log  hclog.Logger
	// supervisorLock is held by this driver; homeMissingSince is since when there is no
	// home, zero where there is one.
	supervisorLock   *os.File
	homeMissingSince time.Time

	inputs inputs
	record recordFile
	tree   treeLock
	run    spawnedRun
	// questions are the probes that are under way.
	questions questions
	// programs knows the program at hand.
	programs program.Known
	// logs keeps the logs bounded.
	logs *logfile.Keeper
	// requests are those to stop that came by file and signal.
	requests stopRequests
	beats    beats
	observer Observer
}

// WorldConfig is what a driver brings.
type WorldConfig struct {
	Self     fsm.Process
	Log      hclog.Logger
	Observer Observer
}

// NewWorld makes the world of a driver that holds supervisor.lock, and goes on from a document.
func NewWorld(home statefile.Home, lock *os.File, d statefile.Document, c WorldConfig) *World {
	w := &World{
		home: home, self: c.Self, supervisorLock: lock, log: c.Log, observer: c.Observer,
		record: recordFile{file: statefile.File{Home: home}, log: c.Log, document: d},
		inputs: inputs{inbox: make(chan delivery, 64), timers: timers[fsm.Event]{}, began: time.Now()},
		tree:   treeLock{end: newTreeEnd()}, logs: logfile.NewKeeper(home, c.Log),
	}
	if d.TiedTo.PID != 0 {
		go w.watchTie(d.TiedTo) //mutation:tie-watched
	}
	if d.Desired == fsm.WantRunning {
		go w.programs.Of(home, d.Record) // while the locks are taken
	}
	return w
}

// Observe classifies the owner of temporal.lock. It keeps a free lock: the next step takes it.
func (w *World) Observe(r fsm.Record) fsm.Evidence {
	e, lock := evidence.ObserveLocked(w.home, r)
	w.tree.own = lock
	if e.Owner == fsm.OwnerOurs {
		e.Ports = launch.Ports(e.Leader)
	}
	return e
}

// Post delivers an input from another goroutine.
func (w *World) Post(in fsm.Input) { w.inputs.inbox <- delivery{Input: in} }

// Next waits for the next input.
func (w *World) Next() fsm.Input {
	began := time.Now()
	d := <-w.inputs.inbox
	for ; d.beat != nil; d = <-w.inputs.inbox {
		w.answer(d.beat)
	}
	switch {
	case d.ended && d.Run == w.tree.awaited:
		w.tree.own, w.tree.ended = d.lock, d.Run
		d.Left = database.State(w.record.document.Settings.DB)
	case d.lock != nil:
		d.lock.Close()
	}
	in := w.checkDatabaseFile(d.Input)
	w.observer.took("wait: "+string(in.Event), began)
	w.log.Debug("input", "event", in.Event, "detail", in.Detail, "run", in.Run)
	return in
}

// Stamp fills in the clocks. The monotonic one stands still while the machine sleeps.
func (w *World) Stamp(in fsm.Input) fsm.Input {
	in.At = fsm.Instant(time.Now().UnixMilli())
	in.Tick = fsm.Instant(time.Since(w.inputs.began).Milliseconds()) + 1
	in.Dice = rand.IntN(1000)
	return in
}

func millis(m fsm.Millis) time.Duration { return time.Duration(m) * time.Millisecond }

// Perform carries out one effect. An observer that sees a Temporal serve must not see it undone
// for want of a record: it is shown what was saved, or need not be.
func (w *World) Perform(e fsm.Effect) (fsm.Input, bool) {
	w.log.Debug("perform", "effect", e.Do, "event", e.Event, "after", millis(e.After), "run", e.Run)
	began := time.Now()
	in, answered := w.perform(e)
	w.observer.took(effectName(e), began)
	if e.Transition.From != "" && !answered {
		d := w.record.document
		d.Record = e.Record
		w.observer.recorded(d)
	}
	return in, answered
}

func (w *World) perform(e fsm.Effect) (fsm.Input, bool) {
	switch e.Do {
	case fsm.DoSave:
		return w.save(e)
	case fsm.DoNote:
		w.note(e)
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
	case fsm.DoSetup:
		w.setUp(e) //mutation:setup-begun
	case fsm.DoTerm:
		w.term(e)
	case fsm.DoKill:
		w.kill(e)
	case fsm.DoArm:
		w.inputs.arm(e)
	case fsm.DoRelease:
		w.release()
	case fsm.DoIgnore:
		w.log.Debug("input ignored", "event", e.Event, "why", e.Detail)
	}
	return fsm.Input{}, false
}

func (w *World) setAside(e fsm.Effect) {
	aside, err := database.Quarantine(database.Real(e.Record.Settings.DB), time.Now()) //mutation:database-aside
	if err != nil {
		w.log.Error("half-made database not set aside", "error", err)
		return
	}
	w.log.Warn("database that never served set aside", "db", e.Record.Settings.DB, "as", aside)
	w.run.aside = aside
}

// backUp fails the spawn if it fails: the data is worth more than the start.
func (w *World) backUp(e fsm.Effect) (fsm.Input, bool) {
	db := e.Record.Database
	w.beats.copying.Store(true)
	to, earlier, err := database.Backup(db, time.Now())
	w.beats.copying.Store(false)
	if err != nil {
		return refused(fsm.SpawnFailed, err), true
	}
	if earlier {
		w.log.Info("database of another Temporal version is backed up already", "made by", db.Version, "copy", to)
	} else {
		w.log.Warn("database of another Temporal version backed up", "made by", db.Version, "copy", to)
	}
	w.run.backup = to
	return fsm.Input{}, false
}

// release gives the locks back and tidies what only a running Temporal needs.
func (w *World) release() {
	w.inputs.timers.stop()
	w.questions.end()
	for _, file := range []*os.File{w.tree.own, w.run.dbLock, w.tree.guard} { //mutation:locks-released
		if file != nil {
			file.Close()
		}
	}
	w.tree.own, w.run.dbLock, w.tree.guard = nil, nil, nil
	w.logs.Stop()
	w.logs.Take(nil, nil)
	w.tree.closeWaiter()
	if err := statefile.RemovePID(w.home.PID()); err != nil {
		w.log.Warn("PID file not removed", "error", err)
	}
	_, asked := w.request()
	w.requests.stopUndelivered = asked && !w.requests.stopDelivered.Load()
	os.Remove(w.home.Request())
	if w.record.unsaved {
		// On a full disk what was removed may have made room for the record.
		if err := w.record.write(nil, true); err != nil {
			w.log.Error("record not saved", "error", err)
		}
	}
}
