package fsm

// Phase is where a command is in its protocol. A phase that begins with Start
// belongs to start and to the second half of restart; one that begins with Stop
// belongs to stop and to the first half of restart.
type Phase string

// The phases. There are no others.
const (
	StartTrying     Phase = "StartTrying"     // supervisor.lock is being tried; nothing is known yet
	StartWaiting    Phase = "StartWaiting"    // another process holds supervisor.lock
	StartAnswered   Phase = "StartAnswered"   // Temporal ran before this command, and has answered it
	StartYielding   Phase = "StartYielding"   // supervisor.lock is left to a restart for a moment
	StartRetrying   Phase = "StartRetrying"   // a supervisor was asked to apply the setup once more
	StartHandedOver Phase = "StartHandedOver" // supervisor.lock was handed to a new supervisor
	StopTrying      Phase = "StopTrying"      // supervisor.lock is being tried; no process was asked to stop yet
	StopAsked       Phase = "StopAsked"       // a supervisor was asked to stop
	StopAcked       Phase = "StopAcked"       // its record says that it is stopping
	StopGraceWaited Phase = "StopGraceWaited" // it is given the whole grace period
	StopKilled      Phase = "StopKilled"      // it was killed; its lock has to come free
	StopDriving     Phase = "StopDriving"     // this command stops Temporal itself
	CommandDone     Phase = "Done"            // the command is over
)

// Phases lists every phase in the order of a restart.
var Phases = []Phase{
	StopTrying, StopAsked, StopAcked, StopGraceWaited, StopKilled, StopDriving,
	StartTrying, StartWaiting, StartAnswered, StartRetrying, StartYielding, StartHandedOver, CommandDone,
}

// The groups of phases that rows share.
var (
	starting  = []Phase{StartTrying, StartWaiting, StartAnswered, StartRetrying, StartYielding, StartHandedOver}
	following = []Phase{StartWaiting, StartAnswered, StartRetrying, StartHandedOver}
	waited    = append([]Phase{StartYielding}, following...)
	asked     = []Phase{StopAsked, StopAcked, StopGraceWaited, StopKilled}
	stopping  = append([]Phase{StopTrying}, asked...)
	running   = append(append([]Phase{StopDriving}, stopping...), starting...)
)

// CommandEvent is what an input of a command means in its phase: classify finds
// it, and the table has a row for it.
type CommandEvent string

// The events of commands. Each is described in CommandEvents.
const (
	SystemRefused         CommandEvent = "system_refused"
	PatienceOver          CommandEvent = "patience_over"
	SupervisorLockForeign CommandEvent = "supervisor_lock_foreign"
	TemporalLockForeign   CommandEvent = "temporal_lock_foreign"

	LockBusy             CommandEvent = "lock_busy"
	LockWon              CommandEvent = "lock_won"
	RestartPending       CommandEvent = "restart_pending"
	StillYielding        CommandEvent = "still_yielding"
	SupervisorStarted    CommandEvent = "supervisor_started"
	SupervisorNotStarted CommandEvent = "supervisor_not_started"
	HandoversSpent       CommandEvent = "handovers_spent"
	SettingsDiffer       CommandEvent = "settings_differ"
	PortConflict         CommandEvent = "port_conflict"
	AddressUnusable      CommandEvent = "address_unusable"
	BinaryMissing        CommandEvent = "binary_missing"
	StopUnderWay         CommandEvent = "stop_under_way"
	StoppedByOther       CommandEvent = "stopped_by_other"
	TemporalFailed       CommandEvent = "temporal_failed"
	SupervisorSuspended  CommandEvent = "supervisor_suspended"
	StillSuspended       CommandEvent = "still_suspended"
	SupervisorOlder      CommandEvent = "supervisor_older"
	SupervisorReplaced   CommandEvent = "supervisor_replaced"
	DatabaseLost         CommandEvent = "database_lost"
	DatabaseStillLost    CommandEvent = "database_still_lost"
	TemporalComing       CommandEvent = "temporal_coming"
	TemporalUndriven     CommandEvent = "temporal_undriven"
	TemporalRunning      CommandEvent = "temporal_running"
	TemporalAnswered     CommandEvent = "temporal_answered"
	TemporalSilent       CommandEvent = "temporal_silent"
	TemporalStarted      CommandEvent = "temporal_started"
	SetupNotApplied      CommandEvent = "setup_not_applied"
	SetupFailedBefore    CommandEvent = "setup_failed_before"

	SupervisorFound   CommandEvent = "supervisor_found"
	SupervisorUnnamed CommandEvent = "supervisor_unnamed"
	SupervisorMissing CommandEvent = "supervisor_missing"
	LooksSpent        CommandEvent = "looks_spent"
	StopPending       CommandEvent = "stop_pending"
	StopBegun         CommandEvent = "stop_begun"
	StopSlow          CommandEvent = "stop_slow"
	StopUnanswered    CommandEvent = "stop_unanswered"
	StopUndriven      CommandEvent = "stop_undriven"
	NothingRuns       CommandEvent = "nothing_runs"
	StoppedForRestart CommandEvent = "stopped_for_restart"
	StartedAgain      CommandEvent = "started_again"
	RestartOvertaken  CommandEvent = "restart_overtaken"
)

