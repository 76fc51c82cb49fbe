package fsm

import "slices"

// Verb is what a command wants.
type Verb string

// The verbs that change anything. state is not one: it only reads.
const (
	VerbStart   Verb = "start"
	VerbStop    Verb = "stop"
	VerbRestart Verb = "restart"
)

// How long a driver may take, in milliseconds: to say Stopping after it was
// asked; beyond the grace period, to be done; and for a lock to be freed by a
// driver that was killed. A killed driver is dead at once, so the margin only
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
// or follow, hand over, wait, continue the work of a dead driver, give up.
type Command struct {
	Verb Verb
	// Want is what start and restart ask for, with defaults; Given names the flags
	// that were really given.
	Want  Settings
	Given Names
	// Environment is what this command would lend to a Temporal.
	Environment Environment
	// Patience bounds start's and restart's wait, 0 for a start in the foreground, which has
	// no bound; Grace is stop's; both in milliseconds.
	Patience Millis
	Grace    Millis
	// TiedTo is the command with whose life a wanted Temporal ends, zero for none.
	TiedTo Process
	// Now has stop and restart wait for no stop of Temporal's own: SIGKILL ends it. Grace does not count.
	Now bool
	// Cause is kept in the history: the command that wants Temporal, or wants it stopped.
	Cause string

	// Phase is where the command is in its protocol.
	Phase Phase
	// Since is the record with which this command began to wait for an attempt to
	// start: what is younger is the attempt's. It is none before that.
	Since Generation
	// Yielded is the record with which supervisor.lock was left to a restart, 0 for none.
	Yielded Generation
	Signalled
	// Ending is the incarnation that this command stops: none before it stops
	// anything, 0 if the record could not be read.
	Ending uint64
	// RestartAcked says that the record has named this restart's own stop as a restart's.
	RestartAcked bool
	Attempts
}

// Signalled are the supervisors that a command has sent a signal to.
type Signalled struct {
	// Replaced is the one of an older version that was killed, zero for none.
	Replaced Process
	// Asked is the one that was asked to stop last, zero for none.
	Asked Process
}

// Attempts counts the handovers since a supervisor last got somewhere, and the searches for a
// supervisor to ask.
type Attempts struct{ Handovers, Looks int }

// Generation counts saved records.
type Generation = uint64

// NoGeneration is a generation or an incarnation that no record reaches.
const NoGeneration = ^uint64(0)

// Open begins a command.
func (c Command) Open() (Command, []CommandEffect) {
	c.Phase, c.Since, c.Ending = StopTrying, NoGeneration, NoGeneration
	if c.Now {
		c.Grace = 1 // for a supervisor of an older version, which knows no Now
	}
	effects := []CommandEffect{{Do: ActTryLock}}
	if c.Verb == VerbStart {
		c.Phase = StartTrying
		if c.Patience > 0 {
			effects = append(effects, arm(InputTimeout, c.Patience))
		}
	}
	return c, effects
}

// Done reports whether the command is over.
func (c Command) Done() bool { return c.Phase == CommandDone }

// Starts reports whether Temporal is to be started: a start, or a restart's second half.
func (c Command) Starts() bool { return slices.Contains(starting, c.Phase) }

// Step takes one input and returns the new value and what is to be done. A pair
// of a phase and an event without a row changes nothing.
func (c Command) Step(m *CommandMachine, in CommandInput) (Command, []CommandEffect) {
	if c.Done() {
		return c, nil
	}
	c = c.note(in)
	on := c.classify(in)
	row, err := m.Next(c.Phase, on)
	if err != nil {
		return c, nil
	}
	c = c.count(row, in)
	c.Phase = row.To
	var effects []CommandEffect
	for _, action := range row.Do {
		var more []CommandEffect
		c, more = c.act(m, action, row, in)
		effects = append(effects, more...)
	}
	return c, effects
}

// note keeps what an input says of generations and incarnations, whatever it means.
func (c Command) note(in CommandInput) Command {
	switch r := in.Record; {
	case in.Kind == InputBusy && slices.Contains(asked, c.Phase) && in.Holder == "":
		if c.Ending == 0 {
			c.Ending = r.Incarnation // the record could not be read when the supervisor was asked
		}
		c.RestartAcked = c.RestartAcked || r.Incarnation <= c.Ending && r.stopping() && r.RestartPending
	case slices.Contains(looks, in.Kind) && c.Starts() && c.Since == NoGeneration && !in.Suspended && r.Desired == WantRunning:
		c.Since = r.Generation
	}
	return c
}

// count keeps what a row leaves behind for later inputs.
func (c Command) count(row CommandRow, in CommandInput) Command {
	switch row.On {
	case RestartPending:
		c.Yielded = in.Record.Generation
	case SupervisorMissing:
		c.Looks++
	}
	return c
}
