package fsm

import "slices"

// State is one of the seven states in which a home's Temporal can be. The
// spelling is that of the record, the messages and the documentation.
type State string

// The states. There are no others.
const (
	Stopped    State = "Stopped"    // nothing of ours runs
	Locking    State = "Locking"    // taking temporal.lock; every spawn passes through here
	Starting   State = "Starting"   // Temporal is being spawned or adopted and has not served yet
	Healthy    State = "Healthy"    // a client can work now
	Degraded   State = "Degraded"   // it ran and does not answer as it should
	Restarting State = "Restarting" // what remains is being killed, then the back-off runs
	Stopping   State = "Stopping"   // the whole tree is being killed
)

// States lists every state in the order of a life.
var States = []State{Stopped, Locking, Starting, Healthy, Degraded, Restarting, Stopping}

// Known reports whether s is one of States.
func (s State) Known() bool { return slices.Contains(States, s) }

// Event is what moves the machine, spelled as in the documentation.
type Event string

// The events. Each is described in Events.
const (
	Start            Event = "start"
	Stop             Event = "stop"
	StopNow          Event = "stop_now"
	LockAcquired     Event = "lock_acquired"
	OrphanFound      Event = "orphan_found"
	LockDenied       Event = "lock_denied"
	PortTaken        Event = "port_taken"
	Spawned          Event = "spawned"
	SpawnFailed      Event = "spawn_failed"
	SaveFailed       Event = "save_failed"
	ProbePassed      Event = "probe_passed"
	ProbeFailed      Event = "probe_failed"
	LivenessDeadline Event = "liveness_deadline"
	StartDeadline    Event = "start_deadline"
	Exited           Event = "exited"
	Gone             Event = "gone"
	GraceElapsed     Event = "grace_elapsed"
	BackoffElapsed   Event = "backoff_elapsed"
	BudgetExhausted  Event = "budget_exhausted"
	Resumed          Event = "resumed"
	SetupApplied     Event = "setup_applied"
	SetupFailed      Event = "setup_failed"
	SetupWanted      Event = "setup_wanted"
	Untied           Event = "untied"
)

// Timers are the events that an effect arms; each belongs to the state in which it was armed.
var Timers = []Event{ProbeDue, StartDeadline, GraceElapsed, BackoffElapsed}

// Kind says where an event comes from, and so what a pair without a row means.
type Kind string

// The kinds of event.
const (
	Request     Kind = "request"     // a person or program asks; without a row it is answered with a reason
	Result      Kind = "result"      // an action reports how it went
	Observation Kind = "observation" // the world changed
	Timer       Kind = "timer"       // time that was armed has passed
)

// EventInfo describes one event.
type EventInfo struct {
	Event Event
	Kind  Kind
	// Means is what has happened when the event arrives.
	Means string
	// Otherwise says why the event is ignored in a state without a row for it.
	Otherwise string
}

// Events describes every event. A pair (state, event) without a row in Table is
// ignored for the reason in Otherwise, or for the one in Answers.
var Events = []EventInfo{
	{Start, Request, "Temporal is wanted", "it is wanted already"},
	{Stop, Request, "Temporal is no longer wanted", "nothing runs"},
	{StopNow, Request, "Temporal is no longer wanted, and no stop of its own is waited for", "nothing runs"},
	{LockAcquired, Result, "temporal.lock and the database's lock are ours, and the ports are free", "only Locking asks for the lock"},
	{OrphanFound, Result, "temporal.lock is held by a Temporal that is proven to be ours", "only Locking asks for the lock"},
	{LockDenied, Result, "a foreign process holds temporal.lock or the database's lock", "our own tree holds the lock"},
	{PortTaken, Result, "another program listens on a port that Temporal needs", "only Locking looks at the ports"},
	{Spawned, Result, "the process exists and is known by its identity", "only Starting spawns"},
	{SpawnFailed, Result, "the kernel refused to create the process", "only Starting spawns"},
	{SaveFailed, Result, "the record could not be made durable", "what follows this state's record is safe without it"},
	{ProbePassed, Observation, "a client can work: health SERVING, every namespace, history and matching answer", "a late answer to a probe from a state that was left"},
	{ProbeFailed, Observation, "the failure threshold is reached, or what is written is certain to be lost", "a late answer to a probe from a state that was left"},
	{LivenessDeadline, Observation, "health has not answered for the whole liveness deadline", "a late answer to a probe from a state that was left"},
	{StartDeadline, Timer, "the startup deadline has passed without a passed probe", "the timer of a state that was left"},
	{Exited, Observation, "the leader of the process group has exited", "its exit is expected, or already acted on"},
	{Gone, Observation, "the kernel released temporal.lock: no process of the tree lives", "the leader's exit decides what happens"},
	{GraceElapsed, Timer, "the grace period after SIGTERM has passed", "the timer of a state that was left"},
	{BackoffElapsed, Timer, "the back-off has passed", "the timer of a state that was left"},
	{BudgetExhausted, Result, "the restart intensity, or the attempts of a Temporal that never served, are spent", "only Restarting spends the budget"},
	{SetupApplied, Result, "the setup is in the database, and clients can use it", "it is applied again once Temporal is Healthy"},
	{SetupFailed, Result, "the setup could not be applied", "it is applied again once Temporal is Healthy"},
	{SetupWanted, Request, "a start asks for a setup that could not be applied", "it is applied once Temporal is Healthy"},
	{Untied, Observation, "the command that Temporal is tied to has ended", "nothing runs"},
	{Resumed, Request, "a new driver continues where a dead one left off", "the resume rule picks another event for this state"},
}
