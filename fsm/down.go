package fsm

import "fmt"

// down is stop, and restart's first half.
func (c Command) down(in Sight) (Command, []Deed) {
	if c.Drives && in.Saw != SawDrove {
		return c, nil // it was armed for a driver that is dead: this command drives now
	}
	if looked := in.Saw == SawWon || in.Saw == SawBusy; looked && c.Verb == VerbRestart && !c.begun() {
		if end := c.refused(in.Record); end != "" {
			return c.finish(Outcome{End: end, Record: in.Record}) // before what runs is ended for it
		}
	}
	switch in.Saw {
	case SawWon:
		return c.downWon(in)
	case SawBusy:
		return c.downBusy(in)
	case SawDrove:
		c.Drives = false
		if in.Record.Failure.Event == LockDenied {
			return c.finish(Outcome{End: EndForeign, Record: in.Record, Detail: in.Record.Failure.Reason})
		}
		c.Stopped = true
		return c.bottom(in.Record)
	case SawNoAnswer:
		return c.noAnswer(in)
	}
	return c, nil
}

// begun reports whether this command has asked for an end, or brought one about.
func (c Command) begun() bool { return c.Asked.PID != 0 || c.Stopped }

func (c Command) downWon(in Sight) (Command, []Deed) {
	r := in.Record
	switch {
	case in.Evidence.Hold == HoldForeign:
		return c.finish(Outcome{End: EndForeign, Record: r, Holder: in.Evidence.Holder})
	case in.Evidence.Hold == HoldFree && r.State == Stopped && r.Desired != WantRunning && !(c.Verb == VerbStop && r.Again):
		return c.bottom(r)
	}
	r.Desired, r.Again = WantStopped, c.Verb == VerbRestart // the last word counts, also of what is stopped
	r.Failure = Failure{}                                   // it is not wanted any more
	c.Drives, c.Heard = true, r.Again
	return c, []Deed{{Ask: AskDrive, Record: r, Grace: c.Grace}}
}

// bottom is reached when nothing runs and supervisor.lock is ours: the end of a
// stop, the turning point of a restart, unless a stop came after it.
func (c Command) bottom(r Record) (Command, []Deed) {
	if c.Verb == VerbRestart && c.Heard && !r.Again && r.Generation > 0 { // a record that was lost says nothing
		return c.failed(r)
	}
	if c.Verb != VerbRestart {
		end := EndNothingRan
		if c.begun() {
			end = EndStopped
		}
		return c.finish(Outcome{End: end, Record: r})
	}
	c.Upward, c.Handovers = true, 0
	c, deeds := c.upWon(Sight{Record: r, Evidence: Evidence{Hold: HoldFree}})
	return c, append([]Deed{{Ask: AskArm, Saw: SawTimeout, After: c.Patience}}, deeds...)
}

func (c Command) downBusy(in Sight) (Command, []Deed) {
	r := in.Record
	if in.Holder != "" {
		return c.finish(Outcome{End: EndUnknown, Record: r, Holder: in.Holder})
	}
	if c.Asked.PID != 0 && c.Ending == 0 {
		c.Ending = r.Incarnation // the record could not be read when the driver was asked
	}
	if c.Asked.PID != 0 && r.Incarnation > c.Ending {
		return c.overtaken(in)
	}
	if c.Asked.PID != 0 && (r.State == Stopping || r.State == Stopped) {
		c.Acked, c.Heard = true, c.Heard || r.Again
	}
	switch {
	case in.Driver.Same(c.Asked):
		return c, []Deed{{Ask: AskFollow}}
	case in.Driver.PID == 0 || r.Generation > 0 && !in.Driver.Same(r.Supervisor):
		// Between a driver's lock and its record nobody can be named, and a signal
		// would end a supervisor that does not listen yet.
		return c, []Deed{{Ask: AskFollow}, {Ask: AskArm, Saw: SawNoAnswer, After: answerWithin}}
	}
	return c.ask(in)
}

// ask asks a driver to stop, once.
func (c Command) ask(in Sight) (Command, []Deed) {
	c.Asked, c.Acked, c.Patient, c.Unseated = in.Driver, false, false, false
	c.Ending = in.Record.Incarnation
	return c, []Deed{
		{Ask: AskFollow},
		{Ask: AskStop, Driver: in.Driver, Grace: c.Grace, Again: c.Verb == VerbRestart, Detail: c.Cause},
		{Ask: AskArm, Saw: SawNoAnswer, After: answerWithin},
	}
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
	case in.Driver.PID != 0 && !in.Driver.Same(c.Asked):
		return c.ask(in)
	case c.Asked.PID == 0 && c.Looks < maxLooks:
		c.Looks++ // nobody to ask yet: look again
		return c, []Deed{{Ask: AskTry}, again(answerWithin)}
	case c.Asked.PID == 0 || c.Unseated:
		return c.finish(Outcome{End: EndStuck, Record: in.Record, Detail: c.stuck()})
	case !c.Patient && (c.Acked || in.Record.State == Stopping || in.Record.State == Stopped):
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
