package inspect

import (
	"cmp"

	"github.com/stigmer/local/actions/database"
	"github.com/stigmer/local/probes/files"
	"github.com/stigmer/local/statefile"
)

// HomeReport is one home in a few figures: what list -o json prints for each.
type HomeReport struct {
	Name string `json:"name" jsonschema:"name of the home; empty if it has only its path"`
	Home string `json:"home" jsonschema:"folder of the home"`
	StateNow
	// Fault is empty for a home in which nothing was started yet as well.
	Fault string `json:"fault" jsonschema:"what is wrong with the home or its record; empty if nothing is"`
	Addresses
	Ports         PortsReport    `json:"ports" jsonschema:"ports that Temporal listens on, or would again; 0 for none"`
	PID           int            `json:"pid" jsonschema:"process id of the Temporal that runs; 0 if none does"`
	Versions      VersionsReport `json:"versions" jsonschema:"versions of the programs; empty if they are not known"`
	DB            string         `json:"db" jsonschema:"database file; empty with --ephemeral and if it was never started"`
	DatabaseBytes int64          `json:"database_bytes" jsonschema:"size of the database with the files that SQLite keeps beside it; 0 for none"`
}

// PortsReport is the ports of a Temporal.
type PortsReport struct {
	Frontend int `json:"frontend" jsonschema:"gRPC frontend"`
	UI       int `json:"ui" jsonschema:"web UI; 0 with --headless"`
	HTTP     int `json:"http" jsonschema:"HTTP API"`
	Metrics  int `json:"metrics" jsonschema:"metrics for Prometheus"`
}

// VersionsReport is the versions of the programs of a home.
type VersionsReport struct {
	CLI        string `json:"cli" jsonschema:"Temporal CLI that the Temporal which runs was started from"`
	Server     string `json:"server" jsonschema:"Temporal server in it"`
	Supervisor string `json:"supervisor" jsonschema:"stigmer that supervises"`
}

// TakeHomeSnapshot reads the record of a home, and examines its locks if the record, or a process
// that names the home, gives a reason to. It asks Temporal nothing: it is for many homes at once.
func TakeHomeSnapshot(path string, inUse bool) *Snapshot {
	s := Unseen()
	s.Home, s.Exists, s.Trouble = statefile.FindHome(path)
	switch {
	case s.Trouble != nil:
		return s
	case !s.Exists && !inUse:
		s.RecordFault = ErrNoRecord
		return s
	case !s.Exists:
		s.Home, s.Exists = statefile.Gone(path), true
	}
	s.ReadRecord()
	if inUse || s.Document.Generation > 0 {
		s.lookAtOwners()
	}
	return s
}

// InUse reports whether a home has a Temporal or a supervisor that is proven to be its own.
func (s *Snapshot) InUse() bool { return s.Running() || s.Driver.PID != 0 }

// HomeReport puts what was seen into the versioned schema.
func (s *Snapshot) HomeReport(name string) HomeReport {
	r := s.Document.Record
	report := HomeReport{
		Name: name, Home: string(s.Home), StateNow: s.now(), Addresses: addressesOf(r), DB: r.Settings.DB,
		Ports: PortsReport(r.Ports()),
	}
	if r.Settings.Headless {
		report.Ports.UI = 0
	}
	if fault := cmp.Or(s.Trouble, s.RecordFault); fault != nil && fault != ErrNoRecord {
		report.Fault = fault.Error()
	}
	if p := s.Evidence.Leader; s.Running() {
		report.PID, report.Versions.CLI, report.Versions.Server = p.PID, p.Version, p.ServerVersion
	}
	if s.Driver.PID != 0 && s.Driver.Same(r.Supervisor) {
		report.Versions.Supervisor = r.Supervisor.Version
	}
	if r.Settings.DB != "" {
		for _, file := range database.Files(r.Settings.DB) {
			report.DatabaseBytes += files.FileSize(file)
		}
	}
	return report
}
