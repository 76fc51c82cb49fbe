package homes

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/stigmer/local/actions/evidence"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/human"
	"github.com/stigmer/local/cmd/internal/inspect"
)

// Schema is the version of what list -o json prints. It grows when a field changes its meaning or
// goes away.
const Schema = 1

// Report is what list -o json prints.
type Report struct {
	Schema int                  `json:"schema" jsonschema:"version of this format; it grows when a field changes its meaning or goes away"`
	Homes  []inspect.HomeReport `json:"homes" jsonschema:"the homes of this user: the default one, those with names, the one that commands here are about, and those that a Temporal runs in"`
}

// Find returns the homes of this user in a stable order: the default one first, then those with
// names, then the others by their paths. Of homes elsewhere only those are known that a process
// uses, and the one that this command is about.
func Find() []inspect.HomeReport {
	all := map[string]*home{} // by their paths
	add := func(path string) *home {
		if all[path] == nil {
			all[path] = &home{path: path}
		}
		return all[path]
	}
	for name, path := range cli.NamedHomes() {
		add(cli.RealHome(path)).name = name
	}
	for _, path := range evidence.HomesInUse() {
		add(path).inUse = true
	}
	if path, err := cli.HomePath(); err == nil {
		add(cli.RealHome(path)).own = true
	}
	reports := []inspect.HomeReport{}
	for _, h := range all { // one after the other: side by side takes longer where the machine is busy
		if h.read(); h.listed {
			reports = append(reports, h.report)
		}
	}
	slices.SortFunc(reports, func(a, b inspect.HomeReport) int {
		return cmp.Or(cmp.Compare(rank(a.Name), rank(b.Name)), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Home, b.Home))
	})
	return reports
}

// home is one that may be listed.
type home struct {
	path, name string
	inUse      bool // a process names it
	own        bool // this command is about it
	listed     bool
	report     inspect.HomeReport
}

func (h *home) read() {
	s := inspect.TakeHomeSnapshot(h.path, h.inUse)
	switch neverStarted := s.Trouble == nil && s.RecordFault == inspect.ErrNoRecord; {
	case s.InUse():
		h.listed = true
	case h.name == "" && !h.own: // elsewhere, and nothing of it is proven
	case h.name == "" || h.name == cli.DefaultName: // a folder that is no home yet, as for the Stigmer CLI
		h.listed = !neverStarted
	default:
		h.listed = true
	}
	h.report = s.HomeReport(h.name)
	h.report.Home = h.path
}

func rank(name string) int {
	switch name {
	case cli.DefaultName:
		return 0
	case "":
		return 2
	}
	return 1
}

// List prints the homes.
func List(c *cobra.Command, output string) error {
	if err := cli.CheckOutput(output); err != nil {
		return err
	}
	homes := Find()
	if output == "json" {
		return cli.PrintJSON(c.OutOrStdout(), Report{Schema: Schema, Homes: homes})
	}
	return printTable(c.OutOrStdout(), homes)
}

// printTable prints a line for each home. A home whose record or folder is at fault has that in the last column.
func printTable(out io.Writer, homes []inspect.HomeReport) error {
	if len(homes) == 0 {
		_, err := fmt.Fprintln(out, "There is no home yet: stigmer local start makes one.")
		return err
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "NAME\tSTATE\tADDRESS\tUI\tPID\tVERSION\tSINCE\tDATABASE")
	for _, h := range homes {
		state, pid, since, database := string(h.State), "", "", strings.Join(strings.Fields(h.Fault), " ")
		if !h.Certain {
			state = "unknown"
		}
		if h.PID != 0 {
			pid = fmt.Sprint(h.PID)
		}
		if h.Since != nil {
			since = h.Since.Local().Format(time.DateTime)
		}
		if database == "" && h.DatabaseBytes != 0 {
			database = human.FormatSize(h.DatabaseBytes)
		}
		cells := []string{cmp.Or(h.Name, h.Home), state, h.Address, h.UIURL, pid, h.Versions.CLI, since, database}
		for i, cell := range cells {
			cells[i] = cmp.Or(cell, "-")
		}
		fmt.Fprintln(table, strings.Join(cells, "\t"))
	}
	return table.Flush()
}
