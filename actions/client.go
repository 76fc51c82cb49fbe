package actions

import (
	"cmp"
	"os"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/stigmer/local/actions/logfile"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

// Client is the real world of one command. Make one with NewClient; it belongs to
// the goroutine that runs the command.
type Client struct {
	config ClientConfig
	lock   supervisorLock
	// childPID is the PID of the supervisor that this command started, 0 for none: the
	// first to examine, before the record names it.
	childPID int
	events   chan clientEvent
	timers   timers[fsm.CommandInputKind]
	follower follower
	// document was read when supervisor.lock was won: until it is released, no other process
	// writes the record.
	document statefile.Document
	drives   drives
	err      error
	// wordsFrom is the end of the supervisor's log before the first handover, in bytes; -1
	// before it.
	wordsFrom int64
}

// supervisorLock is supervisor.lock in the hands of one command.
type supervisorLock struct {
	// file is nil unless the lock is ours.
	file *os.File
	// awaited says that a goroutine waits for the lock.
	awaited bool
	// refused is why the lock could not be made, where no process can have it.
	refused error
}

// follower is what a command knows of a home in which another process drives.
type follower struct {
	// follows says that each change of the record is read.
	follows bool
	// record is the last one that was seen, and looked the stamp of the file that was read last.
	record fsm.Record
	looked statefile.Stamp
	// driver was seen to drive at last.
	driver fsm.Process
	// unseenSince is since when no process that can be seen holds supervisor.lock.
	unseenSince time.Time
}

// drives are a command's own: the one under way in this process and the last one that is over.
// unheard says that a stop was requested of the latter, and its signal had not come by then.
type drives struct {
	under, over atomic.Pointer[World]
	unheard     atomic.Bool
}

// clientEvent is an input of a command, or an error of the system.
type clientEvent struct {
	fsm.CommandInput
	lock *os.File // came with InputWon
	look bool     // the record is to be read when the event is taken
	err  error
}

func lockWon(lock *os.File) clientEvent {
	return clientEvent{CommandInput: fsm.CommandInput{Kind: fsm.InputWon}, lock: lock}
}

// recordChanged is what is seen where the record may be another one.
var recordChanged = clientEvent{CommandInput: fsm.CommandInput{Kind: fsm.InputBusy}, look: true}

// ClientConfig is what a command brings.
type ClientConfig struct {
	Home statefile.Home
	Log  hclog.Logger
	// Supervise starts a supervisor process with the locked file, which it must not
	// keep, and returns its PID.
	Supervise func(lock *os.File) (pid int, err error)
	// Become has this process supervise in place of another one, and returns the last
	// record. It is nil in the background. A command with it does not wait for the lock.
	Become   func(lock *os.File, d statefile.Document) (fsm.Record, error)
	Observer Observer
	// Outdated says whether a running supervisor, as the record names it, is of an
	// older version that a start replaces. It may be nil: then none is.
	Outdated func(supervisor fsm.Process) bool
}

// NewClient makes a command's world.
func NewClient(c ClientConfig) *Client {
	return &Client{config: c, events: make(chan clientEvent, 64), timers: timers[fsm.CommandInputKind]{}, wordsFrom: -1}
}

// Err is why the command broke off, nil if it came to an end of its own. It
// goes with ResultSystemRefused.
func (d *Client) Err() error { return d.err }

// Words are the last lines that the supervisors have written which this command
// started, empty if it started none. They say why a handover came to nothing: on a
// full disk the log may have had the room that the record did not get.
func (d *Client) Words() string {
	if d.wordsFrom < 0 {
		return ""
	}
	return logfile.Tail(d.config.Home.SupervisorLog(), d.wordsFrom)
}

// ForwardStop passes a later stop's request on to the drive in this process. It reports false
// where there is none: the signal that came is then an interruption. A signal that comes just
// after the drive's end is for that drive all the same: the stop sees that the drive is over. It
// may be called from any goroutine.
func (d *Client) ForwardStop() bool {
	if world := d.drives.under.Load(); world != nil {
		return world.Requested()
	}
	drove := d.drives.over.Load()
	if drove == nil || d.drives.unheard.CompareAndSwap(true, false) {
		return drove != nil
	}
	_, asked := drove.request()
	return asked
}

// Leave releases a lock that comes after the end of the command: the wait for it cannot be cancelled. A process that goes on
// after its command calls it.
func (d *Client) Leave() {
	go func() { // ends with the process
		for event := range d.events {
			event.lock.Close() // of none it does nothing
		}
	}()
}

func (d *Client) post(s fsm.CommandInput) { d.events <- clientEvent{CommandInput: s} }

// broken ends the command with an error of the system.
func (d *Client) broken(err error) fsm.CommandInput {
	d.err = err
	return fsm.CommandInput{Kind: fsm.InputBroken, Detail: err.Error()}
}

// Look waits for the next input and, where it is about the record, reads the
// record as it is at that moment.
func (d *Client) Look() fsm.CommandInput {
	began := time.Now()
	s := d.look()
	d.config.Observer.took("wait: "+string(s.Kind)+" "+string(s.Record.State), began)
	d.config.Log.Debug("saw", "what", s.Kind, "state", s.Record.State, "driver", s.Driver.PID, "detail", cmp.Or(s.Holder, s.Detail))
	return s
}

func (d *Client) look() fsm.CommandInput {
	s := d.awaitEvent()
	switch {
	case s.err != nil:
		return d.broken(s.err)
	case s.Kind == fsm.InputWon:
		if s.lock != nil {
			d.lock.file, d.lock.awaited = s.lock, false
		}
		return d.won()
	case s.look:
		return d.busy(s.Kind)
	case s.Record.Generation == 0:
		s.Record = d.follower.record
	}
	return s.CommandInput
}
