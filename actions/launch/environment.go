package launch

import (
	"os"
	"path/filepath"

	"github.com/stigmer/local/actions/environment"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/proc"
	"github.com/stigmer/local/statefile"
)

// Environment returns the whole environment of the Temporal that a record describes. A
// record of an older version has no environment: then Temporal is lent of this process's.
func Environment(r fsm.Record, home statefile.Home) []string {
	return withUser(environment.ForTemporal(Lent(r), r.Settings.PassEnv, string(home)), home)
}

// Lent returns what the Temporal that a record describes is lent.
func Lent(r fsm.Record) fsm.Environment {
	if r.Environment.Known() {
		return r.Environment
	}
	return environment.Lend(os.Environ(), r.Settings.PassEnv.List())
}

// Running reads the settings of a running Temporal back from its command line, with
// the standard policy, and what it was lent from its environment.
func Running(p fsm.Process) (fsm.Settings, fsm.Environment) {
	s := settings(proc.Args(p.PID), fsm.Settings{Policy: fsm.DefaultPolicy()})
	s.TemporalBin = p.Exe
	if folder := proc.WorkFolder(p.PID); folder != "" && s.DB != "" && !filepath.IsAbs(s.DB) {
		s.DB = filepath.Join(folder, s.DB) // see databaseArgument
	}
	lent, passEnv := environment.OfProcess(p)
	s.PassEnv = passEnv
	return s, lent
}
