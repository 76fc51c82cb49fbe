package sim

import (
	"fmt"
	"slices"

	"github.com/stigmer/local/fsm"
)

// The simulated world: Supervisor, Command, Resume and the table are the real
// ones; the kernel, the disk and Temporal are simulated.
//
// Mirrored by hand are package actions (World, Client, Recover, Observe, Classify, the
// proofs before a signal) and the loops Drive and RunCommand, which perform one effect
// after the other without a place to stop between two. TestContract holds the mirror to
// the real ones.
//
// One kernel stands for Linux and macOS: where they differ it does what either may do.
//
// A world is copied before it is changed: what its pointers and slices lead to
// is shared by many worlds and never written. Records, supervisors and commands
// are the cache's (sim_cache_test.go).
type simWorld struct {
	run  *simRun
	disk simDisk
	// database, and whether a Temporal on it was ever Healthy.
	db        simDB
	dbHealthy bool
	setup     simSetup
	// lock is the process whose own descriptor holds temporal.lock, 0 for none;
	// trees and foreign processes hold it by inheritance or by themselves.
	lock uint64
	// supervisorLock lists the processes that share the locked description of supervisor.lock.
	supervisorLock []uint64
	caretakers     int // of dead runs: each waits for supervisor.lock
	trees          []*simTree
	drivers        []*simDriver // supervisors; a command's own drive is in the command
	cmds           []*simCmd
	foreignProcs   []simForeign
	next           uint64 // the next process
	boot           int
	clock          simClock
	looks          simWatch
	left           simBudget
	// portTaken is the frontend's port that a foreign process has, 0 for none.
	portTaken int
	// fell says that the record was lost or damaged: rules that need it are off.
	fell bool

	bad  string // the rule that was broken
	said string // what the last step was, for a story
	room simRoom
}

// simRoom is where a world's lists lie: copying one takes a single allocation.
type simRoom struct {
	supervisorLock [3]uint64
	trees          [1]*simTree
	drivers        [2]*simDriver
	cmds           [3]*simCmd
}

// simRun is what all worlds of one search share.
type simRun struct {
	conf  simConf
	cache *simCache
	tell  bool
	fair  bool // an undisturbed run: nothing fails any more
	// hear is given each line of the history, if it is set: see TestContract.
	hear func(w *simWorld, uid uint64, line func(naming) string)
}

type simDB uint8

// A database file.
const (
	simNoDB   simDB = iota
	simHalfDB       // killed while it was made: nothing ever serves on it
	simGoodDB
)

// simDisk is the record's file.
type simDisk struct {
	There, Torn bool
	Rec         *simRec
	Last        *simRec // the latest durable one, which a power cut may bring back
}

// simTree is one Temporal and what it started.
type simTree struct {
	uid     uint64
	ports   fsm.Ports
	locked  bool // it inherited temporal.lock
	leader  bool // the leader lives
	dying   bool // the leader is listed still, and has closed what it had open
	termed  bool
	hung    bool
	slow    bool // it answers late; in an undisturbed run it is quick again
	serves  bool
	lost    bool // its database has no name any more
	doomed  bool // its database is half made, or a foreign process has its port
	member  bool // a descendant in the group lives
	escaped bool // one outside the group lives
}

func (t *simTree) alive() bool { return t.leader || t.member || t.escaped }

// simForeign is a foreign process.
type simForeign struct {
	proc  simProc
	locks bool // it holds temporal.lock
}

// simDriver is the World and the Drive of one process.
type simDriver struct {
	simTied
	uid      uint64
	old      bool       // of an older version
	grace    fsm.Millis // of a command's drive
	now      bool       // it was asked to stop without a grace period
	begun    bool
	frozen   bool
	brings   *simRec // the record that a command's drive begins with
	s        *simSup
	effects  []*simEffect
	pending  []simInput // the answers of the step that is being performed
	answers  []simInput
	inbox    []simDelivery
	timers   []simTimer
	asked    bool      // the state's probe is on its way
	setting  bool      // the setup is being applied
	waits    bool      // one that had no answer in its time may still be answered
	mute     int       // how many had none in their time since the latest answer
	exits    []simExit // whose exit is to be reported
	hasLock  bool      // World.lock
	opened   bool      // World.held is known
	awaits   bool      // a goroutine is blocked in flock
	seesOff  bool      // it has the lock, and waits for members without it
	awaited  uint64
	killing  bool
	victim   *simRec
	unsaved  bool          // the last save failed
	proved   uint64        // the Temporal whose answer was taken last
	served   fsm.Instant   // the tick of the first answer of this run that passed
	restarts []fsm.Instant // when it restarted, truly
}

