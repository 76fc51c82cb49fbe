package actions

import (
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes"
	"github.com/stigmer/local/statefile"
)

// follow waits for two things at once, each told by the kernel: supervisor.lock
// comes free (its holder is done, or dead), or the record changes. Following
// twice is following once. The goroutines end with the process, as a wait in
// the kernel for a lock cannot be cancelled.
func (d *Desk) follow() {
	if !d.waiting {
		d.waiting = true
		go func() {
			lock, err := AcquireWait(d.home.SupervisorLock())
			if err != nil {
				d.sights <- sighting{Sight: fsm.Sight{Saw: fsm.SawBroken, Detail: err.Error()}, err: err}
				return
			}
			d.sights <- sighting{lock: lock}
		}()
	}
	switch {
	case d.following:
		return
	case turnsAreTold(d.home):
		first := changed
		first.follows = true
		d.sights <- first
		time.AfterFunc(surely, d.lookNowAndThen)
	default:
		d.watchRecord()
	}
	d.following = true
}

// lookAgain is how long nobody is seen to drive before that is looked into: most often
// supervisor.lock comes free before, as a dying driver's bytes do a moment earlier.
const lookAgain = 10 * time.Millisecond

// tooEarly puts a look off whose turn came free by the driver's end. The lock that comes
// free in the same moment says more, and costs less than a search of all processes for
// somebody who has just gone.
func (d *Desk) tooEarly(s sighting) bool {
	if !s.turn || s.again || d.driver.PID == 0 || !probes.Dying(d.driver.PID) {
		return false
	}
	d.lookLater(s)
	return true
}

func (d *Desk) lookLater(next sighting) {
	next.again = true
	time.AfterFunc(lookAgain, func() { d.sights <- next })
}

// awaitNext waits for the record that follows the one which was just seen by a look.
func (d *Desk) awaitNext(taken sighting, s fsm.Sight) {
	next := changed
	next.follows, next.turn, next.generation = true, true, s.Record.Generation
	switch same := taken.turn && taken.generation == s.Record.Generation; {
	case !same:
		go func() {
			next.again = awaitTurn(d.home.SupervisorLock(), next.generation) != nil
			d.sights <- next
		}()
	case !taken.again:
		d.lookLater(next)
	default: // whoever drives tells of no turns, as an older version does
		d.watchRecord()
	}
}

// surely is how often a follower looks without being told. What it waits for is told by
// the kernel, at once; this is for who has a byte and passes it to nobody: a supervisor
// of an older version that inherited it, or another program with a lock on the file.
const surely = time.Second

// lookNowAndThen looks at once, and goes on looking until the process ends.
func (d *Desk) lookNowAndThen() {
	unasked := changed
	unasked.unasked = true
	for {
		d.sights <- unasked
		time.Sleep(surely)
	}
}

// nothingNew is true of a look that nobody has told of, where the record is the file
// that was looked at last. Who follows hears of changes, and of nothing else: its
// timers begin anew with what it hears.
func (d *Desk) nothingNew(s sighting) bool {
	return s.unasked && d.looked == (statefile.File{Home: d.home}).Stamp()
}

// watchRecord watches the folder, as the record is replaced by rename. What
// changed before the watch was there is seen by one look after it is.
func (d *Desk) watchRecord() {
	watcher, err := fsnotify.NewWatcher()
	if err == nil {
		err = watcher.Add(string(d.home))
	}
	if err != nil {
		go d.lookNowAndThen() // fs.inotify.max_user_instances is spent, or every descriptor
		return
	}
	d.sights <- changed
	record := filepath.Base(d.home.State())
	go func() {
		for event := range watcher.Events {
			if filepath.Base(event.Name) == record && event.Has(fsnotify.Create|fsnotify.Rename) {
				d.sights <- changed
			}
		}
	}()
}
