package fsm

// Prepare returns the record to save before a supervisor drives: Temporal is wanted, and how. An
// Outcome with a Result is a refusal. The caller holds supervisor.lock.
func (c Command) Prepare(r Record, e Evidence) (Record, Outcome) {
	keeps := e.Owner == OwnerOurs && r.State != Stopping && r.State != Restarting
	switch {
	case e.Owner == OwnerForeign:
		return r, Outcome{Result: ResultTemporalLockForeign, Record: r, Holder: e.Holder} //mutation:foreign-lock
	case keeps && len(r.Differences(c.Want, c.Given)) > 0:
		return r, Outcome{Result: ResultSettingsDiffer, Record: r}
	case keeps: // it is adopted as it runs
	case c.refused(r) != "":
		return r, Outcome{Result: c.refused(r), Record: r}
	default:
		r = c.Next(r)
	}
	if !keeps && r.Settings.TemporalBin == "" {
		return r, Outcome{Result: ResultNoBinary, Record: r}
	}
	if r.Desired != WantRunning {
		r.Incarnation++ // else it continues what another driver began
	}
	r.Desired, r.RestartPending = WantRunning, false //mutation:start-wish
	r.TiedTo = c.tie(r, e)                           //mutation:tied
	r.Restarts, r.Failure = Restarts{}, Failure{}    // a new request has a fresh budget //mutation:fresh-budget
	r.Reason = "asked for by " + c.Cause
	r.Generation++
	return r, Outcome{}
}

// tie returns the command with whose life the wanted Temporal ends. A start does not undo the tie to
// another command that lives: one that a run's own command makes, say.
func (c Command) tie(r Record, e Evidence) Process {
	if c.TiedTo.PID != 0 || e.Untied { //mutation:tie-undone
		return c.TiedTo
	}
	return r.TiedTo
}

// Wanted is how Temporal would be run where none runs: a restart keeps what the
// record has, and changes what was given. A start takes from the record only that a port was drawn, and draws none of
// the two that was given another number. A port that may be drawn is 0.
func (c Command) Wanted(r Record) Settings {
	asked, want := r.Asked(), c.Want
	if c.Verb == VerbRestart && r.Generation > 0 {
		return asked.Overlay(want, c.Given)
	}
	if c.Given.Has("port") {
		return want
	}
	drawn := r.Drawn.Frontend != 0 && asked.Port == 0
	if drawn {
		want.Port = 0
	}
	if !c.Given.Has(uiPortFlag) && (drawn || r.Drawn.UI != 0 && asked.UIPort == 0) {
		want.UIPort = 0
	}
	return want
}

// Next returns the record with the settings and the environment of the Temporal that this
// command would start.
func (c Command) Next(r Record) Record {
	r.Environment = c.lends(r)
	return r.wanting(c.Wanted(r))
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
func (c Command) refused(r Record) CommandResult {
	wanted := c.Wanted(r)
	switch one, _, _ := wanted.PortConflict(); {
	case one != "":
		return ResultPortConflict
	case !WorksOn(wanted.IP):
		return ResultAddressUnusable
	}
	return ""
}
