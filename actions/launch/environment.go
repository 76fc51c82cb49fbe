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
	return withSetup(withUser(environment.ForTemporal(Lent(r), r.Settings.PassEnv, string(home)), home), r.Settings)
}

// Lent returns what the Temporal that a record describes is lent.
func Lent(r fsm.Record) fsm.Environment {
	if r.Environment.Known() {
		return r.Environment
	}
	return environment.Lend(os.Environ(), r.Settings.PassEnv.List())
}

// Ports reads those of a running Temporal from its command line.
func Ports(p fsm.Process) fsm.Ports {
	s, all := settings(proc.Args(p.PID), fsm.Settings{})
	all.Frontend, all.UI = s.Port, s.UIPort
	return all
}

// Running reads into a record from the command line of a running Temporal how that was started,
// with the standard policy, and from its environment what it was lent. The ports of the frontend and the web UI are
// as if they had been asked for: one that was must not move.
func Running(p fsm.Process, r *fsm.Record) {
	s, side := settings(proc.Args(p.PID), fsm.Settings{Policy: fsm.DefaultPolicy()})
	s.TemporalBin = p.Exe
	if folder := proc.WorkFolder(p.PID); folder != "" && s.DB != "" && !filepath.IsAbs(s.DB) {
		s.DB = filepath.Join(folder, s.DB) // see databaseArgument
	}
	takeSetup(&s, proc.Environment(p.PID))
	lent, passEnv := environment.OfProcess(p)
	s.PassEnv = passEnv
	r.Settings, r.Drawn, r.Environment = s, side, lent
}
