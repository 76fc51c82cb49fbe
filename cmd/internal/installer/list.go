package installer

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/stigmer/local/actions/install"
	"github.com/stigmer/local/actions/program"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/config"
	"github.com/stigmer/local/cmd/internal/human"
	"github.com/stigmer/local/cmd/internal/inspect"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

// listPrograms shows what start could run. It changes nothing and makes no home.
func listPrograms(c *cobra.Command, o *Options) error {
	for _, other := range []string{"version", "from", "mirror"} {
		if c.Flags().Changed(other) {
			return cli.UsageProblem(fmt.Errorf("--list installs nothing: it goes without --%s", other))
		}
	}
	if err := cli.CheckOutput(o.Output); err != nil {
		return err
	}
	path, err := cli.HomePath()
	if err != nil {
		return err
	}
	home, there, err := statefile.FindHome(path)
	if err != nil {
		return cli.SystemProblem(err, "nothing was changed")
	}
	if !there {
		home = statefile.Home(path)
	}
	programs, err := programsOf(home)
	if err != nil {
		return cli.SystemProblem(err, "nothing was changed")
	}
	if o.Output == "json" {
		return cli.PrintJSON(c.OutOrStdout(), ProgramsReport{1, programs})
	}
	if len(programs) == 0 {
		fmt.Fprintf(c.OutOrStdout(), "No Temporal CLI is there: neither in %s nor in PATH.\n", home.Versions())
		return nil
	}
	table := tabwriter.NewWriter(c.OutOrStdout(), 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "VERSION\tSERVER\tSTATUS\tPROGRAM")
	for _, p := range programs {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", cmp.Or(p.Version, "?"), cmp.Or(p.Server, "?"), strings.Join(p.status(), ", "), p.Program)
	}
	return table.Flush()
}

// ProgramsReport is what install --list -o json prints.
type ProgramsReport struct {
	Schema   int             `json:"schema"`
	Programs []ProgramReport `json:"programs"`
}

// ProgramReport is one Temporal CLI.
type ProgramReport struct {
	// Version is empty if it is not known.
	Version string `json:"version"`
	// Server is the version of the Temporal server in it, empty if it is not known.
	Server string `json:"server_version"`
	// Program is the file; of a download that broke off, what is kept.
	Program string `json:"program"`
	Used    bool   `json:"used_by_start"`
	// PID is the Temporal that runs it, 0 for none.
	PID int `json:"pid"`
	// Fetched is how many bytes are kept of a download that broke off, 0 for a whole program.
	Fetched int64 `json:"fetched_bytes"`
}

func (p ProgramReport) status() []string {
	var words []string
	if p.Used {
		words = append(words, "used by start")
	}
	if p.PID != 0 {
		words = append(words, fmt.Sprintf("running (pid %d)", p.PID))
	}
	if p.Fetched != 0 {
		words = append(words, human.FormatSize(p.Fetched)+" fetched")
	}
	return words
}

func programsOf(home statefile.Home) ([]ProgramReport, error) {
	versions, err := install.Installed(home)
	programs := []ProgramReport{}
	for _, v := range versions {
		file := home.Program(string(v))
		known := program.InFile(context.Background(), home, file)
		programs = append(programs, ProgramReport{Version: string(v), Server: known.ServerVersion, Program: file})
	}
	if used, _ := usedByStart(home); cli.Exists(used) {
		programs = updateProgram(programs, used, program.InFile(context.Background(), home, used), func(p *ProgramReport) { p.Used = true })
	}
	if running := runningTemporal(home); running.PID != 0 && running.Exe != "" {
		programs = updateProgram(programs, programOf(home, running), running.Program, func(p *ProgramReport) { p.PID = running.PID })
	}
	for _, p := range install.Partials(home) {
		programs = append(programs, ProgramReport{Version: string(p.Version), Program: p.Path, Fetched: p.Bytes})
	}
	return programs, err
}

// updateProgram changes the report of a program, which is added if it is not there.
func updateProgram(programs []ProgramReport, file string, known fsm.Program, change func(*ProgramReport)) []ProgramReport {
	for i, p := range programs {
		if cli.SameFile(p.Program, file) {
			change(&programs[i])
			return programs
		}
	}
	added := ProgramReport{Server: known.ServerVersion, Program: file}
	if known.Version != "" {
		added.Version = "v" + known.Version
	}
	change(&added)
	return append(programs, added)
}

// usedByStart is what a start without flags would run, and the setting that names
// it, if one does: " (local.yaml:3)". Both are empty for settings that are wrong.
func usedByStart(home statefile.Home) (program, by string) {
	o, flags := &config.Options{}, pflag.NewFlagSet("start", pflag.ContinueOnError)
	o.StartFlags(flags)
	if o.Layers(flags) != nil || o.Binary(home) != nil {
		return "", ""
	}
	if v := o.Settings.TemporalVersion; v != "" {
		return home.Program(v), o.From(config.VersionFlag)
	}
	return o.Settings.TemporalBin, o.From("temporal-bin")
}

// runningTemporal is the Temporal of a home that runs, zero if none does.
func runningTemporal(home statefile.Home) fsm.Process {
	s := inspect.Unseen()
	s.Home = home
	s.ReadRecord()
	if s.ReadLockOwner(); s.Running() {
		return s.Evidence.Leader
	}
	return fsm.Process{}
}

// programOf is the file that a Temporal runs. Where the system shows only by which
// name it was started (macOS), bin/temporal may lead elsewhere by now, and its
// version decides.
func programOf(home statefile.Home, p fsm.Process) string {
	if own := home.Program("v" + p.Version); p.Exe == home.Bin() && cli.Executable(own) {
		return own
	}
	return p.Exe
}
