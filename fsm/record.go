package fsm

import "fmt"

// Instant is a point in time in milliseconds since the Unix epoch. The package
// has no clock: instants arrive in inputs.
type Instant int64

// Millis is a duration in milliseconds.
type Millis int64

// String writes it as a duration: "1.5s".
func (m Millis) String() string {
	if m < 1000 {
		return fmt.Sprintf("%dms", m)
	}
	return fmt.Sprintf("%gs", float64(m)/1000)
}

// Desired is what the last request asked for.
type Desired string

// The two wishes.
const (
	WantRunning Desired = "running"
	WantStopped Desired = "stopped"
)

// Process identifies one process beyond doubt: a PID alone is reused, a PID with
// its start time, boot and PID namespace is not. The zero Process is no process.
type Process struct {
	PID  int `json:"pid"`
	PGID int `json:"pgid,omitempty"`
	// StartTicks is the kernel's own start time, in its own unit (clock ticks
	// since boot on Linux, microseconds since the epoch on macOS): it is compared, never shown.
	StartTicks uint64 `json:"start_ticks"`
	// Boot names the boot and the PID namespace in which the numbers mean anything.
	Boot string `json:"boot"`
	Exe  string `json:"exe,omitempty"`
	// StartedAt is for people; nothing decides by it.
	StartedAt Instant `json:"started_at,omitempty"`
	Program
}

// Program is what is known of the file that a process was started from.
type Program struct {
	// Version is the program's version, as in "1.8.2", empty where it is not known.
	Version string `json:"version,omitempty"`
	// ServerVersion is that of the Temporal server in it, as in "1.31.2", empty where it is not known.
	ServerVersion string `json:"server_version,omitempty"`
	// Wrapper says that the file is not the Temporal CLI itself, as far as is known: a script, a shim.
	Wrapper bool `json:"wrapper,omitempty"`
}

// IsCLI reports whether the file is known to be the Temporal CLI itself.
func (p Program) IsCLI() bool { return !p.Wrapper && (p.Version != "" || p.ServerVersion != "") }

// Same reports whether p and q are the same process: equal PID, start time and
// boot. A process that is not known is the same as none.
func (p Process) Same(q Process) bool {
	return p.PID > 1 && p.PID == q.PID && p.StartTicks != 0 && p.StartTicks == q.StartTicks && p.Boot == q.Boot //mutation:same-process
}

// Exit is how a process ended. Known is false where it was not our child, so that the kernel
// reported no status.
type Exit struct {
	Known  bool   `json:"known"`
	Code   int    `json:"code"`
	Signal string `json:"signal,omitempty"`
	// Shortage is the want of memory that may have ended the process, if any.
	Shortage Shortage `json:"shortage,omitempty"`
}

// Shortage is why the kernel ends a process for want of memory.
type Shortage string

// The shortages. MachineShortage may also be that of a group above those that are seen: a
// container sees its own group alone.
const (
	NoShortage      Shortage = ""
	LimitShortage   Shortage = "limit"
	MachineShortage Shortage = "machine"
)

// MayBeKilled reports whether SIGKILL can have ended a process: SIGKILL ended it, or its child
// (a shell reports that by its own exit code), or nothing is known of its end.
func (e Exit) MayBeKilled() bool {
	return !e.Known || e.Signal == "SIGKILL" || e.Code == killedCode
}

// killedCode is a shell's status for a child that SIGKILL has ended.
const killedCode = 128 + 9

// Failure is why Temporal is not running although it was wanted, or why the last
// one ended. The zero Failure is none.
type Failure struct {
	// Event is the event that ended it, empty for no failure.
	Event Event `json:"event,omitempty"`
	// Code is its cause. Read it by Cause, since a record of an older version has none.
	Code Code `json:"code,omitempty"`
	// Reason is one sentence for people.
	Reason string `json:"reason,omitempty"`
	Exit   Exit   `json:"exit"`
	// LogTail is the last lines that Temporal wrote, separated by newlines.
	LogTail string `json:"log_tail,omitempty"`
}

// Restarts counts restarts against the restart intensity. It is a value without
// pointers so that a Supervisor can be compared.
type Restarts struct {
	Total int `json:"total"`
	// Recent holds the latest restarts, newest first, zero where there was none.
	Recent [MaxRestartLimit]Instant `json:"recent"`
	// Unserved counts consecutive attempts that ended before Temporal served.
	Unserved int `json:"unserved"`
}

