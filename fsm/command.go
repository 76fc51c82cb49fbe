package fsm

import "fmt"

// Verb is what a command wants.
type Verb string

// The verbs that change anything. state is not one: it only looks.
const (
	VerbStart   Verb = "start"
	VerbStop    Verb = "stop"
	VerbRestart Verb = "restart"
)

// Ends is how a command ended.
type Ends string

// The ends of commands. The first five are successes.
const (
	EndStarted        Ends = "started"
	EndAlreadyRunning Ends = "already running"
	EndStopped        Ends = "stopped"
	EndNothingRan     Ends = "nothing ran"
	EndDiffers        Ends = "differs"         // it runs with other settings
	EndFailed         Ends = "failed"          // Temporal did not come up; the record has the failure
	EndStoppedMeant   Ends = "stopped by stop" // another command stopped it while this one waited
	EndTimedOut       Ends = "timed out"
	EndForeign        Ends = "foreign"      // temporal.lock is held by somebody who is not ours
	EndNoHandover     Ends = "no handover"  // the supervisor could not be started
	EndStuck          Ends = "stuck"        // the driver could neither be asked nor ended
	EndUnknown        Ends = "unknown lock" // supervisor.lock is held by somebody who is not ours
	EndBroken         Ends = "broken"       // the system refused something; Detail says what
	EndNoBinary       Ends = "no binary"    // nothing to start was found
)

// Outcome is the end of a command, with what is needed to tell it.
type Outcome struct {
	End    Ends
	Record Record
	Holder string
	Detail string
}

// Ask is what a command's world is to do.
type Ask string

// What commands do.
const (
	AskTry      Ask = "try"      // take supervisor.lock if it is free: Won or Busy
	AskFollow   Ask = "follow"   // wait for supervisor.lock (Won) and tell each change of the record (Busy)
	AskHandOver Ask = "handover" // save Record, start a supervisor with the locked description: Handed or NotHanded
	AskDrive    Ask = "drive"    // run the machine in this process until it is Stopped: Drove
	AskStop     Ask = "ask stop" // write a request for Driver, then SIGTERM it
	AskUnseat   Ask = "unseat"   // SIGKILL Driver
	AskProve    Ask = "prove"    // ask Temporal's health now: Proven or Unproven
	AskArm      Ask = "arm"      // deliver Saw after After, in place of an earlier one armed for the same Saw
	AskLetGo    Ask = "let go"   // close supervisor.lock
	AskFinish   Ask = "finish"   // the command is over: Outcome
)

// Saw is what a command's world tells it.
type Saw string

// What commands see.
const (
	SawWon       Saw = "won"       // supervisor.lock is ours
	SawBusy      Saw = "busy"      // it is somebody else's; the record as it is now
	SawHanded    Saw = "handed"    // the supervisor exists and has the lock
	SawNotHanded Saw = "nothanded" // it could not be started
	SawDrove     Saw = "drove"     // our own drive has ended
	SawProven    Saw = "proven"
	SawUnproven  Saw = "unproven"
	SawTimeout   Saw = "timeout"  // the command's own patience is over
	SawNoAnswer  Saw = "noanswer" // the driver did not obey in time
	SawBroken    Saw = "broken"   // the system refused something
)

// Sight is one input of a command.
type Sight struct {
	Saw    Saw
	Record Record
	// Evidence is who has temporal.lock; set with Won.
	Evidence Evidence
	// Driver is the process that was proven to hold supervisor.lock as ours; zero if none was.
	Driver Process
	// Holder describes who holds supervisor.lock if it is not ours.
	Holder string
	Detail string
}

// Deed is one effect of a command.
type Deed struct {
	Ask     Ask
	Record  Record  // handover, drive
	Driver  Process // ask stop, unseat
	Grace   Millis  // ask stop
	Saw     Saw     // arm
	After   Millis  // arm
	Outcome Outcome // finish
}

// How long a driver may take, in milliseconds: to say Stopping after it was
// asked; beyond the grace period, to be done; and for a lock to be freed by a
// driver that was killed. Unseated drivers are dead at once, so the margin only
// covers a loaded machine.
const (
	answerWithin Millis = 2_000
	beyondGrace  Millis = 5_000
	provenAgain  Millis = 200
	maxHandovers        = 3
)

// Command is the protocol of start, stop and restart as a value: win the lock
// or follow, hand over, wait, take over from a dead driver, give up.
type Command struct {
	Verb Verb
	// Want is what start and restart ask for, with defaults; Given names the flags
	// that were really given.
	Want  Settings
	Given Names
	// Patience bounds start's and restart's wait, Grace is stop's; both in milliseconds.
	Patience Millis
	Grace    Millis
	// Cause is kept in the history: who asked.
	Cause string

	// Upward says that a stop is no longer wanted: a start, or a restart's second half.
	Upward bool
	// Follows says that Since is set: this command waits for an attempt to start.
	Follows bool
	Since   Generation
	// Ending is the incarnation that this command is to stop.
	Ending    uint64
	Asked     Process
	Acked     bool
	Patient   bool // the grace period was waited for
	Unseated  bool
	Stopped   bool // something was stopped
	Handovers int
	Done      bool
}

