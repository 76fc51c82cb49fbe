package fsm

import "fmt"

// What a driver does besides the table's actions.
const (
	DoSave       Action = "save"       // make Record durable and append Transition to the history
	DoNote       Action = "note"       // append Transition to the history, which the save that comes next writes
	DoArm        Action = "arm"        // deliver Event after After
	DoProbe      Action = "ask"        // probe, in Starting until it serves; answer with Probed
	DoQuarantine Action = "quarantine" // set a half-made database aside
	DoBackup     Action = "backup"     // copy the database before another version of Temporal opens it
	DoIgnore     Action = "ignore"     // nothing: Detail says why an input was ignored, for the log
	DoExit       Action = "exit"       // the supervisor has nothing left to do
)

// Inputs that never move the machine by themselves.
const (
	Probed   Event = "probed"    // the answer to DoProbe
	ProbeDue Event = "probe_due" // the pause between two probes has passed
	LockLost Event = "deposed"   // another process holds the file that is now supervisor.lock
)

// Effect is something to do, as data. Effects of one step are performed in
// order. Lock, spawn and a failed backup answer before any other input is taken.
type Effect struct {
	Do Action
	// Seq comes back in the input of a timer or probe, so that a late one is known.
	Seq uint64
	// Run says which Temporal is meant: it comes back with Exited and Gone.
	Run uint64

	Record     Record     // save, note, and lock, which saves it before it waits; the settings for spawn, ask
	Transition Transition // save and note; none if From is empty
	// Required makes a failed save drop the rest of the step's effects and
	// answer SaveFailed. It is set exactly where what follows creates something
	// that only the record can name.
	Required bool
	// Durable makes a save wait until it would survive a power cut. Every other one
	// only has to be seen by all processes: a crash loses nothing of it, and the
	// wait for the disk is made up for some milliseconds later, while Temporal boots.
	Durable bool

	Process Process // adopt, watch, term, kill: the leader, zero if not known; its group is in Record
	Event   Event   // arm
	After   Millis  // arm; ask in Starting: the pause until it is asked again, 0 for never
	Detail  string  // ignore
}

// Input is something that happened. Which fields count depends on Event.
type Input struct {
	Event Event
	Stamp
	Seq uint64
	Run uint64 // exited, gone and probed: which Temporal is meant

	Process        Process // spawned, orphan_found
	Code           Code    // of a failure: its cause, empty if the event says all that is known
	Exit           Exit    // exited
	Tail           string  // exited: Temporal's last lines
	Verdict        Verdict // probed
	Grace          Millis  // stop: 0 for the default
	RestartPending bool    // stop, stop_now: a restart asks
	Was            State   // resumed: what the record said, if that was another state than the one it is resumed in
	Detail         string  // one sentence for people: what asked, what was refused
	OfDatabase             // gone, setup_applied, setup_failed
	BeforeSpawn            // lock_acquired
	WithSpawn              // spawned
}

// OfDatabase is what was found of the database at the end of a Temporal, or of a setup.
type OfDatabase struct {
	Left  string       // gone: a name for the state in which the database was left
	Setup AppliedSetup // setup_applied and setup_failed: of which database, and what was found
}

// Stamp is what the world adds to each input: the machine itself has no clock and no chance.
type Stamp struct {
	At   Instant // wall clock, for the record
	Tick Instant // monotonic clock, for judging probes: it stands still while the machine sleeps
	Dice int     // a random number in [0, 1000), for jitter
}

// BeforeSpawn is what was observed between the locks and the spawn.
type BeforeSpawn struct {
	Fresh   bool         // the database file does not exist
	File    string       // names the database, as sqlite.Fingerprint does; empty for none, and in memory
	Changes uint64       // the database's count of changes, 0 for none
	Known   DatabaseFile // the database, if its contents are known
	Half    string       // why the database is what a killed first start leaves, without its subject; empty if it is not
	Version string       // of the Temporal CLI that is about to be spawned, empty if not known
	Ports   PortFacts
}

