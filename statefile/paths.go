package statefile

import (
	"path/filepath"
	"strings"
)

// Home is the folder that holds one Temporal and everything that is known about
// it: an absolute path with its symlinks resolved, so that a home reached by two
// names is one instance. Make one with OpenHome or FindHome.
type Home string

// HomeVariable is the environment variable that names the home to our commands and supervisors.
const HomeVariable = "STIGMER_HOME"

// recordName is also the stem of its temporary and set-aside files.
const (
	recordName  = "temporal.state.json"
	pidName     = "temporal.pid"
	requestName = "temporal.request.json"
)

func (h Home) join(elem ...string) string {
	return filepath.Join(append([]string{string(h)}, elem...)...)
}

// Lock is the lock that Temporal inherits and holds while any of its tree lives.
func (h Home) Lock() string { return h.join("temporal.lock") }

// SupervisorLock is the lock of the driver of this home.
func (h Home) SupervisorLock() string { return h.join("supervisor.lock") }

// State is the record.
func (h Home) State() string { return h.join(recordName) }

// PID is the file for people and old scripts; nothing decides by it.
func (h Home) PID() string { return h.join(pidName) }

// Request is what a command leaves for the driver that it signals.
func (h Home) Request() string { return h.join(requestName) }

// Logs is the folder of the logs.
func (h Home) Logs() string { return h.join("logs") }

// Log is what Temporal writes.
func (h Home) Log() string { return h.join("logs", "temporal.log") }

// Output is what Temporal printed besides its log since it was spawned.
func (h Home) Output() string { return h.join("logs", "temporal.out") }

// SupervisorLog is what the supervisor writes.
func (h Home) SupervisorLog() string { return h.join("logs", "supervisor.log") }

// DB is the default database.
func (h Home) DB() string { return h.join("temporal-data", "temporal.db") }

// Bin is where a Temporal that was installed for this home lies.
func (h Home) Bin() string { return h.join("bin", "temporal") }

// Rehearsal is the lock of a Temporal that is tried on a database that no client uses.
func (h Home) Rehearsal() string { return h.join("rehearsal.lock") }

// Schemas is the folder of the empty databases that versions of Temporal have made.
func (h Home) Schemas() string { return h.join("schemas") }

// Paths repeats the names in the record, for people and programs that read it.
// Nothing is found by them: a home may have been moved. That it was is found by Home.
type Paths struct {
	Home           string `json:"home"`
	Lock           string `json:"lock"`
	SupervisorLock string `json:"supervisor_lock"`
	PID            string `json:"pid"`
	Log            string `json:"log"`
	SupervisorLog  string `json:"supervisor_log"`
}

// Paths returns the names that belong in the record.
func (h Home) Paths() Paths {
	return Paths{
		Home: string(h), Lock: h.Lock(), SupervisorLock: h.SupervisorLock(),
		PID: h.PID(), Log: h.Log(), SupervisorLog: h.SupervisorLog(),
	}
}

// in is the document as it reads in a home. A record that was written for another home names
// paths in that home: each becomes the same path in this one.
func (d Document) in(home Home) Document {
	was := d.Paths.Home
	if was == "" || was == string(home) {
		return d
	}
	for _, path := range []*string{&d.Settings.DB, &d.Settings.TemporalBin, &d.Database.Path, &d.Database.Backup, &d.Database.Aside, &d.Database.Next, &d.Database.NextBin} {
		if below, ok := strings.CutPrefix(*path, was+string(filepath.Separator)); ok {
			*path = home.join(below)
		}
	}
	return d
}