// Generation counts saved records.
type Generation = uint64

// Open begins a command.
func (c Command) Open() (Command, []Deed) {
	c.Upward = c.Verb == VerbStart
	deeds := []Deed{{Ask: AskTry}}
	if c.Upward {
		deeds = append(deeds, Deed{Ask: AskArm, Saw: SawTimeout, After: c.Patience})
	}
	return c, deeds
}

// Step takes one sight and returns the new value and what is to be done.
func (c Command) Step(in Sight) (Command, []Deed) {
	switch {
	case c.Done:
		return c, nil
	case in.Saw == SawBroken:
		return c.finish(Outcome{End: EndBroken, Record: in.Record, Detail: in.Detail})
	case in.Saw == SawTimeout:
		return c.finish(Outcome{End: EndTimedOut, Record: in.Record})
	case c.Upward:
		return c.up(in)
	}
	return c.down(in)
}

// up is start, and restart once nothing runs any more.
func (c Command) up(in Sight) (Command, []Deed) {
	switch in.Saw {
	case SawWon:
		return c.upWon(in)
	case SawBusy:
		return c.upBusy(in)
	case SawHanded:
		return c, []Deed{{Ask: AskFollow}}
	case SawNotHanded:
		return c.finish(Outcome{End: EndNoHandover, Record: in.Record, Detail: in.Detail})
	case SawProven:
		return c.finish(Outcome{End: EndAlreadyRunning, Record: in.Record})
	case SawUnproven:
		return c, []Deed{{Ask: AskFollow}, {Ask: AskArm, Saw: SawBusy, After: provenAgain}}
	}
	return c, nil
}

func (c Command) upWon(in Sight) (Command, []Deed) {
	r := in.Record
	if c.ended(r) {
		return c.failed(r)
	}
	if c.Follows && r.Generation > c.Since {
		c.Handovers = 0 // the supervisor got somewhere before it died
	}
	if c.Handovers == maxHandovers {
		return c.finish(Outcome{End: EndNoHandover, Record: r, Detail: "it ended each time before it did anything"})
	}
	wanted, refusal := c.Prepare(r, in.Evidence)
	if refusal.End != "" {
		return c.finish(refusal)
	}
	c.Handovers++
	c.Follows, c.Since = true, wanted.Generation
	return c, []Deed{{Ask: AskHandOver, Record: wanted}}
}

// Prepare returns the record to save before a supervisor takes over: Temporal is
// wanted, and how. An Outcome with an End is a refusal. Whoever calls it holds
// supervisor.lock.
func (c Command) Prepare(r Record, e Evidence) (Record, Outcome) {
	keeps := e.Hold == HoldOurs && r.State != Stopping && r.State != Restarting
	switch {
	case e.Hold == HoldForeign:
		return r, Outcome{End: EndForeign, Record: r, Holder: e.Holder}
	case keeps && len(Differences(r.Settings, c.Want, c.Given)) > 0:
		return r, Outcome{End: EndDiffers, Record: r}
	case keeps: // it is adopted as it runs
	case c.Verb == VerbRestart && r.Generation > 0:
		r.Settings = r.Settings.Overlay(c.Want, c.Given)
	default:
		r.Settings = c.Want
	}
	if !keeps && r.Settings.TemporalBin == "" {
		return r, Outcome{End: EndNoBinary, Record: r}
	}
	r.Desired = WantRunning
	r.Generation++
	return r, Outcome{}
}

func (c Command) upBusy(in Sight) (Command, []Deed) {
	r := in.Record
	if in.Holder != "" {
		return c.finish(Outcome{End: EndUnknown, Record: r, Holder: in.Holder})
	}
	if c.ended(r) {
		return c.failed(r)
	}
	wanted := r.Desired == WantRunning
	if !wanted {
		return c, []Deed{{Ask: AskFollow}}
	}
	if r.State != Stopping && len(Differences(r.Settings, c.Want, c.Given)) > 0 {
		return c.finish(Outcome{End: EndDiffers, Record: r})
	}
	if !c.Follows {
		c.Follows, c.Since = true, r.Generation
	}
	switch {
	case r.State == Healthy && r.Generation > c.Since:
		return c.finish(Outcome{End: EndStarted, Record: r})
	case r.State == Healthy && c.Handovers == 0:
		return c, []Deed{{Ask: AskProve, Record: r}}
	}
	// After a handover a Healthy record is the dead supervisor's until the new one has written.
	return c, []Deed{{Ask: AskFollow}}
}

// ended reports whether the attempt that this command follows is over without
// success. A record that is Stopped on the way to a start does not count.
func (c Command) ended(r Record) bool {
	return c.Follows && r.State == Stopped && r.Desired == WantStopped && r.Generation > c.Since
}

