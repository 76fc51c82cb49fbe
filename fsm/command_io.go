package fsm

// CommandResult is how a command ended.
type CommandResult string

// The results of commands. The first four are successes.
const (
	ResultStarted                CommandResult = "started"
	ResultAlreadyRunning         CommandResult = "already running"
	ResultStopped                CommandResult = "stopped"
	ResultNothingRan             CommandResult = "nothing ran"
	ResultSettingsDiffer         CommandResult = "differs"         // it runs with other settings
	ResultFailed                 CommandResult = "failed"          // Temporal did not come up; the record has the failure
	ResultStoppedByOther         CommandResult = "stopped by stop" // another command stopped it while this one waited
	ResultDatabaseLost           CommandResult = "lost"            // it runs, but what is written to it is lost
	ResultSetupFailed            CommandResult = "setup"           // it runs, but the setup could not be applied
	ResultTimedOut               CommandResult = "timed out"
	ResultTemporalLockForeign    CommandResult = "foreign"      // a foreign process holds temporal.lock
	ResultNoSupervisor           CommandResult = "no handover"  // the supervisor could not be started
	ResultSupervisorUnresponsive CommandResult = "stuck"        // the supervisor could not be named, or its lock did not come free
	ResultSupervisorLockForeign  CommandResult = "unknown lock" // a foreign process holds supervisor.lock
	ResultSystemRefused          CommandResult = "broken"       // the system refused something; Detail says what
	ResultNoBinary               CommandResult = "no binary"    // no Temporal CLI is known
	ResultPortConflict           CommandResult = "clash"        // two of the wanted ports are the same
	ResultAddressUnusable        CommandResult = "address"      // Temporal cannot work on the wanted address
)

// Outcome is the end of a command, with what is needed to report it.
type Outcome struct {
	Result CommandResult
	Record Record
	Holder string
	Detail string
	// Code is the cause of what Detail says, empty if it is not known.
	Code Code
	// Replaced is the supervisor of an older version that this command ended.
	Replaced Process
	// Asked is the supervisor that this command asked to stop, zero for none.
	Asked Process
	// Killed says that this command had Temporal ended by SIGKILL, without a stop of its own.
	Killed bool
	// Stopped says that this restart has stopped Temporal and not started it again.
	Stopped bool
}

// CommandInputKind says what a command's world reports.
type CommandInputKind string

// The kinds of input.
const (
	InputWon            CommandInputKind = "won"       // supervisor.lock is ours
	InputBusy           CommandInputKind = "busy"      // another process holds it; the record as it is now
	InputHanded         CommandInputKind = "handed"    // the supervisor exists and has the lock
	InputNotHanded      CommandInputKind = "nothanded" // it could not be started
	InputDrove          CommandInputKind = "drove"     // the drive in this process has ended
	InputProbeOK        CommandInputKind = "proven"    // Temporal answers
	InputProbeFailed    CommandInputKind = "unproven"  // Temporal does not answer
	InputTimeout        CommandInputKind = "timeout"   // the time that the command may take is over
	InputNoAnswer       CommandInputKind = "noanswer"  // the supervisor did not answer in time
	InputYieldOver      CommandInputKind = "yielded"   // a restart had its time to take the lock that was left to it
	InputStillSuspended CommandInputKind = "suspended" // a suspended supervisor had its time to be woken, or to die
	InputStillLost      CommandInputKind = "lost"      // a Temporal that has lost its database had its time to have it back
	InputBroken         CommandInputKind = "broken"    // the system refused something
)

// looks are the inputs that show a start another process with supervisor.lock.
var looks = []CommandInputKind{InputBusy, InputYieldOver, InputStillSuspended, InputStillLost}

// CommandInput is one input of a command.
type CommandInput struct {
	Kind   CommandInputKind
	Record Record
	// Evidence is the owner of temporal.lock; set with Won, and with Drove whether Temporal is untied.
	Evidence Evidence
	// Driver is the process that was proven to hold supervisor.lock as ours; zero if none was.
	Driver Process
	// Suspended says that the driver is suspended (SIGSTOP): it drives nothing.
	Suspended bool
	// Outdated says that the driver is a supervisor of an older version than the
	// command, which a start replaces.
	Outdated bool
	// Holder describes the owner of supervisor.lock if it is a foreign process.
	Holder string
	Detail string
	// Code is the cause of what Detail says, empty if it is not known.
	Code Code
}

// CommandEffect is one thing to be done for a command.
type CommandEffect struct {
	Do             CommandAction
	Record         Record           // handover, drive, prove
	Driver         Process          // ask to stop, ask for setup, kill
	Grace          Millis           // ask to stop, drive
	Now            bool             // ask to stop, drive: by SIGKILL
	RestartPending bool             // ask to stop: Temporal is started again after it
	Input          CommandInputKind // arm
	After          Millis           // arm
	Outcome        Outcome          // finish
	Detail         string           // kill: why, empty for a supervisor that did not answer; ask to stop, drive: the cause
}
