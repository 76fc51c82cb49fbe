package doctor

import (
	"cmp"
	"fmt"

	"github.com/stigmer/local/actions/evidence"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/config"
	"github.com/stigmer/local/cmd/internal/inspect"
	"github.com/stigmer/local/probes/proc"
	"github.com/stigmer/local/statefile"
)

// cliTemporal describes the Temporal that the Stigmer CLI runs now, as the end of a sentence,
// empty for none. It finds it by temporal.pid, or by the PID that the Stigmer CLI writes into
// temporal.lock: stigmer local writes nothing into that file, and takes a flock on it.
func (p *examination) cliTemporal() string {
	if !p.Exists {
		return ""
	}
	if other := evidence.OtherServer(p.Home); other != "" {
		return "; one runs now: " + other
	}
	file, err := statefile.ReadPID(p.Home.Lock())
	if err != nil || file.PID == p.Evidence.Leader.PID || proc.CommandLine(file.PID) == "" {
		return ""
	}
	return fmt.Sprintf("; its temporal.lock names pid %d, which runs: %.80s", file.PID, proc.CommandLine(file.PID))
}

// checkEnvironment says what a start from this environment would keep away from Temporal.
func (p *examination) checkEnvironment() CheckReport {
	lent, err := p.options.Lent()
	if err != nil {
		return fail("environment", err.(*cli.Problem).Try, "%v", err)
	}
	return pass("environment", "%s", cmp.Or(config.WithheldWords(lent), "nothing here would shape Temporal but the settings"))
}

// checkLog reports a log that is not at its path; it returns nil for one that is.
func (p *examination) checkLog() []CheckReport {
	lost := p.LostLog()
	if lost == "" {
		return nil
	}
	return []CheckReport{fail("log", inspect.LogRestart(p.Home), "%s", lost)}
}