func (c Command) failed(r Record) (Command, []Deed) {
	if r.Failure.Event == "" {
		return c.finish(Outcome{End: EndStoppedMeant, Record: r})
	}
	return c.finish(Outcome{End: EndFailed, Record: r})
}

// down is stop, and restart's first half.
func (c Command) down(in Sight) (Command, []Deed) {
	switch in.Saw {
	case SawWon:
		return c.downWon(in)
	case SawBusy:
		return c.downBusy(in)
	case SawDrove:
		c.Stopped = true
		return c.bottom(in.Record)
	case SawNoAnswer:
		return c.noAnswer(in)
	}
	return c, nil
}

func (c Command) downWon(in Sight) (Command, []Deed) {
	r := in.Record
	switch {
	case in.Evidence.Hold == HoldForeign:
		return c.finish(Outcome{End: EndForeign, Record: r, Holder: in.Evidence.Holder})
	case in.Evidence.Hold == HoldFree && r.State == Stopped && r.Desired != WantRunning:
		return c.bottom(r)
	}
	r.Desired = WantStopped
	return c, []Deed{{Ask: AskDrive, Record: r}}
}

// bottom is reached when nothing runs and supervisor.lock is ours: the end of a
// stop, the turning point of a restart.
func (c Command) bottom(r Record) (Command, []Deed) {
	if c.Verb != VerbRestart {
		end := EndNothingRan
		if c.Stopped || c.Asked.PID != 0 {
			end = EndStopped
		}
		return c.finish(Outcome{End: end, Record: r})
	}
	c.Upward = true
	c, deeds := c.upWon(Sight{Record: r, Evidence: Evidence{Hold: HoldFree}})
	return c, append([]Deed{{Ask: AskArm, Saw: SawTimeout, After: c.Patience}}, deeds...)
}

func (c Command) downBusy(in Sight) (Command, []Deed) {
	r := in.Record
	if in.Holder != "" {
		return c.finish(Outcome{End: EndUnknown, Record: r, Holder: in.Holder})
	}
	if c.Ending == 0 {
		c.Ending = max(r.Incarnation, 1)
	}
	if c.Asked.PID != 0 && r.Incarnation > c.Ending {
		return c.overtaken(in)
	}
	if c.Asked.PID != 0 && (r.State == Stopping || r.State == Stopped) {
		c.Acked = true
	}
	deeds := []Deed{{Ask: AskFollow}}
	switch {
	case in.Driver.PID == 0:
		// Between a driver's lock and its record nobody can be named yet.
		return c, append(deeds, Deed{Ask: AskArm, Saw: SawNoAnswer, After: answerWithin})
	case in.Driver.Same(c.Asked):
		return c, deeds
	}
	c.Asked, c.Acked, c.Patient, c.Unseated = in.Driver, false, false, false
	return c, append(deeds,
		Deed{Ask: AskStop, Driver: in.Driver, Grace: c.Grace},
		Deed{Ask: AskArm, Saw: SawNoAnswer, After: answerWithin})
}

// overtaken is a stop whose Temporal has ended and that finds another one: a
// start came after it. A stop has done its work then, and a restart follows.
func (c Command) overtaken(in Sight) (Command, []Deed) {
	c.Stopped = true
	if c.Verb != VerbRestart {
		return c.finish(Outcome{End: EndStopped, Record: in.Record, Detail: "another command has started it again"})
	}
	c.Upward, c.Handovers = true, 0
	c, deeds := c.upBusy(in)
	return c, append([]Deed{{Ask: AskArm, Saw: SawTimeout, After: c.Patience}}, deeds...)
}

// noAnswer waits for a driver that has begun to stop as long as its grace
// period lasts, and ends one that has not.
func (c Command) noAnswer(in Sight) (Command, []Deed) {
	again := func(after Millis) Deed { return Deed{Ask: AskArm, Saw: SawNoAnswer, After: after} }
	switch {
	case c.Asked.PID == 0 && c.Handovers < maxHandovers:
		c.Handovers++ // nobody to ask yet: look again
		return c, []Deed{{Ask: AskTry}, again(answerWithin)}
	case c.Asked.PID == 0 || c.Unseated:
		return c.finish(Outcome{End: EndStuck, Record: in.Record, Detail: c.stuck()})
	case c.Acked && !c.Patient:
		c.Patient = true
		return c, []Deed{again(c.Grace + beyondGrace - answerWithin)}
	}
	c.Unseated = true
	return c, []Deed{{Ask: AskUnseat, Driver: c.Asked}, again(beyondGrace)}
}

func (c Command) stuck() string {
	if c.Asked.PID == 0 {
		return "no process could be proven to be the one that holds supervisor.lock"
	}
	return fmt.Sprintf("the supervisor (pid %d) was killed and still holds supervisor.lock", c.Asked.PID)
}

func (c Command) finish(o Outcome) (Command, []Deed) {
	c.Done = true
	return c, []Deed{{Ask: AskLetGo}, {Ask: AskFinish, Outcome: o}}
}
