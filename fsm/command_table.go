package fsm

import "slices"

// CommandRow is one legal step of a command.
type CommandRow struct {
	// From are the phases in which the row counts.
	From []Phase
	On   CommandEvent
	// To is the next phase, empty where the phase stays.
	To Phase
	Do []CommandAction
	// Result is how the command ends where To is CommandDone.
	Result CommandResult
	// Why is the reason in one sentence.
	Why string
}

func at(phases ...Phase) []Phase { return phases }

func then(actions ...CommandAction) []CommandAction { return actions }

// finish is all that a command does at its end.
var finish = then(ActReleaseLock, ActFinish)

// CommandTable is the whole protocol of start, stop and restart: if it is not
// here, it does not happen. A pair of a phase and an event appears once. It is
// to commands what Table is to a supervisor.
var CommandTable = []CommandRow{
	{running, SystemRefused, CommandDone, finish, ResultSystemRefused, "nothing can be proven any more; what the system said is printed"},
	{running, PatienceOver, CommandDone, finish, ResultTimedOut, "a command never waits for longer than it may; the supervisor goes on"},

	// start, and restart once nothing runs: supervisor.lock is ours
	{starting, TemporalLockForeign, CommandDone, finish, ResultTemporalLockForeign, "a foreign process is never touched; it is named"},
	{waited, RestartPending, StartYielding, then(ActReleaseLock, ActArmYield), "", "the restart waits for the lock as well, and may know settings that this start does not"},
	{waited, HandoversSpent, CommandDone, finish, ResultNoSupervisor, "a supervisor that dies three times before it saves would die a fourth time"},
	{starting, PortConflict, CommandDone, finish, ResultPortConflict, "no server can listen on one port twice"},
	{starting, AddressUnusable, CommandDone, finish, ResultAddressUnusable, "Temporal does not serve there"},
	{starting, BinaryMissing, CommandDone, finish, ResultNoBinary, "there is nothing to start"},
	{starting, LockWon, StartHandedOver, then(ActHandOver), "", "only the holder of supervisor.lock may drive; the locked descriptor passes to a supervisor without a gap"},
	{at(StartHandedOver), SupervisorStarted, StartHandedOver, then(ActWait), "", "the supervisor drives now: its record says how it goes"},
	{at(StartHandedOver), SupervisorNotStarted, CommandDone, finish, ResultNoSupervisor, "without a supervisor nothing would restart Temporal"},

	// another process holds supervisor.lock
	{at(StartTrying), LockBusy, StartWaiting, then(ActLookAgain), "", "it drives, or another command is about to: what is going on decides"},
	{at(StartYielding), StillYielding, StartYielding, nil, "", "the restart still has time to take the lock"},
	{at(StartYielding), LockBusy, StartWaiting, then(ActLookAgain), "", "the restart has moved on, or its 200 ms are over and it may be dead"},
	{following, SupervisorLockForeign, CommandDone, finish, ResultSupervisorLockForeign, "a foreign process is never touched; it is named"},
	{waited, StoppedByOther, CommandDone, finish, ResultStoppedByOther, "the last command has the last word"},
	{waited, TemporalFailed, CommandDone, finish, ResultFailed, "another attempt would fail the same way; the failure is printed"},
	{following, SupervisorSuspended, "", then(ActWait, ActArmSuspended), "", "it drives nothing while it is suspended, but it may be woken"},
	{following, StillSuspended, "", then(ActKillSuspended, ActArmSuspendedKilled), "", "its lock comes free with it, and Temporal is adopted"}, //mutation:suspended
	{following, StopUnderWay, "", then(ActWait), "", "a start never interrupts a stop: the lock comes free at its end"},                        //mutation:start-waits
	{starting, SettingsDiffer, CommandDone, finish, ResultSettingsDiffer, "what runs is never changed under its users; restart does that"},
	{following, SupervisorOlder, "", then(ActWait, ActReplaceOlder), "", "as after a crash, Temporal serves on and is adopted, with the same pid; SIGTERM would stop it"},
	{following, SupervisorReplaced, "", then(ActWait), "", "what a killed supervisor has left in the record is no success"},
	{following, DatabaseLost, "", then(ActWait, ActArmLost), "", "its file may come back: one more probe has the last word"},
	{following, DatabaseStillLost, CommandDone, finish, ResultDatabaseLost, "a start of such a Temporal is no success, and another start would not help"},
	{following, TemporalComing, "", then(ActWait), "", "the supervisor is on it"},
	{at(StartWaiting, StartAnswered, StartHandedOver), TemporalStarted, CommandDone, finish, ResultStarted, "the supervisor has seen it serve"},
	{at(StartRetrying), TemporalStarted, CommandDone, finish, ResultAlreadyRunning, "it served before, and the setup is there now"},
	{following, SetupNotApplied, CommandDone, finish, ResultSetupFailed, "Temporal serves, and lacks what was asked for: what differs is printed"},
	{at(StartWaiting, StartAnswered), SetupFailedBefore, StartRetrying, then(ActWait, ActAskSetup), "", "what differed may have been changed since"},
	{following, TemporalUndriven, "", then(ActWait, ActArmLook), "", "its supervisor has just died or has just begun: the lock or the record will show"},
	{at(StartWaiting, StartRetrying), TemporalRunning, StartWaiting, then(ActProbe), "", "the record may be older than the truth: Temporal itself is asked"},
	{at(StartWaiting), TemporalAnswered, StartAnswered, then(ActTryLock), "", "its supervisor may have died meanwhile: the lock is tried once more"},
	{at(StartWaiting), TemporalSilent, StartWaiting, then(ActWait, ActArmLook), "", "its supervisor will notice that as well"},
	{at(StartAnswered), TemporalRunning, CommandDone, finish, ResultAlreadyRunning, "already running; it serves and is supervised"},
	{at(StartHandedOver), TemporalRunning, StartHandedOver, then(ActWait), "", "that record is the dead supervisor's until the new one saves its own"},

	// stop, and the first half of restart: supervisor.lock is ours
	{at(StopTrying), PortConflict, CommandDone, finish, ResultPortConflict, "a restart that cannot start again stops nothing"},
	{at(StopTrying), AddressUnusable, CommandDone, finish, ResultAddressUnusable, "a restart that cannot start again stops nothing"},
	{stopping, TemporalLockForeign, CommandDone, finish, ResultTemporalLockForeign, "a foreign process is never touched; it is named"},
	{stopping, StopUndriven, StopDriving, then(ActDrive), "", "no supervisor lives: this command finishes its work"},
	{at(StopDriving), TemporalLockForeign, CommandDone, finish, ResultTemporalLockForeign, "a foreign process took temporal.lock first; it is named"},
	{at(StopTrying), NothingRuns, CommandDone, finish, ResultNothingRan, "nothing runs; both locks are free, which is the kernel's proof"},
	{append(at(StopDriving), asked...), NothingRuns, CommandDone, finish, ResultStopped, "both locks are free, which is the kernel's proof"},
	{append(at(StopDriving), asked...), StoppedByOther, CommandDone, finish, ResultStoppedByOther, "a stop that came after the restart has the last word"},
	{append(at(StopDriving), asked...), TemporalFailed, CommandDone, finish, ResultFailed, "a stop that came after the restart has the last word, and the record has a failure"},
	{append(at(StopDriving), stopping...), StoppedForRestart, StartTrying, then(ActArmPatience, ActLookAgain), "", "the first half is over; the second one is a start with the recorded settings"},

	// another process holds supervisor.lock
	{stopping, SupervisorLockForeign, CommandDone, finish, ResultSupervisorLockForeign, "a foreign process is never touched; it is named"},
	{stopping, SupervisorFound, StopAsked, then(ActWait, ActAskStop, ActArmAnswer), "", "a supervisor stops its own Temporal best; each is asked once"},
	{stopping, SupervisorUnnamed, "", then(ActWait, ActArmAnswer), "", "a signal would end a supervisor that does not handle signals yet"},
	{at(StopTrying), SupervisorMissing, StopTrying, then(ActTryLock, ActArmAnswer), "", "the lock may be free by now, or its holder named"},
	{at(StopTrying), LooksSpent, CommandDone, finish, ResultSupervisorUnresponsive, "no process is signalled that cannot be named"},
	{asked, StopPending, "", then(ActWait), "", "it was asked, and has its time to answer"},
	{at(StopAsked, StopAcked), StopBegun, StopAcked, then(ActWait), "", "the supervisor works on it"}, //mutation:stop-begun
	{at(StopGraceWaited, StopKilled), StopBegun, "", then(ActWait), "", "it has said so before"},
	{at(StopAsked), StopSlow, StopGraceWaited, then(ActArmGrace), "", "it has begun: it is given the grace period and 5 s more"},
	{at(StopAcked), StopUnanswered, StopGraceWaited, then(ActArmGrace), "", "it has begun: it is given the grace period and 5 s more"},
	{at(StopAsked, StopGraceWaited), StopUnanswered, StopKilled, then(ActKillAsked, ActArmKilled), "", "a supervisor that hangs is ended, and this command finishes its work"}, //mutation:driver-killed
	{at(StopKilled), StopUnanswered, CommandDone, finish, ResultSupervisorUnresponsive, "even SIGKILL did not free the lock; the process is named"},
	{asked, StartedAgain, CommandDone, finish, ResultStopped, "what this stop was to stop has ended"},
	{asked, RestartOvertaken, StartTrying, then(ActArmPatience, ActLookAgain), "", "what was to be restarted has ended: the other command's start is waited for"},
}

// FindCommandRow returns the row for a pair, with From and To of that pair.
func FindCommandRow(from Phase, on CommandEvent) (CommandRow, bool) {
	row, ok := first(CommandTable, func(row CommandRow) bool { return row.On == on && slices.Contains(row.From, from) })
	if ok {
		row.From, row.To = at(from), row.leads(from)
	}
	return row, ok
}

// leads returns the phase that follows a phase of the row.
func (row CommandRow) leads(from Phase) Phase {
	if row.To == "" {
		return from
	}
	return row.To
}

// CommandReason says why a pair without a row is ignored. It is empty for an event
// that does not exist.
func CommandReason(on CommandEvent) string {
	info, _ := first(CommandEvents, func(info CommandEventInfo) bool { return info.Event == on })
	return info.Otherwise
}
