package actions

import (
	"os"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

// Desk is the real world of one command. Make one with NewDesk; it belongs to
// the goroutine that runs the command.
type Desk struct {
	home statefile.Home
	log  hclog.Logger
	// supervise starts a supervisor that inherits the locked supervisor.lock.
	supervise func(lock *os.File) (pid int, err error)
	// heir is the PID of the supervisor that this command started, 0 for none: the
	// first to look at, before the record names it.
	heir    int
	sights  chan sighting
	seat    *os.File // supervisor.lock, while it is ours
	waiting bool     // a goroutine waits for supervisor.lock
	// following says that each change of the record is looked at.
	following bool
	// unseenSince is since when supervisor.lock is held by nobody that can be seen.
	unseenSince time.Time
	timers      map[fsm.CommandInputKind]*time.Timer
	progress    func(statefile.Document)
	outdated    func(supervisor fsm.Process) bool
	last        fsm.Record
	// recovered is what was read when supervisor.lock was won, and of which file.
	recovered statefile.Document
	stamp     statefile.Stamp
	// looked is the file that was looked at last.
	looked statefile.Stamp
	// driver is who was seen to drive at last.
	driver fsm.Process
	err    error
	// wordsFrom is the end of the supervisor's log before the first handover.
	wordsFrom int64
	// noSeat is why there is no seat although nobody else has it.
	noSeat error
	// world is set while a drive runs in this process.
	world atomic.Pointer[World]
	// drove is the last one that is over, and unheard says that it was asked for a
	// stop whose signal had not come by then.
	drove   atomic.Pointer[World]
	unheard atomic.Bool
}

// sighting is a sight, with the lock that came with it.
type sighting struct {
	fsm.CommandInput
	lock *os.File
	look bool  // the record is to be looked at when the sight is taken
	err  error // goes with SawBroken
	// seatless is why supervisor.lock could not be made, where nobody can have it.
	seatless error
}

// changed is what is seen where the record may be another one.
var changed = sighting{CommandInput: fsm.CommandInput{Kind: fsm.InputBusy}, look: true}

// DeskConfig is what a command brings.
type DeskConfig struct {
	Home statefile.Home
	Log  hclog.Logger
	// Supervise starts a supervisor process with the locked file, which it must not
	// keep, and returns its PID.
	Supervise func(lock *os.File) (pid int, err error)
	// Progress is told each record that is seen, with its history, in the command's
	// goroutine. It may be nil.
	Progress func(statefile.Document)
	// Outdated says whether a running supervisor, as the record names it, is of an
	// older version that a start replaces. It may be nil: then none is.
	Outdated func(supervisor fsm.Process) bool
}

// NewDesk makes a command's world.
func NewDesk(c DeskConfig) *Desk {
	return &Desk{
		home: c.Home, log: c.Log, supervise: c.Supervise, progress: c.Progress, outdated: c.Outdated,
		sights: make(chan sighting, 64), timers: map[fsm.CommandInputKind]*time.Timer{}, wordsFrom: -1,
	}
}

// Err is why the command broke off, nil if it came to an end of its own. It
// goes with EndBroken.
func (d *Desk) Err() error { return d.err }

// Words are the last lines that the supervisors have written which this command
// started, empty if it started none. They say why a handover came to nothing: on a
// full disk the log may have had the room that the record did not get.
func (d *Desk) Words() string {
	if d.wordsFrom < 0 {
		return ""
	}
	return tail(d.home.SupervisorLog(), d.wordsFrom)
}

// Hurry passes a later stop's request on to the drive in this process. It
// reports false where there is none: the signal that came is then an interruption.
// One that comes when the drive is just over is for that drive all the same: who
// asked sees that it is over. It may be called from any goroutine.
func (d *Desk) Hurry() bool {
	if world := d.world.Load(); world != nil {
		return world.Requested()
	}
	drove := d.drove.Load()
	if drove == nil || d.unheard.CompareAndSwap(true, false) {
		return drove != nil
	}
	_, asked := drove.request()
	return asked
}

func (d *Desk) post(s fsm.CommandInput) { d.sights <- sighting{CommandInput: s} }

// broke ends the command with an error of the system.
func (d *Desk) broke(err error) {
	d.sights <- sighting{CommandInput: fsm.CommandInput{Kind: fsm.InputBroken, Detail: err.Error()}, err: err}
}

// Look waits for the next sight and, where it is about the record, looks at the
// record as it is at that moment.
func (d *Desk) Look() fsm.CommandInput {
	s := d.awaitSighting()
	switch {
	case s.err != nil:
		d.err = s.err
	case s.seatless != nil:
		d.noSeat = s.seatless
		return d.won()
	case s.lock != nil:
		d.waiting = false
		d.seat = s.lock
		return d.won()
	case s.look:
		return d.busy(s.Kind)
	case s.Record.Generation == 0:
		s.Record = d.last
	}
	return s.CommandInput
}
