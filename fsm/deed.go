package fsm

// Ends is how a command ended.
type Ends string

// The ends of commands. The first four are successes.
const (
	EndStarted        Ends = "started"
	EndAlreadyRunning Ends = "already running"
	EndStopped        Ends = "stopped"
	EndNothingRan     Ends = "nothing ran"
	EndDiffers        Ends = "differs"         // it runs with other settings
	EndFailed         Ends = "failed"          // Temporal did not come up; the record has the failure
	EndStoppedMeant   Ends = "stopped by stop" // another command stopped it while this one waited
	EndLost           Ends = "lost"            // it runs, but what is written to it is lost
	EndTimedOut       Ends = "timed out"
	EndForeign        Ends = "foreign"      // temporal.lock is held by somebody who is not ours
	EndNoHandover     Ends = "no handover"  // the supervisor could not be started
	EndStuck          Ends = "stuck"        // the driver could neither be asked nor ended
	EndUnknown        Ends = "unknown lock" // supervisor.lock is held by somebody who is not ours
	EndBroken         Ends = "broken"       // the system refused something; Detail says what
	EndNoBinary       Ends = "no binary"    // nothing to start was found
	EndClash          Ends = "clash"        // with what the record keeps, two of its ports would be one
	EndAddress        Ends = "address"      // the record keeps an address on which Temporal cannot work
)

// Outcome is the end of a command, with what is needed to tell it.
type Outcome struct {
	End    Ends
	Record Record
	Holder string
	Detail string
	// Replaced is the supervisor of an older version that this command ended.
	Replaced Process
	// Asked is the driver that this command asked to stop, zero for none.
	Asked Process
	// Stopped says that this restart has stopped Temporal and not started it again.
	Stopped bool
}

// Ask is what a command's world is to do.
type Ask string

// What commands do.
const (
	AskTry      Ask = "try"      // take supervisor.lock if it is free: Won or Busy
	AskFollow   Ask = "follow"   // wait for supervisor.lock (Won) and tell each change of the record (Busy)
	AskHandOver Ask = "handover" // save Record, start a supervisor with the locked description: Handed or NotHanded
	AskDrive    Ask = "drive"    // run the machine in this process until it is Stopped: Drove
	AskStop     Ask = "ask stop" // write a request for Driver, then SIGTERM it
	AskUnseat   Ask = "unseat"   // SIGKILL Driver
	AskProve    Ask = "prove"    // ask Temporal's health now: Proven or Unproven
	AskArm      Ask = "arm"      // deliver Saw after After, in place of an earlier one armed for the same Saw
	AskLetGo    Ask = "let go"   // close supervisor.lock
	AskFinish   Ask = "finish"   // the command is over: Outcome
)

// Saw is what a command's world tells it.
type Saw string

// What commands see.
const (
	SawWon       Saw = "won"       // supervisor.lock is ours
	SawBusy      Saw = "busy"      // it is somebody else's; the record as it is now
	SawHanded    Saw = "handed"    // the supervisor exists and has the lock
	SawNotHanded Saw = "nothanded" // it could not be started
	SawDrove     Saw = "drove"     // our own drive has ended
	SawProven    Saw = "proven"
	SawUnproven  Saw = "unproven"
	SawTimeout   Saw = "timeout"   // the command's own patience is over
	SawNoAnswer  Saw = "noanswer"  // the driver did not obey in time
	SawYielded   Saw = "yielded"   // a restart had its time to take the lock that was left to it
	SawSuspended Saw = "suspended" // a suspended supervisor had its time to be woken, or to die
	SawLost      Saw = "lost"      // a Temporal that has lost its database had its time to have it back
	SawBroken    Saw = "broken"    // the system refused something
)

// looks are what a start sees of another process that holds supervisor.lock.
var looks = []Saw{SawBusy, SawYielded, SawSuspended, SawLost}

// Sight is one input of a command.
type Sight struct {
	Saw    Saw
	Record Record
	// Evidence is who has temporal.lock; set with Won.
	Evidence Evidence
	// Driver is the process that was proven to hold supervisor.lock as ours; zero if none was.
	Driver Process
	// Asleep says that the driver is stopped (SIGSTOP): it drives nothing.
	Asleep bool
	// Outdated says that the driver is a supervisor of an older version than the
	// command, which a start replaces.
	Outdated bool
	// Holder describes who holds supervisor.lock if it is not ours.
	Holder string
	Detail string
}

// Deed is one effect of a command.
type Deed struct {
	Ask     Ask
	Record  Record  // handover, drive, prove
	Driver  Process // ask stop, unseat
	Grace   Millis  // ask stop, drive
	Again   bool    // ask stop: Temporal is started again after it
	Saw     Saw     // arm
	After   Millis  // arm
	Outcome Outcome // finish
	Detail  string  // unseat: why, empty for one that did not answer; ask stop: who asks
}
