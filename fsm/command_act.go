package fsm

import (
	"fmt"
	"slices"
)

// CommandAction names what a row of CommandTable does.
type CommandAction string

// The actions of rows.
const (
	ActTryLock            CommandAction = "try lock"             // take supervisor.lock if it is free
	ActWait               CommandAction = "wait"                 // wait for supervisor.lock and for changes of the record
	ActHandOver           CommandAction = "hand over"            // save what is wanted, start a supervisor with the locked descriptor
	ActDrive              CommandAction = "drive"                // stop Temporal in this process
	ActAskStop            CommandAction = "ask to stop"          // write the request, then SIGTERM to the supervisor
	ActAskSetup           CommandAction = "ask for setup"        // SIGUSR1 to the supervisor: it applies the setup once more
	ActKillAsked          CommandAction = "kill asked"           // SIGKILL to the supervisor that was asked
	ActKillSuspended      CommandAction = "kill suspended"       // SIGKILL to the supervisor that is suspended
	ActReplaceOlder       CommandAction = "replace"              // SIGKILL to the supervisor of an older version
	ActProbe              CommandAction = "probe"                // ask Temporal's health now
	ActReleaseLock        CommandAction = "release"              // close supervisor.lock
	ActFinish             CommandAction = "finish"               // the command is over
	ActLookAgain          CommandAction = "look again"           // classify the same input in the next phase
	ActArmPatience        CommandAction = "arm patience"         // until start or restart gives up
	ActArmYield           CommandAction = "arm yield"            // 200 ms for a restart to take the lock
	ActArmSuspended       CommandAction = "arm suspended"        // 2 s for a suspended supervisor to be woken
	ActArmSuspendedKilled CommandAction = "arm suspended killed" // 5 s for the lock of a killed supervisor
	ActArmLost            CommandAction = "arm next probe"       // one period of probes for a lost database to come back
	ActArmLook            CommandAction = "arm look"             // 200 ms until the next look
	ActArmAnswer          CommandAction = "arm answer"           // 2 s for a supervisor to begin to stop
	ActArmGrace           CommandAction = "arm grace"            // the grace period and 5 s, less the 2 s that have passed
	ActArmKilled          CommandAction = "arm killed"           // 5 s for the lock of a killed supervisor
)

// What effects do, beside most of the actions of rows, which are effects as they are.
const (
	ActKillSupervisor CommandAction = "kill" // SIGKILL to Supervisor
	ActArm            CommandAction = "arm"  // deliver Input after After, in place of an earlier timer for the same input
)

// CommandPhrases says what each action of CommandTable does, for people.
var CommandPhrases = map[CommandAction]string{
	ActTryLock:            "take supervisor.lock if it is free",
	ActWait:               "wait for the next record",
	ActHandOver:           "start a supervisor, which inherits supervisor.lock",
	ActDrive:              "stop Temporal in this process",
	ActAskStop:            "ask the supervisor to stop",
	ActAskSetup:           "ask the supervisor to apply the setup",
	ActKillAsked:          "end the supervisor by SIGKILL",
	ActKillSuspended:      "end the suspended supervisor by SIGKILL",
	ActReplaceOlder:       "end the older supervisor by SIGKILL",
	ActProbe:              "probe Temporal",
	ActReleaseLock:        "release supervisor.lock",
	ActFinish:             "end",
	ActLookAgain:          "look at the same facts again, in the next phase",
	ActArmPatience:        "give up after --timeout",
	ActArmYield:           "look again after " + yieldFor.String(),
	ActArmSuspended:       "look again after " + answerWithin.String(),
	ActArmSuspendedKilled: "look again after " + beyondGrace.String(),
	ActArmLost:            "look again after --probe-period",
	ActArmLook:            "look again after " + provenAgain.String(),
	ActArmAnswer:          "look again after " + answerWithin.String(),
	ActArmGrace:           "look again " + beyondGrace.String() + " after the grace period",
	ActArmKilled:          "look again after " + beyondGrace.String(),
}

// act turns one action of a row into effects.
func (c Command) act(m *CommandMachine, action CommandAction, row CommandRow, in CommandInput) (Command, []CommandEffect) {
	if timer := c.timer(action, in); timer.Do != "" {
		return c, []CommandEffect{timer}
	}
	switch action {
	case ActTryLock, ActWait, ActReleaseLock:
		return c, []CommandEffect{{Do: action}}
	case ActHandOver:
		return c.handOver(in)
	case ActDrive:
		return c.drive(in)
	case ActAskStop:
		c.Asked, c.Ending = in.Driver, in.Record.Incarnation
		return c, []CommandEffect{{Do: ActAskStop, Driver: in.Driver, Grace: c.Grace, Now: c.Now, RestartPending: c.Verb == VerbRestart, Detail: c.Cause}}
	case ActAskSetup:
		c.Since = in.Record.Generation // what is younger is the answer
		return c, []CommandEffect{{Do: ActAskSetup, Driver: in.Driver}}
	case ActKillAsked:
		return c, []CommandEffect{{Do: ActKillSupervisor, Driver: c.Asked}}
	case ActKillSuspended:
		return c, []CommandEffect{{Do: ActKillSupervisor, Driver: in.Driver}}
	case ActReplaceOlder:
		c.Replaced = in.Driver
		return c, []CommandEffect{{Do: ActKillSupervisor, Driver: in.Driver, Detail: "it is of an older version"}} //mutation:older-killed
	case ActProbe:
		return c, []CommandEffect{{Do: ActProbe, Record: in.Record}}
	case ActFinish:
		return c, []CommandEffect{{Do: ActFinish, Outcome: c.outcome(row, in)}}
	case ActLookAgain:
		return c.Step(m, turned(row, in))
	}
	panic("fsm: the command table has an action without a performer: " + string(action))
}

