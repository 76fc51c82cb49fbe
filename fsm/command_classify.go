package fsm

import "slices"

// classify says what an input means to a command: one event, empty for none. It
// is pure; whether the event changes anything is the table's to say.
func (c Command) classify(in CommandInput) CommandEvent {
	switch {
	case in.Kind == InputBroken:
		return SystemRefused
	case in.Kind == InputTimeout:
		return PatienceOver
	case c.Starts():
		return c.classifyStart(in)
	case c.Phase == StopDriving:
		return c.classifyDrive(in) // a timer that was armed for a dead supervisor says nothing any more
	}
	return c.classifyStop(in)
}

// classifyStart is for start, and for restart once nothing runs any more.
func (c Command) classifyStart(in CommandInput) CommandEvent {
	switch in.Kind {
	case InputWon:
		return c.classifyWon(in)
	case InputHanded:
		return SupervisorStarted
	case InputNotHanded:
		return SupervisorNotStarted
	case InputProbeOK:
		return TemporalAnswered
	case InputProbeFailed:
		return TemporalSilent
	}
	switch {
	case in.Kind == InputDrove && c.Phase == StartHandedOver: // in the foreground
		return overBy(in.Record)
	case slices.Contains(looks, in.Kind):
		return c.classifyBusy(in)
	}
	return ""
}

func (c Command) classifyWon(in CommandInput) CommandEvent {
	r := in.Record
	switch {
	case c.attemptOver(r):
		return overBy(r)
	case c.yieldsTo(r):
		return RestartPending
	case c.Handovers == maxHandovers && r.Generation <= c.Since:
		return HandoversSpent
	}
	if _, refusal := c.Prepare(r, in.Evidence); refusal.Result != "" {
		return refusals[refusal.Result]
	}
	return LockWon
}

// refusals are the events for what Prepare refuses.
var refusals = map[CommandResult]CommandEvent{
	ResultTemporalLockForeign: TemporalLockForeign, ResultSettingsDiffer: SettingsDiffer, ResultPortConflict: PortConflict, ResultAddressUnusable: AddressUnusable, ResultNoBinary: BinaryMissing,
}

func (c Command) classifyBusy(in CommandInput) CommandEvent {
	switch r := in.Record; {
	case c.Phase == StartYielding && in.Kind == InputBusy && r.Desired != WantRunning && r.Generation == c.Yielded:
		return StillYielding
	case c.Phase == StartTrying || c.Phase == StartYielding:
		return LockBusy
	case in.Kind == InputStillLost && c.lost(in):
		return DatabaseStillLost
	case in.Kind == InputStillSuspended && in.Suspended:
		return StillSuspended
	case in.Holder != "":
		return SupervisorLockForeign
	case c.attemptOver(r):
		return overBy(r)
	case in.Suspended:
		return SupervisorSuspended
	case r.Desired != WantRunning:
		return StopUnderWay
	case r.State != Stopping && len(r.Differences(c.Want, c.Given)) > 0:
		return SettingsDiffer
	}
	return c.classifyDriven(in)
}

// classifyDriven classifies a Temporal that is wanted as this command wants it.
func (c Command) classifyDriven(in CommandInput) CommandEvent {
	r := in.Record
	serves := r.State == Healthy || r.State == Degraded
	switch older := in.Outdated && in.Driver.PID != 0; { //mutation:older
	case serves && older && !in.Driver.Same(c.Replaced):
		return SupervisorOlder
	case serves && (older || r.Supervisor.Same(c.Replaced)):
		return SupervisorReplaced
	case c.lost(in):
		return DatabaseLost
	case r.State != Healthy || r.SetupPending(): //mutation:not-healthy
		return TemporalComing
	case r.SetupFault() != "": //mutation:setup-fault
		return c.classifySetupFault(in)
	case r.Generation > c.Since: //mutation:record-older
		return TemporalStarted
	case c.Handovers > 0 && in.Driver.Same(r.Supervisor):
		// The record was lost, so generations began anew; no driver from before the handover lives.
		return TemporalStarted
	case in.Driver.PID == 0:
		return TemporalUndriven
	}
	return TemporalRunning
}

// classifySetupFault classifies a Temporal that is Healthy and has not got its setup. A supervisor is
// asked only if it has saved a record: then it handles the signal.
func (c Command) classifySetupFault(in CommandInput) CommandEvent {
	switch {
	case in.Record.Generation > c.Since:
		return SetupNotApplied
	case in.Driver.PID != 0 && (c.Phase == StartRetrying || c.Phase == StartHandedOver):
		return TemporalComing // the answer is not there yet, or it is the dead supervisor's
	case !in.Driver.Same(in.Record.Supervisor):
		return TemporalUndriven
	}
	return SetupFailedBefore
}