// WithSpawn is what was done for a spawn.
type WithSpawn struct {
	Aside  string      // the name under which a half-made database is kept
	Backup string      // the copy of the database that was made before
	Lent   Environment // what Temporal was lent, where the record had none
}

func (s Supervisor) grace() Millis {
	switch {
	case s.State == Restarting:
		return s.Settings.Policy.RestartGrace
	case s.Grace > 0:
		return s.Grace
	}
	return s.Settings.Policy.Grace
}

// period is the pause to the next probe: shorter while Degraded, to see a recovery, or the need
// for a restart, early. Each startup probe takes the processor from the server that comes up. A
// start waits for the answer; after a restart clients are served before the record says so, and
// the probes come seldom.
func (s Supervisor) period() Millis {
	p := s.Settings.Policy
	switch {
	case s.State == Starting && s.Awaited:
		return p.StartPeriod
	case s.State == Starting:
		return min(restartPeriod, p.Period)
	case s.State == Degraded:
		return p.Period / 2
	}
	return p.Period
}

// ask probes; while Temporal starts, again and again.
func (s Supervisor) ask() (Supervisor, []Effect) {
	s.Asking = true
	effect := s.effect(DoProbe)
	if s.State == Starting {
		effect.After = s.period()
	}
	return s, []Effect{effect}
}

// askLater arms the next probe, unless one is under way: then its outcome arms the next.
func (s Supervisor) askLater() []Effect {
	if s.Asking {
		return nil
	}
	return []Effect{s.arm(ProbeDue, s.period())}
}

func (s Supervisor) effect(a Action) Effect {
	return Effect{Do: a, Seq: s.Seq, Run: s.Run, Record: s.Record, Process: s.Temporal}
}

func (s Supervisor) arm(e Event, after Millis) Effect {
	effect := s.effect(DoArm)
	effect.Event, effect.After = e, after
	return effect
}

// save makes the record known before what follows it is done. It waits for the disk only where a
// power cut, after which nothing runs and every lock is free, would make the next start go
// wrong: where it says something new of the database that a record alone knows (that our spawn
// is about to make the file, that it has served, which version made it), and where it is the
// last word, with no process left to wait.
func (s Supervisor) save(t Transition) Effect {
	effect := s.effect(DoSave)
	effect.Transition = t
	// An adoption creates nothing, and a full disk must not cost a Temporal its supervisor.
	effect.Required = t.Event == LockAcquired || s.firstHealthy(t) //mutation:required
	effect.Durable = s.State == Stopped
	return effect
}

// firstHealthy reports whether a save is the news for a waiting start that it has succeeded: a
// start that cannot be recorded is undone, as its command reads the record.
func (s Supervisor) firstHealthy(t Transition) bool {
	return t.Event == ProbePassed && t.From == Starting && !s.Adopted && s.Awaited
}

func ignored(e Event, why string) []Effect {
	return []Effect{{Do: DoIgnore, Event: e, Detail: why}}
}

// String describes an effect in a line, as the stories of the tests have it.
func (e Effect) String() string {
	switch e.Do {
	case DoSave, DoNote:
		must := ""
		if e.Required {
			must = " (required)"
		}
		tr := e.Transition
		if tr.From == "" {
			return fmt.Sprintf("%s%s %s", e.Do, must, e.Record.State)
		}
		text := fmt.Sprintf("%s%s %s -> %s by %s", e.Do, must, tr.From, tr.To, tr.Event)
		if tr.Cause != "" && tr.Cause != Means(tr.Event) {
			text += ": " + tr.Cause
		}
		return text
	case DoArm:
		return fmt.Sprintf("arm %s in %d ms", e.Event, e.After)
	case DoProbe:
		if e.After > 0 {
			return fmt.Sprintf("ask every %d ms", e.After)
		}
	case DoIgnore:
		return fmt.Sprintf("ignore %s: %s", e.Event, e.Detail)
	case DoTerm, DoKill:
		return fmt.Sprintf("%s pid %d", e.Do, e.Process.PID)
	}
	return string(e.Do)
}