type simDelivery struct {
	simInput
	lock bool
}

type simTimer struct {
	event fsm.Event
	after fsm.Millis
}

type simExit struct{ uid, run uint64 }

// simCmd is the Client and the RunCommand of one process.
type simCmd struct {
	simTying
	uid      uint64
	c        *simVerb
	old      bool // of an older version
	opened   bool
	over     bool
	end      fsm.CommandResult
	deeds    []*simDeed
	half     int     // how much of a handover or of a signal is done
	target   simProc // of the signal: the process that was proven
	sights   []simSight
	changed  bool // the record's change was not delivered yet
	mine     bool // the Client holds supervisor.lock
	waiting  bool // Client.waiting
	watching bool
	waiters  int // goroutines blocked in flock
	timers   []simArmed
	last     *simRec
	drive    *simDriver
}

type simArmed struct {
	saw   fsm.CommandInputKind
	after fsm.Millis
}

func (w *simWorld) clone() *simWorld {
	n := w.run.cache.spare
	if w.run.cache.spare = nil; n == nil {
		n = new(simWorld)
	}
	*n = *w
	n.supervisorLock = append(n.room.supervisorLock[:0], w.supervisorLock...)
	n.trees = append(n.room.trees[:0], w.trees...)
	n.drivers = append(n.room.drivers[:0], w.drivers...)
	n.cmds = append(n.room.cmds[:0], w.cmds...)
	n.foreignProcs = slices.Clone(w.foreignProcs)
	n.said = ""
	return n
}

func (w *simWorld) breaks(format string, args ...any) {
	if w.bad == "" {
		w.bad = fmt.Sprintf(format, w.named(args)...)
	}
}

func (w *simWorld) say(format string, args ...any) {
	if !w.run.tell {
		return
	}
	if w.said != "" {
		w.said += "; "
	}
	w.said += fmt.Sprintf(format, w.named(args)...)
}

// who is a process that is named when something is said.
type who uint64

func (w *simWorld) named(args []any) []any {
	args = slices.Clone(args) // so that the caller's need no room of the heap where nothing is said
	for i, a := range args {
		if uid, ok := a.(who); ok {
			args[i] = w.name(uint64(uid))
		}
	}
	return args
}

// with appends without touching what other worlds share.
func with[T any](list []T, more ...T) []T { return append(slices.Clip(list), more...) }

func (w *simWorld) process(uid uint64) simProc { return simProc{uid, 100 + int(uid), w.boot} }

func (w *simWorld) newProcess() uint64 {
	w.next++
	return w.next
}

// tree returns a copy of a tree that may be written.
func (w *simWorld) tree(i int) *simTree {
	t := *w.trees[i]
	w.trees[i] = &t
	return &t
}

func (w *simWorld) cmd(i int) *simCmd {
	c := *w.cmds[i]
	w.cmds[i] = &c
	return &c
}

// driver returns a copy of a driver that may be written: supervisors first, the
// drives of commands from inCommand on.
func (w *simWorld) driver(i int) *simDriver {
	if i >= inCommand {
		c := w.cmd(i - inCommand)
		d := *c.drive
		c.drive = &d
		return &d
	}
	d := *w.drivers[i]
	w.drivers[i] = &d
	return &d
}

const inCommand = 100

// eachDriver calls f with every living driver.
func (w *simWorld) eachDriver(f func(i int, d *simDriver)) {
	for i, d := range w.drivers {
		f(i, d)
	}
	for i, c := range w.cmds {
		if c.drive != nil {
			f(inCommand+i, c.drive)
		}
	}
}

func (w *simWorld) name(uid uint64) string {
	for i, c := range w.cmds {
		if c.uid == uid {
			return fmt.Sprintf("%s#%d", c.name(), i+1)
		}
	}
	for _, d := range w.drivers {
		if d.uid == uid {
			return fmt.Sprintf("supervisor(pid %d)", 100+uid)
		}
	}
	return fmt.Sprintf("Temporal(pid %d)", 100+uid)
}