// Database is what is known of the database file's birth. A file that our own spawn created and
// that never served holds no data.
type Database struct {
	Path string `json:"path,omitempty"`
	// Created says that the file did not exist before one of our spawns.
	Created bool `json:"created"`
	// Served says that a Temporal on this file has been Healthy.
	Served bool `json:"served"`
	// Version is that of the Temporal CLI that last served on it, empty if not known.
	Version string `json:"version,omitempty"`
	// Backup is the copy that was made before another version opened it, empty for none.
	Backup string `json:"backup,omitempty"`
	// Left names the state in which the last Temporal left the database, if that never served:
	// while the files are in that state, Backup serves as a copy of them. Else it is empty.
	Left string `json:"left,omitempty"`
	// Aside is the name to which a reset moves its files, empty once a start has checked them. With Next
	// it is where an exchange keeps them: it is set when that file is ready to take their place.
	Aside string `json:"aside,omitempty"`
	// Next is the file that an upgrade or a restore makes to take the database's place, empty for none,
	// and NextVersion the version of Temporal that it is for. NextBin and NextPin are the settings temporal_bin
	// and temporal_version from then on, both empty where they stay.
	Next        string `json:"next,omitempty"`
	NextVersion string `json:"next_version,omitempty"`
	NextBin     string `json:"next_bin,omitempty"`
	NextPin     string `json:"next_pin,omitempty"`
	// Setup is what became of the setup in it, in a database in memory too.
	Setup AppliedSetup `json:"setup,omitzero"`
}

// DatabaseFile names a file that was found to be Temporal's database. The zero DatabaseFile is none.
type DatabaseFile struct {
	// File names the file and the beginning of its content, as sqlite.Fingerprint does.
	File string `json:"file"`
	// Schema is a hash of the statements that make its schema.
	Schema string `json:"schema"`
}

// Record is what is persisted: enough for any command to go on from, whatever was
// killed before it. It is a comparable value.
type Record struct {
	State State `json:"state"`
	// Since is when State was entered from another state.
	Since Instant `json:"since"`
	// Generation grows by one with each record saved.
	Generation uint64 `json:"generation"`
	// Incarnation grows by one when a command wants Temporal that was not wanted
	// before: a stop sees by it that what it was to stop has ended. A command that
	// continues a dead driver's start goes on in the same one.
	Incarnation uint64  `json:"incarnation"` //mutation:incarnation-written
	Desired     Desired `json:"desired"`
	Term
	Reason   string   `json:"reason,omitempty"`
	Settings Settings `json:"settings"`
	// Environment is that of the Temporal at hand or of the next one. If it is not Known, a
	// spawn lends of the supervisor's own environment.
	Environment Environment `json:"environment"`
	Supervisor  Process     `json:"supervisor"`
	RecordedRun
	Restarts Restarts `json:"restarts"`
	Failure  Failure  `json:"failure"`
	Database Database `json:"database"`
	// Drawn are the ports that were drawn last. They outlive a stop.
	Drawn Ports `json:"side_ports,omitzero"` //mutation:port-written
	// Known is the database whose contents were read last, by any process.
	Known DatabaseFile `json:"known_database,omitzero"`
}

// Term says what ends what Desired asks for.
type Term struct {
	// RestartPending says that the command that asked for this stop, or the last one, starts Temporal
	// again: a restart.
	RestartPending bool `json:"again,omitempty"`
	// TiedTo is the command with whose life Temporal ends, zero for none: what start has started
	// outlives every command.
	TiedTo Process `json:"tied_to,omitzero"`
}

// RecordedRun is the Temporal at hand, as the record has it. It is zero where none runs.
type RecordedRun struct {
	Temporal Process `json:"temporal"`
	// Adopted says that this Temporal was spawned by an earlier supervisor.
	Adopted bool `json:"adopted"`
	// Lost says that it is Degraded since what is written to this Temporal is certainly lost.
	Lost bool `json:"lost,omitempty"`
	// Served says that this Temporal has been Healthy.
	Served bool `json:"served"`
}

// Transition is one line of the history.
type Transition struct {
	At    Instant `json:"at"`
	From  State   `json:"from"`
	Event Event   `json:"event"`
	To    State   `json:"to"`
	Cause string  `json:"cause,omitempty"`
}