// turned is what the next phase reads: the same, but where a restart's first half
// has ended with supervisor.lock, and nothing runs.
func turned(row CommandRow, in CommandInput) CommandInput {
	if row.On != StoppedForRestart {
		return in
	}
	return CommandInput{Kind: InputWon, Record: in.Record, Evidence: Evidence{Owner: OwnerNone, Untied: in.Evidence.Untied}}
}

func arm(input CommandInputKind, after Millis) CommandEffect {
	return CommandEffect{Do: ActArm, Input: input, After: after}
}

// timer is the effect of an action that arms a timer, zero for any other action.
func (c Command) timer(action CommandAction, in CommandInput) CommandEffect {
	switch action {
	case ActArmPatience:
		return arm(InputTimeout, c.Patience)
	case ActArmYield:
		return arm(InputYieldOver, yieldFor)
	case ActArmSuspended:
		return arm(InputStillSuspended, answerWithin)
	case ActArmSuspendedKilled:
		return arm(InputStillSuspended, beyondGrace)
	case ActArmLost:
		return arm(InputStillLost, in.Record.Settings.Policy.Period)
	case ActArmLook:
		return arm(InputBusy, provenAgain)
	case ActArmAnswer:
		return arm(InputNoAnswer, answerWithin)
	case ActArmGrace:
		return arm(InputNoAnswer, c.Grace+beyondGrace-answerWithin)
	case ActArmKilled:
		return arm(InputNoAnswer, beyondGrace)
	}
	return CommandEffect{}
}

// handOver has a supervisor started. It has three attempts, counted anew when one has saved a
// record before it exited.
func (c Command) handOver(in CommandInput) (Command, []CommandEffect) {
	wanted, _ := c.Prepare(in.Record, in.Evidence)
	if in.Record.Generation > c.Since {
		c.Handovers = 0
	}
	c.Handovers++
	c.Since = wanted.Generation
	return c, []CommandEffect{{Do: ActHandOver, Record: wanted}}
}

// drive stops Temporal in this process. The last word counts, also of what is stopped.
func (c Command) drive(in CommandInput) (Command, []CommandEffect) {
	r := in.Record
	if c.Ending == NoGeneration {
		c.Ending = r.Incarnation
	}
	r.Desired, r.RestartPending = WantStopped, c.Verb == VerbRestart //mutation:drive-wish
	r.Failure = Failure{}                                            // it is not wanted any more
	r.Reason = "asked for by " + c.Cause
	c.RestartAcked = r.RestartPending
	c.Now = c.Now && in.Evidence.Owner != OwnerNone // else there is nothing to be ended
	return c, []CommandEffect{{Do: ActDrive, Record: r, Grace: c.Grace, Now: c.Now, Detail: c.Cause}}
}

// outcome is the end of a command by a row, with what is needed to report it.
func (c Command) outcome(row CommandRow, in CommandInput) Outcome {
	o := Outcome{Result: row.Result, Record: in.Record, Replaced: c.Replaced, Asked: c.Asked, Killed: c.Now && c.Ending != NoGeneration}
	o.Stopped = c.Verb == VerbRestart && c.Ending != NoGeneration && slices.Contains(starting, row.From[0])
	switch row.On {
	case SystemRefused, SupervisorNotStarted:
		o.Detail, o.Code = in.Detail, in.Code
	case HandoversSpent:
		o.Detail = "it ended each time before it did anything"
	case BinaryMissing:
		o.Record = c.Next(in.Record)
	case SupervisorLockForeign:
		o.Holder = in.Holder
	case TemporalLockForeign:
		o.Holder = in.Evidence.Holder
		if row.From[0] == StopDriving {
			o.Holder, o.Detail = "", in.Record.Failure.Reason
		}
	case LooksSpent:
		o.Detail = "no process could be proven to be the one that holds supervisor.lock"
	case StopUnanswered:
		o.Detail = fmt.Sprintf("the supervisor (pid %d) was killed and still holds supervisor.lock", c.Asked.PID)
	case StartedAgain:
		o.Detail = "another command has started it again"
	}
	return o
}
