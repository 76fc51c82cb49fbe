package inspect

import (
	"fmt"

	"github.com/stigmer/local/actions/database"
	"github.com/stigmer/local/cmd/internal/config"
)

// environmentEvidence says how many variables the running Temporal was lent, and what was kept
// away from it.
func (s *Snapshot) environmentEvidence() Evidence {
	e := s.Document.Environment
	detail := fmt.Sprintf("%d variables are passed on", len(e.Lent.List()))
	if patterns := s.Document.Settings.PassEnv; patterns != "" {
		detail += ", also those of --" + config.PassEnvFlag + " " + string(patterns)
	}
	if words := config.WithheldWords(e); words != "" {
		detail += "; " + words
	}
	return Evidence{"environment", true, detail}
}

// NothingToReset says why there is no database to move, empty if there is one.
func (s *Snapshot) NothingToReset(path string) string {
	if s == nil {
		return fmt.Sprintf("Nothing to reset: there is no home %s.", path)
	}
	db := database.Of(s.Home, s.Document.Record)
	switch {
	case db == "":
		text := "Nothing to reset: with --ephemeral nothing is kept, and each start begins anew."
		if standard := s.Home.DB(); len(database.Files(standard)) > 0 {
			text += fmt.Sprintf("\nThe database of an earlier run, %s, was not touched.", standard)
		}
		return text
	case len(database.Files(db)) == 0:
		return fmt.Sprintf("Nothing to reset: there is no database %s.", db)
	}
	return ""
}
