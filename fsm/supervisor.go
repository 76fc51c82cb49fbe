package fsm

import "slices"

// Supervisor is the supervisor's protocol as a value: Step takes it from one
// input to the next. It can be copied and compared, so that a simulation can
// hold many of them.
type Supervisor struct {
	Record
	Self Process
	// Seq grows with each change of state: late timers and probes are known by it.
	Seq uint64
	DrivenRun
	// Awaited says that a command may wait for a record that says Healthy: from the start
	// that this driver carries out, an adoption included, until a Temporal that it has
	// seen serve fails.
	Awaited bool
	// DatabaseBefore is what was known of the database before the last lock, and so
	// before the spawn that followed or follows.
	DatabaseBefore Database
	// Stable says that the run that ended had served for the policy's StableAfter.
	Stable        bool
	ProbeFailures ProbeFailures
	// Slowly says that the record's reason for Degraded is that it answers slowly.
	Slowly bool
	// Grace is what the stop at hand asked for, 0 for the policy's.
	Grace Millis
	Done  bool
}

// DrivenRun is what a driver knows of the Temporal that it spawned or adopted last.
type DrivenRun struct {
	// Run counts the Temporals that this driver spawned or adopted.
	Run uint64
	// Gone says that nothing of this run's tree lives; true before the first.
	Gone bool
	// ServedAt is the monotonic time of this driver's first passed probe of this run, 0 before.
	ServedAt Instant
	// Starved says that the latest probe of a starting Temporal has no answer because the
	// machine is busy. Extended says that the start deadline was extended for that.
	Starved, Extended bool
	// Asking says that a probe is under way and its timeout is not over.
	Asking bool
	// SettingUp says that the setup is being applied to this Temporal's database.
	SettingUp bool
	// Waiting is the last answer of a probe that did not pass.
	Waiting string
}

// Begin makes a supervisor that goes on from a record, and returns the first input to step with.
// now has the clocks, and may be StopNow with its cause: then what is to be stopped is stopped by that.
func Begin(r Record, self Process, e Evidence, now Input) (Supervisor, Input) {
	plan := Resume(r, e)
	s := Supervisor{Record: r, Self: self, Grace: now.Grace}
	s.Gone = e.Owner == OwnerNone || e.Owner == OwnerForeign
	if e.Owner == OwnerOurs {
		s.Temporal = e.Leader //mutation:leader-proven
		s.Record = s.withDrawn(e.Ports)
	}
	if !s.Gone {
		s.Run = 1
	}
	if r.untied(e) { //mutation:untied-wish
		s.Desired = WantStopped
	}
	first := now
	first.Event, first.Process, first.Detail = plan.Event, e.Leader, plan.Why
	switch {
	case plan.Event == "":
		first.Event = Resumed
	case plan.State == Stopping && now.Event == StopNow:
		first.Event, first.Detail = StopNow, now.Detail
		first.RestartPending = r.RestartPending //mutation:now-again
	}
	if plan.State != r.State {
		s = s.setState(plan.State, now.At)
		s.Generation-- // Step counts it
		s.Reason, first.Was = plan.Why, r.State
	}
	switch {
	case r.Reason == "":
	case plan.Event == Start:
		first.Detail = r.Reason + ": " + plan.Why
	case plan.Event == Resumed && r.Desired == WantStopped:
		first.Detail = r.Reason // of a command that drives: what it was asked for, as where it asks a supervisor
	}
	return s.setOwners(), first
}

// Step takes one input and returns the new value and what is to be done, in
// order. An input that belongs to a state or a Temporal that was left is ignored.
func (s Supervisor) Step(m *Machine, in Input) (Supervisor, []Effect) {
	var effects []Effect
	// Where a driver goes on is saved for itself, but for what is resumed: that is one transition.
	if s.State == Stopped && in.Event == Resumed || in.Was != "" && in.Event != Resumed {
		s.Generation++ // no transition if Was is empty: then only what is wanted has changed
		effects = append(effects, s.save(Transition{in.At, in.Was, Resumed, s.State, s.Reason}))
		in.Was = ""
	}
	s, more := s.step(m, in)
	return s, mergeSaves(append(effects, more...))
}

// ofRun are the events that belong to one Temporal, besides timers and probes.
var ofRun = []Event{Exited, Gone, SetupApplied, SetupFailed}

// step is Step with a save for each transition.
func (s Supervisor) step(m *Machine, in Input) (Supervisor, []Effect) {
	switch {
	case slices.Contains(Timers, in.Event):
		if in.Seq != s.Seq || (in.Event == GraceElapsed && s.Gone) { //mutation:late-timer
			return s, ignored(in.Event, "it belongs to a state that was left")
		}
	case in.Event == Probed: // a slow answer may come after the state has changed for want of it
		if in.Run != s.Run || !s.CountsAnswers() {
			return s, ignored(in.Event, "it belongs to an earlier Temporal, or to one that is being ended")
		}
	case slices.Contains(ofRun, in.Event):
		if in.Run != s.Run { //mutation:late-exit
			return s, ignored(in.Event, "it belongs to an earlier Temporal")
		}
	}
	switch in.Event {
	case Resumed:
		if s.State == Stopped { // nothing runs, and nothing is wanted
			s.Done = true
			return s, []Effect{s.effect(DoRelease), s.effect(DoExit)}
		}
	case Probed:
		return s.judge(m, in)
	case LockLost:
		// Temporal and the record are the other driver's from now on.
		s.Done = true
		return s, []Effect{s.effect(DoExit)}
	case ProbeDue:
		return s.ask()
	case StartDeadline:
		if more := s.moreTime(); more > 0 {
			s.Extended = true
			return s, []Effect{s.arm(StartDeadline, more)}
		}
	case SetupApplied, SetupFailed:
		s.SettingUp = false
	case SetupWanted:
		if s.SetupFault() == "" {
			return s, ignored(in.Event, "no setup has failed")
		}
	case Gone:
		s.Gone = true
		return s.left(in.Left).gone(m, in)
	case Stop:
		if s.State == Stopping {
			return s.updateGrace(in)
		}
	}
	return s.apply(m, in)
}

