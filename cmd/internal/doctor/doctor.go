package doctor

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"github.com/stigmer/local/cmd/internal/cli"
)

// DoctorReport is what doctor -o json prints.
type DoctorReport struct {
	Schema int `json:"schema"`
	// Well says that nothing is wrong.
	Well   bool          `json:"well"`
	Checks []CheckReport `json:"checks"`
	// Fixed is what --fix did, in the order in which it did it.
	Fixed []FixReport `json:"fixed"`
}

// CheckReport is the report of one check.
type CheckReport struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
	// Try says what to do, empty where all is well.
	Try string `json:"try,omitempty"`
	// Fixable says that --fix would do it.
	Fixable bool `json:"fixable"`

	repairs []repair
}

// FixReport is one act of --fix. Error is empty if it was done.
type FixReport struct {
	Act   string `json:"act"`
	Error string `json:"error,omitempty"`
}

// repair is one act that --fix may do.
type repair struct {
	act string
	do  func() error
}

func pass(name, format string, args ...any) CheckReport {
	return CheckReport{Name: name, OK: true, Detail: fmt.Sprintf(format, args...)}
}

func fail(name, try, format string, args ...any) CheckReport {
	return CheckReport{Name: name, Detail: fmt.Sprintf(format, args...), Try: try}
}

// mendedBy marks a check as one that --fix can mend.
func (c CheckReport) mendedBy(repairs ...repair) CheckReport {
	c.repairs, c.Fixable = repairs, len(repairs) > 0
	return c
}

// Run examines a home, prints what was found, and mends it if that was asked for.
func Run(c *cobra.Command, fix bool, output string) error {
	if err := cli.CheckOutput(output); err != nil {
		return err
	}
	path, err := cli.HomePath()
	if err != nil {
		return err
	}
	report := DoctorReport{Schema: 1, Checks: examine(path), Fixed: []FixReport{}}
	text := output == "text"
	if text {
		printChecks(c.OutOrStdout(), report.Checks)
	}
	if fix && report.mendAll(path, c.OutOrStdout(), text) && text {
		fmt.Fprintln(c.OutOrStdout(), "\nNow:")
		printChecks(c.OutOrStdout(), report.Checks)
	}
	ill, fixable := report.count()
	report.Well = ill == 0
	if !text {
		if err := cli.PrintJSON(c.OutOrStdout(), report); err != nil {
			return err
		}
	} else {
		printVerdict(c.OutOrStdout(), ill, fixable, fix)
	}
	if ill > 0 {
		return cli.Status(cli.ExitFailed)
	}
	return nil
}

// mendAll mends until nothing is left that was not tried: in a home that is closed to others,
// checks find things that none searched for while it was open.
func (r *DoctorReport) mendAll(path string, out io.Writer, text bool) (any bool) {
	for r.mend(out, text) {
		r.Checks, any = examine(path), true
	}
	return any
}

// mend does what can be mended and was not tried yet, each act shown before it is
// done, and reports whether there was any.
func (r *DoctorReport) mend(out io.Writer, text bool) bool {
	before := len(r.Fixed)
	for _, check := range r.Checks {
		for _, repair := range check.repairs {
			if slices.ContainsFunc(r.Fixed, func(f FixReport) bool { return f.Act == repair.act }) {
				continue
			}
			if text && len(r.Fixed) == 0 {
				fmt.Fprintln(out, "\nFixing:")
			}
			if text {
				fmt.Fprintf(out, "  %s ... ", repair.act)
			}
			done := FixReport{Act: repair.act}
			if err := repair.do(); err != nil {
				done.Error = err.Error()
			}
			if text {
				fmt.Fprintln(out, cmp.Or(done.Error, "done"))
			}
			r.Fixed = append(r.Fixed, done)
		}
	}
	return len(r.Fixed) > before
}

func (r *DoctorReport) count() (ill, fixable int) {
	for _, check := range r.Checks {
		if !check.OK {
			ill++
		}
		if check.Fixable {
			fixable++
		}
	}
	return ill, fixable
}

func printChecks(out io.Writer, checks []CheckReport) {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	defer table.Flush()
	for _, c := range checks {
		mark, try := "ok", ""
		if !c.OK {
			mark = "!!"
		}
		if c.Try != "" {
			try = ". Try: " + cli.ForThisHome(c.Try)
		}
		fmt.Fprintf(table, "%s\t%s\t%s%s\n", mark, c.Name, c.Detail, try)
	}
}

func ofThese(n int) string {
	if n == 1 {
		return "1 of these is"
	}
	return fmt.Sprintf("%d of these are", n)
}

func printVerdict(out io.Writer, ill, fixable int, fix bool) {
	switch {
	case ill == 0:
		fmt.Fprintln(out, "All is well.")
	case fixable > 0 && !fix:
		fmt.Fprintf(out, "%s wrong; stigmer local doctor --fix mends %d.\n", ofThese(ill), fixable)
	default:
		fmt.Fprintf(out, "%s wrong.\n", ofThese(ill))
	}
}
