package dashboard

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/inspect"
	"github.com/stigmer/local/fsm"
)

// Options is what the flags of state say.
type Options struct {
	Explain bool
	Output  string
	Watch   bool
	WaitFor string
	Timeout time.Duration
}

// Outputs are the forms in which a state is printed.
var Outputs = []string{"text", "json", "dot", "mermaid"}

// check refuses flags that contradict each other.
func (o *Options) check(c *cobra.Command) error {
	switch {
	case !slices.Contains(Outputs, o.Output):
		return cli.BadFlag("output", "--output %q is none of %s", o.Output, strings.Join(Outputs, ", "))
	case o.Watch && c.Flags().Changed("wait-for"):
		return cli.Exclusive("watch", "wait-for")
	case o.Watch && o.Explain:
		return cli.Exclusive("watch", "explain")
	case o.Watch && o.Output != "text" && o.Output != "json":
		return fmt.Errorf("--watch prints text or json, not %s", o.Output)
	case c.Flags().Changed("timeout") && !c.Flags().Changed("wait-for"):
		return errors.New("--timeout is for --wait-for, which was not given")
	}
	return nil
}

// Run shows the state as the options ask for. The error is the state's exit status, but for a state
// that is watched or waited for.
func Run(c *cobra.Command, o *Options) error {
	if err := o.check(c); err != nil {
		return cli.UsageProblem(err)
	}
	switch {
	case c.Flags().Changed("wait-for"):
		return runWait(c, o)
	case o.Watch:
		return watch(c, o.Output == "json")
	}
	path, err := cli.HomePath()
	if err != nil {
		return inspect.CannotTell(err)
	}
	seen := inspect.TakeSnapshot(path)
	if !seen.Exists {
		cli.WarnUnknownName(c)
	}
	if seen.Trouble == nil || o.Explain || o.Output != "text" {
		if err := o.print(c.OutOrStdout(), seen); err != nil {
			return err
		}
	}
	if seen.Trouble != nil {
		return inspect.CannotTell(seen.Trouble)
	}
	if status := stateStatus(seen.Diagnosis().State); status != cli.ExitDone {
		return status
	}
	return nil
}

// print prints what was seen in the form that was asked for.
func (o *Options) print(out io.Writer, s *inspect.Snapshot) error {
	report := s.Report()
	if draw, ok := draws[o.Output]; ok {
		page := bufio.NewWriter(out)
		draw(newPicture(report.State, report.Reason, s.Document.History), page)
		return page.Flush()
	}
	if o.Output == "json" {
		return cli.PrintJSON(out, report)
	}
	inspect.PrintState(out, report, o.Explain)
	return nil
}

func stateStatus(s fsm.State) cli.Status {
	switch s {
	case fsm.Healthy:
		return cli.ExitDone
	case fsm.Stopped:
		return cli.ExitStopped
	case fsm.Degraded:
		return cli.ExitDegraded
	}
	return cli.ExitInBetween
}