// gone decides what the tree's end means: in Restarting it is the moment at
// which the budget is checked.
func (s Supervisor) gone(m *Machine, in Input) (Supervisor, []Effect) {
	if s.State == Restarting {
		if spent := s.Settings.Policy.BudgetExceeded(s.Restarts, in.At); spent != "" {
			in.Event, in.Detail = BudgetExhausted, spent
		}
	}
	return s.apply(m, in)
}

// updateGrace lets a later stop change the grace period of the one under way.
func (s Supervisor) updateGrace(in Input) (Supervisor, []Effect) {
	s.Desired, s.RestartPending = WantStopped, in.RestartPending
	s.Grace, s.Reason = in.Grace, in.Detail
	s.Generation++
	return s, []Effect{
		s.save(Transition{in.At, Stopping, Stop, Stopping, in.Detail}),
		s.arm(GraceElapsed, s.grace()),
	}
}

// apply applies an event of the table: the new state, the save before the act (see mergeSaves),
// the row's actions, and whatever follows at once.
func (s Supervisor) apply(m *Machine, in Input) (Supervisor, []Effect) {
	row, err := m.Next(s.State, in.Event)
	if err != nil {
		return s, ignored(in.Event, err.Error())
	}
	before := s.Database
	s = s.account(row, in)
	cause := s.cause(row, in)
	s = s.enterState(row, in, cause)
	from := row.From
	if in.Was != "" {
		from = in.Was
	}
	saved := s.save(Transition{in.At, from, row.On, row.To, cause})
	saved.Durable = saved.Durable || s.Database != before //mutation:durable-database
	effects := []Effect{saved}
	for _, action := range row.Do {
		var more []Effect
		s, more = s.act(action, in)
		effects = append(effects, more...) //mutation:save-first
	}
	return s.applyNext(m, row, in, effects)
}

// applyNext applies the event that a transition brings with it.
func (s Supervisor) applyNext(m *Machine, row Row, in Input, effects []Effect) (Supervisor, []Effect) {
	next := in
	next.Detail, next.Was = "", ""
	switch {
	case row.To == Stopped && s.Desired == WantRunning:
		next.Event = Start
		next.Detail = "a start was waiting for the stop to end"
	case row.To == Stopped:
		s.Done = true
		return s, append(effects, Effect{Do: DoExit})
	case s.Gone && row.From != row.To && (row.To == Stopping || row.To == Restarting):
		next.Event, next.Run = Gone, s.Run
	case row.To == Restarting && row.On == Gone && s.backoff(in) == 0:
		next.Event, next.Seq, next.Detail = BackoffElapsed, s.Seq, "it had run stably: no back-off"
	default:
		return s, effects
	}
	s, more := s.step(m, next)
	return s, append(effects, more...)
}

// mergeSaves makes notes of the saves that need not be written. Two saves with no effect between
// them are one: a crash between them leaves what a crash before both leaves. So is one before
// the lock, whose every answer is saved (but by a driver that has lost supervisor.lock): no
// record has to name the lock, as the kernel releases it when the driver exits. So a start, and
// a restart whose tree is gone and which need not wait, are written once before the spawn.
func mergeSaves(effects []Effect) []Effect {
	next := &Effect{} // the next effect that is no note
	for i := len(effects) - 1; i >= 0; i-- {
		save := &effects[i]
		if save.Do == DoSave && (next.Do == DoSave || next.Do == DoLock && !save.Durable) { //mutation:unsaved-before
			next.Durable = next.Durable || save.Durable
			save.Do, save.Durable = DoNote, false
		}
		if save.Do != DoNote {
			next = save
		}
	}
	return effects
}

// enterState makes the record say what the row says.
func (s Supervisor) enterState(row Row, in Input, cause string) Supervisor {
	if row.From == Stopping && row.On == Gone {
		cause = "stopped: " + s.Reason // why it was stopped says more than that it has gone
	}
	if row.On != SetupApplied && row.On != SetupFailed && row.On != SetupWanted {
		s.Reason = cause // else it says what it said: why it is Healthy
	}
	return s.setState(row.To, in.At).setOwners()
}

// setState moves to a state. What was armed in another state is late from then on. The count of
// failed probes is kept only into Degraded, the time of a slow answer also into Healthy.
func (s Supervisor) setState(to State, at Instant) Supervisor {
	s.Generation++
	if s.State == to {
		return s
	}
	s.State, s.Since = to, at
	s.Seq++
	switch to {
	case Degraded:
	case Healthy:
		s.ProbeFailures = ProbeFailures{Slow: s.ProbeFailures.Slow}
	default:
		s.ProbeFailures = ProbeFailures{}
	}
	return s
}

// setOwners names in the record the driver and the run: none once it is Stopped.
func (s Supervisor) setOwners() Supervisor {
	s.Supervisor = s.Self //mutation:driver-named
	if s.State == Stopped {
		s.Supervisor, s.RecordedRun = Process{}, RecordedRun{}
	}
	return s
}