// lost reports whether what is written to the Temporal at hand is lost.
func (c Command) lost(in CommandInput) bool {
	return in.Record.State == Degraded && in.Record.Lost && in.Driver.PID != 0
}

// attemptOver reports whether the attempt that this command follows is over
// without success. A record that is Stopped on the way to a start does not count,
// and neither does one on the way through a restart.
func (c Command) attemptOver(r Record) bool {
	return r.State == Stopped && r.Desired == WantStopped && !r.RestartPending && r.Generation > c.Since //mutation:attempt-over
}

func overBy(r Record) CommandEvent {
	if r.Failure.Event == "" {
		return StoppedByOther
	}
	return TemporalFailed
}

// yieldsTo reports whether a start that has waited leaves supervisor.lock to the
// restart that has stopped Temporal and is about to start it again. It waits for
// the lock as well and gets it at once, if it lives; else this start goes on.
func (c Command) yieldsTo(r Record) bool {
	return c.Verb == VerbStart && c.Phase != StartTrying && r.State == Stopped && r.Desired == WantStopped && r.RestartPending && c.Yielded != r.Generation //mutation:yields
}

// classifyStop is for stop, and for restart while something runs.
func (c Command) classifyStop(in CommandInput) CommandEvent {
	looked := in.Kind == InputWon || in.Kind == InputBusy
	if looked && c.Verb == VerbRestart && c.Phase == StopTrying {
		if refused, ok := refusals[c.refused(in.Record)]; ok {
			return refused // before what runs is ended for it
		}
	}
	switch in.Kind {
	case InputWon:
		return c.classifyStopWon(in)
	case InputBusy:
		return c.classifyStopBusy(in)
	case InputNoAnswer:
		return c.classifyNoAnswer(in)
	}
	return ""
}

func (c Command) classifyStopWon(in CommandInput) CommandEvent {
	r := in.Record
	switch {
	case in.Evidence.Owner == OwnerForeign:
		return TemporalLockForeign
	case in.Evidence.Owner == OwnerNone && r.State == Stopped && r.Desired != WantRunning && !(c.Verb == VerbStop && r.RestartPending): //mutation:nothing-runs
		return c.classifyStopped(r)
	}
	return StopUndriven
}

// classifyDrive classifies how this command's own drive has ended.
func (c Command) classifyDrive(in CommandInput) CommandEvent {
	switch {
	case in.Kind != InputDrove:
		return "" //mutation:drive-timer
	case in.Record.Failure.Event == LockDenied:
		return TemporalLockForeign
	}
	return c.classifyStopped(in.Record)
}

// classifyStopped is for when nothing runs and supervisor.lock is ours.
func (c Command) classifyStopped(r Record) CommandEvent {
	switch {
	case c.Verb != VerbRestart:
		return NothingRuns
	case c.RestartAcked && !r.RestartPending && r.Generation > 0: // a record that was lost says nothing
		return overBy(r)
	}
	return StoppedForRestart
}

func (c Command) classifyStopBusy(in CommandInput) CommandEvent {
	r := in.Record
	switch {
	case in.Holder != "":
		return SupervisorLockForeign
	case c.Asked.PID != 0 && r.Incarnation > c.Ending && c.Verb == VerbRestart: //mutation:overtaken
		return RestartOvertaken
	case c.Asked.PID != 0 && r.Incarnation > c.Ending:
		return StartedAgain
	case in.Driver.Same(c.Asked) && r.stopping():
		return StopBegun
	case in.Driver.Same(c.Asked):
		return StopPending
	case in.Driver.PID == 0 || r.Generation > 0 && !in.Driver.Same(r.Supervisor):
		return SupervisorUnnamed
	}
	return SupervisorFound
}

func (c Command) classifyNoAnswer(in CommandInput) CommandEvent {
	switch {
	case in.Driver.PID != 0 && !in.Driver.Same(c.Asked):
		return SupervisorFound
	case c.Phase == StopTrying && c.Looks == maxLooks:
		return LooksSpent
	case c.Phase == StopTrying:
		return SupervisorMissing
	case c.Phase == StopAsked && in.Record.stopping():
		return StopSlow
	}
	return StopUnanswered
}

// stopping reports whether a record says that its driver obeys a stop.
func (r Record) stopping() bool { return r.State == Stopping || r.State == Stopped }
