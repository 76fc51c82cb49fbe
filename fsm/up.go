package fsm

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
		// Its supervisor may have died meanwhile, or be dying: look once more.
		c.Proven = true
		return c, []Deed{{Ask: AskTry}}
	case SawNoAnswer:
		return c.upNoAnswer(in)
	case SawYielded:
		if in.Record.Desired != WantRunning {
			return c, []Deed{{Ask: AskFollow}}
		}
		return c.upBusy(in)
	case SawLost:
		if r := in.Record; r.State == Degraded && r.Lost && in.Driver.PID != 0 {
			return c.finish(Outcome{End: EndLost, Record: r})
		}
		return c.upBusy(in)
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
	if c.yields(r) {
		return c.yield(r)
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
	case c.refused(r) != "":
		return r, Outcome{End: c.refused(r), Record: r}
	default:
		r = c.Next(r)
	}
	if !keeps && r.Settings.TemporalBin == "" {
		return r, Outcome{End: EndNoBinary, Record: r}
	}
	if r.Desired != WantRunning {
		r.Incarnation++ // else it takes over what another driver began
	}
	r.Desired, r.Again = WantRunning, false
	r.Restarts, r.Failure = Restarts{}, Failure{} // who asks anew has a fresh budget
	r.Reason = "asked for by " + c.Cause
	r.Generation++
	return r, Outcome{}
}

// Wanted is how Temporal would be run where none runs: a restart keeps what the
// record has, and changes what was given.
func (c Command) Wanted(r Record) Settings {
	if c.Verb == VerbRestart && r.Generation > 0 {
		return r.Settings.Overlay(c.Want, c.Given)
	}
	return c.Want
}

// Next returns the record with the settings and the environment of the Temporal that this
// command would start.
func (c Command) Next(r Record) Record {
	r.Settings, r.Environment = c.Wanted(r), c.lends(r)
	return r
}

// lends is the environment of the next Temporal. A restart keeps the recorded one, from
// whichever shell it is typed, unless it is given --pass-env.
func (c Command) lends(r Record) Environment {
	if c.Verb == VerbRestart && r.Environment.Known() && !c.Given.Has("pass-env") {
		return r.Environment
	}
	return c.Environment
}

// refused is the end of a command whose settings no Temporal can serve with, empty if one
// can. Flags were checked when they were parsed; a restart adds recorded settings to them.
func (c Command) refused(r Record) Ends {
	wanted := c.Wanted(r)
	switch one, _, _ := wanted.Clash(); {
	case one != "":
		return EndClash
	case !WorksOn(wanted.IP):
		return EndAddress
	}
	return ""
}

func (c Command) upBusy(in Sight) (Command, []Deed) {
	r := in.Record
	c.Restart = r.Again
	if in.Holder != "" {
		return c.finish(Outcome{End: EndUnknown, Record: r, Holder: in.Holder})
	}
	if c.ended(r) {
		return c.failed(r)
	}
	if in.Asleep {
		c.Slept = true
		return c, []Deed{{Ask: AskFollow}, {Ask: AskArm, Saw: SawNoAnswer, After: answerWithin}}
	}
	if r.Desired != WantRunning {
		if c.Yielded == r.Generation && c.Yielded != 0 {
			return c, nil // it follows when the restart has had its time
		}
		return c, []Deed{{Ask: AskFollow}}
	}
	if r.State != Stopping && len(Differences(r.Settings, c.Want, c.Given)) > 0 {
		return c.finish(Outcome{End: EndDiffers, Record: r})
	}
	if !c.Follows {
		c.Follows, c.Since = true, r.Generation
	}
	switch {
	case c.replaces(in):
		return c.replace(in)
	case r.State == Degraded && r.Lost && in.Driver.PID != 0: // the probe after the next one has the last word
		return c, []Deed{{Ask: AskFollow}, {Ask: AskArm, Saw: SawLost, After: r.Settings.Policy.Period}}
	case r.State == Healthy && r.Generation > c.Since:
		return c.finish(Outcome{End: EndStarted, Record: r})
	case r.State == Healthy && c.Handovers > 0 && in.Driver.Same(r.Supervisor):
		// The record was lost, so generations began anew; no driver from before the handover lives.
		return c.finish(Outcome{End: EndStarted, Record: r})
	case r.State == Healthy && in.Driver.PID == 0:
		return c, []Deed{{Ask: AskFollow}, {Ask: AskArm, Saw: SawBusy, After: provenAgain}}
	case r.State == Healthy && c.Handovers == 0 && c.Proven:
		return c.finish(Outcome{End: EndAlreadyRunning, Record: r})
	case r.State == Healthy && c.Handovers == 0:
		return c, []Deed{{Ask: AskProve, Record: r}}
	}
	// After a handover a Healthy record is the dead supervisor's until the new one has written.
	return c, []Deed{{Ask: AskFollow}}
}

// upNoAnswer ends a driver that is still stopped: Temporal is adopted from it.
func (c Command) upNoAnswer(in Sight) (Command, []Deed) {
	switch {
	case !c.Slept:
		return c, nil // it was armed by the half of a restart that is over
	case !in.Asleep:
		return c.upBusy(in)
	}
	return c, []Deed{{Ask: AskUnseat, Driver: in.Driver}, {Ask: AskArm, Saw: SawNoAnswer, After: beyondGrace}}
}

// ended reports whether the attempt that this command follows is over without
// success. A record that is Stopped on the way to a start does not count, and neither
// does one on the way through a restart.
func (c Command) ended(r Record) bool {
	return c.Follows && r.State == Stopped && r.Desired == WantStopped && !r.Again && r.Generation > c.Since
}

// yields reports whether a start that has waited leaves supervisor.lock to the restart that
// has stopped Temporal and is about to start it again, with settings that it alone may
// know. It waits for the lock as well and gets it at once, if it lives; else this start
// goes on.
func (c Command) yields(r Record) bool {
	return c.Verb == VerbStart && (c.Follows || c.Restart) && r.State == Stopped && r.Desired == WantStopped && r.Again && c.Yielded != r.Generation
}

func (c Command) yield(r Record) (Command, []Deed) {
	c.Yielded = r.Generation
	return c, []Deed{{Ask: AskLetGo}, {Ask: AskArm, Saw: SawYielded, After: yieldFor}}
}

func (c Command) failed(r Record) (Command, []Deed) {
	if r.Failure.Event == "" {
		return c.finish(Outcome{End: EndStoppedMeant, Record: r})
	}
	return c.finish(Outcome{End: EndFailed, Record: r})
}
