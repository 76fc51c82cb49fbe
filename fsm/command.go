package fsm

// Verb is what a command wants.
type Verb string

// The verbs that change anything. state is not one: it only looks.
const (
	VerbStart   Verb = "start"
	VerbStop    Verb = "stop"
	VerbRestart Verb = "restart"
)

// How long a driver may take, in milliseconds: to say Stopping after it was
// asked; beyond the grace period, to be done; and for a lock to be freed by a
// driver that was killed. Unseated drivers are dead at once, so the margin only
// covers a loaded machine.
const (
	answerWithin Millis = 2_000
	beyondGrace  Millis = 5_000
	provenAgain  Millis = 200
	yieldFor     Millis = 200
	maxHandovers        = 3
	maxLooks            = 3
)

// Command is the protocol of start, stop and restart as a value: win the lock
// or follow, hand over, wait, take over from a dead driver, give up.
type Command struct {
	Verb Verb
	// Want is what start and restart ask for, with defaults; Given names the flags
	// that were really given.
	Want  Settings
	Given Names
	// Environment is what this command would lend to a Temporal.
	Environment Environment
	// Patience bounds start's and restart's wait, Grace is stop's; both in milliseconds.
	Patience Millis
	Grace    Millis
	// Cause is kept in the history: who wants Temporal, or wants it stopped.
	Cause string

	// Upward says that a stop is no longer wanted: a start, or a restart's second half.
	Upward bool
	// Follows says that Since is set: this command waits for an attempt to start.
	Follows bool
	Since   Generation
	// Restart says that a restart had Temporal stopped when it was last looked at.
	Restart bool
	// Heard says that the record has named this restart's own stop as a restart's.
	Heard bool
	// Yielded is the record with which supervisor.lock was left to a restart, 0 for none.
	Yielded Generation
	// Slept says that the driver was seen stopped.
	Slept bool
	// Replaced is the driver of an older version that was ended, zero for none.
	Replaced Process
	// Proven says that the running Temporal has answered this command.
	Proven bool
	// Ending is the incarnation that this command is to stop.
	Ending    uint64
	Asked     Process
	Acked     bool
	Patient   bool // the grace period was waited for
	Unseated  bool
	Drives    bool // this command's own drive is under way
	Stopped   bool // something was stopped
	Handovers int
	Looks     int
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

func (c Command) finish(o Outcome) (Command, []Deed) {
	c.Done, o.Replaced, o.Asked = true, c.Replaced, c.Asked
	o.Stopped = c.Verb == VerbRestart && c.Upward && c.begun()
	return c, []Deed{{Ask: AskLetGo}, {Ask: AskFinish, Outcome: o}}
}
