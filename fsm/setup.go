package fsm

import "strings"

// Setup is what is to be in the database besides what Temporal makes by itself: start returns when it
// is there. The namespaces of Settings belong to it.
type Setup struct {
	// SearchAttributes are NAME=TYPE each, for every namespace of the settings, or
	// NAMESPACE:NAME=TYPE for one.
	SearchAttributes Texts `json:"search_attribute"`
	// Retention is how long a namespace of the settings keeps closed workflows, 0 for what
	// Temporal sets.
	Retention Millis `json:"retention_ms"`
}

// OfOneNamespace reports whether a search attribute is for one namespace: NAMESPACE:NAME=TYPE.
func OfOneNamespace(attribute string) bool {
	name, _, _ := strings.Cut(attribute, "=")
	return strings.Contains(name, ":")
}

// WantedSetup is a setup with the namespaces that it is for, besides default. The zero WantedSetup wants
// nothing that Temporal does not make by itself.
type WantedSetup struct {
	Namespaces Names `json:"namespaces"`
	Setup
}

// WantedSetup returns what these settings want to be in the database.
func (s Settings) WantedSetup() WantedSetup {
	if s.Setup == (Setup{}) {
		return WantedSetup{} // Temporal makes its namespaces by itself
	}
	return WantedSetup{s.Namespaces, s.Setup}
}

// AppliedSetup is what became of a setup in one database. The zero AppliedSetup is none.
type AppliedSetup struct {
	Wanted WantedSetup `json:"wanted"`
	// File names the database, as sqlite.Fingerprint does, empty for one in memory.
	File string `json:"file,omitempty"`
	// Changes is the database's count of changes when it was applied: one that has fewer is an older copy in the
	// same file. It is 0 where it is not known.
	Changes uint64  `json:"changes,omitempty"`
	At      Instant `json:"at"`
	// Fault says why it could not be applied, empty if it holds.
	Fault string `json:"fault,omitempty"`
	FoundSetup
}

// FoundSetup is what was found of a setup, a text each.
type FoundSetup struct {
	// FoundAttributes are NAMESPACE:NAME=TYPE, of those that were wanted.
	FoundAttributes Texts `json:"found_search_attribute"`
	// FoundRetention is NAMESPACE=DURATION.
	FoundRetention Texts `json:"found_retention"`
}

// SetupPending reports whether the setup that the settings want is neither applied nor known to
// be impossible.
func (r Record) SetupPending() bool {
	want := r.Settings.WantedSetup()
	return want != (WantedSetup{}) && r.Database.Setup.Wanted != want //mutation:setup-pending
}

// SetupFault says why the setup that the settings want could not be applied, empty for nothing.
func (r Record) SetupFault() string {
	if r.Database.Setup.Wanted != r.Settings.WantedSetup() {
		return "" // it is pending, or none is wanted any more
	}
	return r.Database.Setup.Fault
}

// setUp applies the setup, unless that is under way, or the record has what became of it.
func (s Supervisor) setUp() (Supervisor, []Effect) {
	if s.SettingUp || !s.SetupPending() {
		return s, nil
	}
	s.SettingUp = true
	return s, []Effect{s.effect(DoSetup)}
}

// accountSetup books what became of the setup. It counts for one database: another one, and one in
// memory, whose Temporal has ended, has none. What could not be applied is tried again.
func (s Supervisor) accountSetup(row Row, in Input) Supervisor {
	was := s.Database.Setup
	switch row.On {
	case LockAcquired:
		if in.File == "" || in.File != was.File || in.Changes < was.Changes || was.Fault != "" { //mutation:setup-of-another
			s.Database.Setup = AppliedSetup{}
		}
	case ProbePassed, SetupWanted:
		if was.Fault != "" {
			s.Database.Setup = AppliedSetup{}
		}
	case SetupApplied, SetupFailed:
		s.Database.Setup = in.Setup //mutation:setup-recorded
		s.Database.Setup.Wanted, s.Database.Setup.At, s.Database.Setup.Fault = s.Settings.WantedSetup(), in.At, ""
		if row.On == SetupFailed {
			s.Database.Setup.Fault = in.Detail
		}
	}
	return s
}

// mayCome reports whether an event can come at all: those of a setup cannot where nothing waits for them,
// nor the end of a command to which Temporal is not tied.
func (r Record) mayCome(on Event) bool {
	switch on {
	case Untied:
		return r.TiedTo.PID != 0
	case SetupApplied, SetupFailed:
		return r.SetupPending()
	case SetupWanted:
		return r.SetupFault() != ""
	}
	return true
}