// CommandEventInfo describes one event of commands.
type CommandEventInfo struct {
	Event CommandEvent
	// Means is what was observed.
	Means string
	// Otherwise says why the event is ignored in a phase without a row for it.
	Otherwise string
}

// The reasons for which a pair of a phase and an event has no row.
const (
	onlyStarts   = "it concerns a start, and this phase stops Temporal or has not looked yet"
	onlyStops    = "it concerns a stop, and this phase starts Temporal or has ended"
	lateAnswer   = "a late answer to what an earlier phase asked"
	notThisPhase = "it is not looked for in this phase"
)

// CommandEvents describes every event of commands. A pair of a phase and an
// event without a row in CommandTable is ignored for the reason in Otherwise.
var CommandEvents = []CommandEventInfo{
	{SystemRefused, "the system refused a file, a signal or a process", "the command is over"},
	{PatienceOver, "the time that the command may take is over", "the command is over"},
	{SupervisorLockForeign, "another program holds supervisor.lock", notThisPhase},
	{TemporalLockForeign, "another program holds temporal.lock", notThisPhase},

	{LockBusy, "another process of ours holds supervisor.lock, or may hold it", notThisPhase},
	{LockWon, "supervisor.lock is ours, and Temporal can be started or adopted", onlyStarts},
	{RestartPending, "supervisor.lock is ours, and the record says that a restart is about to start Temporal again", onlyStarts},
	{StillYielding, "the record has not changed since supervisor.lock was left to a restart", notThisPhase},
	{SupervisorStarted, "the new supervisor exists and holds supervisor.lock", lateAnswer},
	{SupervisorNotStarted, "the new supervisor could not be started", lateAnswer},
	{HandoversSpent, "supervisor.lock is ours again after each of the handovers", onlyStarts},
	{SettingsDiffer, "Temporal runs with other settings than the ones given", onlyStarts},
	{PortConflict, "two of the wanted ports are the same", notThisPhase},
	{AddressUnusable, "Temporal cannot work on the wanted address", notThisPhase},
	{BinaryMissing, "no Temporal CLI is known", onlyStarts},
	{StopUnderWay, "Temporal is not wanted any more, and the supervisor is still there", onlyStarts},
	{StoppedByOther, "another command has stopped the Temporal that this one waits for", notThisPhase},
	{TemporalFailed, "the attempt that this command waits for is over, and the record has the failure", notThisPhase},
	{SupervisorSuspended, "the supervisor is suspended (SIGSTOP)", onlyStarts},
	{StillSuspended, "it is still suspended after 2 s", onlyStarts},
	{SupervisorOlder, "a supervisor of an older version drives a Temporal that runs", onlyStarts},
	{SupervisorReplaced, "the older supervisor was killed, and the record still names it", onlyStarts},
	{DatabaseLost, "Temporal runs, and what is written to it is lost", onlyStarts},
	{DatabaseStillLost, "so it is after another probe", onlyStarts},
	{TemporalComing, "Temporal is wanted and not Healthy yet, or its setup is being applied", onlyStarts},
	{TemporalUndriven, "the record says Healthy, and no supervisor can be named", onlyStarts},
	{TemporalRunning, "the record says Healthy, and said so when this command first looked", onlyStarts},
	{TemporalAnswered, "the running Temporal answers this command", lateAnswer},
	{TemporalSilent, "the running Temporal does not answer this command", lateAnswer},
	{TemporalStarted, "Temporal became Healthy while this command waited, with its setup", onlyStarts},
	{SetupNotApplied, "the setup could not be applied while this command waited", onlyStarts},
	{SetupFailedBefore, "Temporal is Healthy, and the setup could not be applied before this command", onlyStarts},

	{SupervisorFound, "the process that drives is proven, and was not asked yet", onlyStops},
	{SupervisorUnnamed, "supervisor.lock is held, and the record does not name its holder yet", onlyStops},
	{SupervisorMissing, "for 2 s no process could be proven to be the one that drives", onlyStops},
	{LooksSpent, "that was the last of three looks", onlyStops},
	{StopPending, "the supervisor that was asked has not begun to stop", onlyStops},
	{StopBegun, "the supervisor that was asked says that it stops, or has stopped, Temporal", onlyStops},
	{StopSlow, "the time to answer is over, and the record says that it is stopping", onlyStops},
	{StopUnanswered, "the time to answer is over", onlyStops},
	{StopUndriven, "supervisor.lock is ours, and what runs is to be stopped", onlyStops},
	{NothingRuns, "supervisor.lock is ours, and nothing runs", onlyStops},
	{StoppedForRestart, "supervisor.lock is ours, nothing runs, and Temporal is to be started again", onlyStops},
	{StartedAgain, "what was to be stopped has ended, and another command has started Temporal again", onlyStops},
	{RestartOvertaken, "what was to be restarted has ended, and another command has started Temporal again", onlyStops},
}
