package fsm

import "slices"

// Action names what a transition does to the world. Save is not among them: it
// belongs to every transition and comes first, but for the lock's (see mergeSaves).
type Action string

// The actions of the table.
const (
	DoLock          Action = "lock"           // take temporal.lock and the database's lock, check the ports
	DoSpawn         Action = "spawn"          // start Temporal, leader of its own process group, with the locks inherited
	DoAdopt         Action = "adopt"          // believe a running Temporal that is proven to be ours
	DoWatch         Action = "watch"          // wait for the leader's exit and for the tree's end; probe
	DoScheduleProbe Action = "schedule probe" // arm the pause to the next probe of health and namespaces
	DoTerm          Action = "term"           // SIGTERM and SIGCONT to the group and to escaped descendants; arm the grace period
	DoKill          Action = "kill"           // SIGKILL to the group, then to escaped descendants, until the lock is free
	DoBackOff       Action = "back off"       // arm the back-off
	DoSetup         Action = "setup"          // add to the database what the setup has and it lacks
	DoRelease       Action = "release"        // close the locks, tidy the PID file, end the supervisor
)

// Phrases says what each action of the table does, for people.
var Phrases = map[Action]string{
	DoLock:          "take temporal.lock and the database's lock, check the ports",
	DoSpawn:         "spawn Temporal",
	DoAdopt:         "adopt the running Temporal",
	DoWatch:         "wait for its exit, probe it",
	DoScheduleProbe: "go on probing",
	DoTerm:          "SIGTERM to the whole group, SIGKILL after the grace period",
	DoKill:          "SIGKILL to the whole group and to what left it",
	DoBackOff:       "wait for the back-off",
	DoSetup:         "apply the setup, unless it was applied",
	DoRelease:       "release the locks, remove the PID file",
}

// Row is one legal transition.
type Row struct {
	From State
	On   Event
	To   State
	Do   []Action
	// Why is the reason in one sentence; it is printed by state --explain and
	// in the documentation.
	Why string
}

func do(actions ...Action) []Action { return actions }

