package cmd

import (
	"fmt"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/stigmer/local/actions/install"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes"
	"github.com/stigmer/local/statefile"
)

// listPrograms shows what start could run. It changes nothing and makes no home.
func listPrograms(c *cobra.Command, o *installOptions) error {
	var other string
	c.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if f.Changed && f.Name != "list" {
			other = f.Name
		}
	})
	if other != "" {
		return usage(fmt.Errorf("--list installs nothing: it goes without --%s", other))
	}
	path, err := homePath()
	if err != nil {
		return err
	}
	home, there, err := statefile.FindHome(path)
	if err != nil {
		return systemProblem(err, "nothing was changed")
	}
	if !there {
		home = statefile.Home(path)
	}
	rows, err := programRows(home)
	if err != nil {
		return systemProblem(err, "nothing was changed")
	}
	if len(rows) == 0 {
		fmt.Fprintf(c.OutOrStdout(), "No Temporal CLI is there: neither in %s nor in PATH.\n", home.Versions())
		return nil
	}
	table := tabwriter.NewWriter(c.OutOrStdout(), 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "VERSION\tSTATUS\tPROGRAM")
	for _, row := range rows {
		fmt.Fprintf(table, "%s\t%s\t%s\n", row.version, strings.Join(row.status, ", "), row.program)
	}
	return table.Flush()
}

// programRow is one Temporal CLI.
type programRow struct {
	version string
	status  []string
	program string
}

func programRows(home statefile.Home) ([]programRow, error) {
	versions, err := install.Installed(home)
	var rows []programRow
	for _, v := range versions {
		rows = append(rows, programRow{version: string(v), program: home.Program(string(v))})
	}
	if used, _ := usedByStart(home); used != "" {
		rows = mark(rows, used, "used by start")
	}
	if running := runningTemporal(home); running.PID != 0 && running.Exe != "" {
		rows = mark(rows, programOf(home, running), fmt.Sprintf("running (pid %d)", running.PID))
	}
	for _, p := range install.Partials(home) {
		rows = append(rows, programRow{string(p.Version), []string{bytesText(p.Bytes) + " fetched"}, p.Path})
	}
	return rows, err
}

// mark adds a status to the row of a program, or a row for it.
func mark(rows []programRow, program, status string) []programRow {
	for i, row := range rows {
		if sameFile(row.program, program) {
			rows[i].status = append(row.status, status)
			return rows
		}
	}
	version := "?"
	if known := probes.TemporalVersion(program); known != "" {
		version = "v" + known
	}
	return append(rows, programRow{version, []string{status}, program})
}

func sameFile(a, b string) bool {
	one, err := os.Stat(a)
	if err != nil {
		return false
	}
	other, err := os.Stat(b)
	return err == nil && os.SameFile(one, other)
}

// usedByStart is what a start without flags would run, and the setting that names
// it, if one does: " (config.yaml:3)". Both are empty for settings that are wrong.
func usedByStart(home statefile.Home) (program, by string) {
	o, flags := &options{}, pflag.NewFlagSet("start", pflag.ContinueOnError)
	o.startFlags(flags)
	if o.layers(flags) != nil || o.binary(home) != nil {
		return "", ""
	}
	return o.settings.TemporalBin, o.from("temporal-bin")
}

// runningTemporal is the Temporal of a home that runs, zero if none does.
func runningTemporal(home statefile.Home) fsm.Process {
	s := unseen()
	s.home = home
	s.readRecord()
	if s.lookWhoRuns(); s.running() {
		return s.evidence.Leader
	}
	return fsm.Process{}
}

// programOf is the file that a Temporal runs. Where the system tells only by which
// name it was started (macOS), bin/temporal may lead elsewhere by now, and its
// version decides.
func programOf(home statefile.Home, p fsm.Process) string {
	if own := home.Program("v" + p.Version); p.Exe == home.Bin() && executable(own) {
		return own
	}
	return p.Exe
}
