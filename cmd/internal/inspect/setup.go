package inspect

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/stigmer/local/cmd/internal/human"
	"github.com/stigmer/local/fsm"
)

// SetupReport is what the settings want to be in the database, and what became of it.
type SetupReport struct {
	fsm.WantedSetup
	AppliedAt *time.Time `json:"applied_at" jsonschema:"when all of it was found to be there; null if it was not"`
	Fault     string     `json:"fault" jsonschema:"why it could not be applied; empty if it was, or is being applied"`
	fsm.FoundSetup
}

// setupReport is nil where the settings want nothing that Temporal does not make by itself.
func setupReport(r fsm.Record) *SetupReport {
	report := &SetupReport{WantedSetup: r.Settings.WantedSetup(), Fault: r.SetupFault()}
	if report.WantedSetup == (fsm.WantedSetup{}) {
		return nil
	}
	if r.SetupPending() {
		return report
	}
	report.FoundSetup = r.Database.Setup.FoundSetup
	if report.Fault == "" {
		at := human.ToTime(r.Database.Setup.At)
		report.AppliedAt = &at
	}
	return report
}

// setupEvidence is what the record has of the setup of a Temporal that runs.
func (s *Snapshot) setupEvidence() Evidence {
	const name = "setup"
	r := s.Document.Record
	switch {
	case r.SetupPending():
		return Evidence{name, false, "it was not applied to this database yet"}
	case r.SetupFault() != "":
		return Evidence{name, false, r.SetupFault()}
	}
	found := slices.Concat(r.Database.Setup.FoundAttributes.List(), r.Database.Setup.FoundRetention.List())
	return Evidence{name, true, fmt.Sprintf("applied %s: %s", human.FormatTime(r.Database.Setup.At), strings.Join(found, ", "))}
}