// Table is the whole behaviour of the controller: if it is not here, it does
// not happen. The looplab machine, the documentation's table and diagram,
// state --explain and the tests are made from it. A pair (From, On) appears
// once.
var Table = []Row{
	{Stopped, Start, Locking, do(DoLock), "every spawn begins with the lock"},

	{Locking, LockAcquired, Starting, do(DoSpawn), "the lock is ours and so is the right to spawn: the only edge that spawns"},          //mutation:spawn-locked
	{Locking, OrphanFound, Starting, do(DoAdopt, DoWatch), "a Temporal that outlived its supervisor is proven and kept, not restarted"}, //mutation:adopted
	{Locking, LockDenied, Stopped, do(DoRelease), "a foreign process holds the lock: it is named, and not touched"},                     //mutation:lock-denied
	{Locking, PortTaken, Stopped, do(DoRelease), "a taken port is named with its owner; trying again would not free it"},
	{Locking, Stop, Stopping, do(DoTerm), "a stop is obeyed in every state"},
	{Locking, StopNow, Stopping, do(DoKill), "a stop that waits for nothing is obeyed in every state"},
	{Locking, Untied, Stopping, do(DoKill), "no client is left that could use it"},

	{Starting, Spawned, Starting, do(DoWatch), "the process exists; its identity is recorded, then it is probed"},
	{Starting, ProbePassed, Healthy, do(DoScheduleProbe, DoSetup), "only a passed probe makes Temporal healthy"},
	{Starting, ProbeFailed, Degraded, do(DoScheduleProbe), "it serves, but what is written to it is lost; another start would not bring that back"}, //mutation:database-lost
	{Starting, SpawnFailed, Restarting, do(DoTerm), "a failed spawn counts against the budget"},
	{Starting, Exited, Restarting, do(DoTerm), "the leader died before it served; what it left behind must go first"},
	{Starting, StartDeadline, Restarting, do(DoTerm), "it had its time to come up"},
	{Starting, SaveFailed, Stopping, do(DoTerm), "nothing is started that the record cannot name"},
	{Starting, Stop, Stopping, do(DoTerm), "a stop is obeyed in every state"},
	{Starting, StopNow, Stopping, do(DoKill), "a stop that waits for nothing is obeyed in every state"},
	{Starting, Untied, Stopping, do(DoKill), "no client is left that could use it"},

	{Healthy, ProbeFailed, Degraded, do(DoScheduleProbe), "the failure threshold is met; it may still recover by itself"},
	{Healthy, SetupApplied, Healthy, nil, "what was asked for is there: a start that waits for it returns"},
	{Healthy, SetupFailed, Healthy, nil, "Temporal serves all the same; a start that waits for it says what differs"},
	{Healthy, SetupWanted, Healthy, do(DoSetup), "what differed may have been changed since"},
	{Healthy, SaveFailed, Stopping, do(DoTerm), "a start that cannot be recorded is undone"},
	{Healthy, Exited, Restarting, do(DoTerm), "its exit was not asked for, whatever its status says"},
	{Healthy, Stop, Stopping, do(DoTerm), "a stop is obeyed in every state"},                           //mutation:stop-waits
	{Healthy, StopNow, Stopping, do(DoKill), "a stop that waits for nothing is obeyed in every state"}, //mutation:now-waits
	{Healthy, Untied, Stopping, do(DoKill), "no client is left that could use it"},                     //mutation:untied-healthy

	{Degraded, ProbePassed, Healthy, do(DoScheduleProbe, DoSetup), "it recovered by itself"},
	{Degraded, ProbeFailed, Degraded, do(DoScheduleProbe), "it does not answer as it should for another reason: what is written is lost, or no longer"},
	{Degraded, LivenessDeadline, Restarting, do(DoTerm), "it hangs: health did not answer for the whole deadline"}, //mutation:hung
	{Degraded, Exited, Restarting, do(DoTerm), "its exit was not asked for, whatever its status says"},
	{Degraded, Stop, Stopping, do(DoTerm), "a stop is obeyed in every state"},
	{Degraded, StopNow, Stopping, do(DoKill), "a stop that waits for nothing is obeyed in every state"},
	{Degraded, Untied, Stopping, do(DoKill), "no client is left that could use it"},

	{Restarting, Gone, Restarting, do(DoBackOff), "the tree is gone; never two servers on one database"},
	{Restarting, GraceElapsed, Restarting, do(DoKill), "SIGTERM was not enough"}, //mutation:restart-sigkill
	{Restarting, LockDenied, Stopped, do(DoRelease), "the tree is gone, and a foreign process took the lock before this driver had it; it is named"},
	{Restarting, BackoffElapsed, Locking, do(DoLock), "the wait is over, and every spawn begins with the lock"},
	{Restarting, BudgetExhausted, Stopping, do(DoTerm), "restarting again would only repeat the failure; it is kept and reported"},
	{Restarting, Resumed, Restarting, do(DoTerm), "a dead driver was killing what remains: finish that first"}, //mutation:restart-resumed
	{Restarting, Stop, Stopping, do(DoTerm), "a stop is obeyed in every state"},
	{Restarting, StopNow, Stopping, do(DoKill), "a stop that waits for nothing is obeyed in every state"},
	{Restarting, Untied, Stopping, do(DoKill), "no client is left that could use it"},

	{Stopping, Gone, Stopped, do(DoRelease), "the lock is free: the kernel's proof that nothing of the tree lives"},
	{Stopping, GraceElapsed, Stopping, do(DoKill), "SIGTERM was not enough"},                            //mutation:sigkill
	{Stopping, StopNow, Stopping, do(DoKill), "the grace period of the stop that is under way is over"}, //mutation:now-hurries
	{Stopping, Untied, Stopping, do(DoKill), "no client is left that could use it"},
	{Stopping, LockDenied, Stopped, do(DoRelease), "the tree is gone, and a foreign process took the lock before this driver had it; it is named"},
	{Stopping, Resumed, Stopping, do(DoTerm), "a dead driver was stopping it: finish that first"}, //mutation:stop-resumed
}

// Answer is what a request without a row gets in one state.
type Answer struct {
	State State
	Event Event
	Why   string
}

// Answers overrides EventInfo.Otherwise where a state has something better to say.
var Answers = []Answer{
	{Stopping, Start, "the command waits until it is Stopped, then starts it anew"},
	{Stopping, Stop, "it is stopping already; the grace period of the later request counts"},
	{Stopped, Stop, "nothing runs"},
	{Healthy, Start, "already running"},
	{Degraded, Start, "it runs but does not answer as it should; the supervisor is on it"},
}

// Find returns the row for a pair, if the table has one.
func Find(from State, on Event) (Row, bool) {
	return first(Table, func(row Row) bool { return row.From == from && row.On == on })
}

// first returns the first element that meets a condition, false if none does.
func first[T any](list []T, meets func(T) bool) (found T, ok bool) {
	if i := slices.IndexFunc(list, meets); i >= 0 {
		return list[i], true
	}
	return found, false
}

// Reason says why a pair without a row is ignored. It is empty for an event
// that does not exist.
func Reason(from State, on Event) string {
	if answer, ok := first(Answers, func(a Answer) bool { return a.State == from && a.Event == on }); ok {
		return answer.Why
	}
	return infoOf(on).Otherwise
}

// Means says what has happened when an event arrives.
func Means(on Event) string { return infoOf(on).Means }

func infoOf(on Event) EventInfo {
	info, _ := first(Events, func(info EventInfo) bool { return info.Event == on })
	return info
}
