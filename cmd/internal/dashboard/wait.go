package dashboard

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/inspect"
	"github.com/stigmer/local/fsm"
)

// parseState reads a state's name in any case.
func parseState(text string) (fsm.State, error) {
	var names []string
	for _, state := range fsm.States {
		if strings.EqualFold(text, string(state)) {
			return state, nil
		}
		names = append(names, string(state))
	}
	return "", cli.BadFlag("wait-for", "--wait-for %q is no state; the states are %s", text, strings.Join(names, ", "))
}

// runWait waits until the state is the wanted one, and prints it as state does. A
// state that is passed so fast that no snapshot has it does not count.
func runWait(c *cobra.Command, o *Options) error {
	wanted, err := parseState(o.WaitFor)
	switch {
	case err != nil:
		return cli.UsageProblem(err)
	case o.Timeout < 0:
		return cli.UsageProblem(cli.BadFlag("timeout", "--timeout %s is not a time", o.Timeout))
	}
	path, err := cli.HomePath()
	if err != nil {
		return inspect.CannotTell(err)
	}
	return cli.UntilEnd(c.OutOrStdout(), func(ctx context.Context) error {
		if o.Timeout > 0 {
			limited, cancel := context.WithTimeout(ctx, o.Timeout)
			defer cancel()
			ctx = limited
		}
		seen := awaitState(ctx, path, wanted)
		if state := seen.Diagnosis().State; seen.Trouble != nil || state != wanted {
			return waitedInVain(seen, wanted, o.Timeout)
		}
		return o.print(c.OutOrStdout(), seen)
	})
}

// awaitState waits until the state is the wanted one, or is not known, or ctx ends, and returns
// what it saw last.
func awaitState(ctx context.Context, path string, wanted fsm.State) *inspect.Snapshot {
	watcher := inspect.NewChangeWatcher(ctx, path) // before the first snapshot
	for {
		seen := inspect.TakeSnapshot(path)
		if seen.Trouble != nil || seen.Diagnosis().State == wanted || !watcher.Wait(ctx, seen) {
			return seen
		}
	}
}

// waitedInVain is the problem that names the state at the end of a wait, where that is not the
// wanted one.
func waitedInVain(s *inspect.Snapshot, wanted fsm.State, timeout time.Duration) error {
	if s.Trouble != nil {
		return inspect.CannotTell(s.Trouble)
	}
	d := s.Diagnosis()
	return &cli.Problem{
		What:  fmt.Sprintf("it did not become %s within %s", wanted, timeout),
		Means: fmt.Sprintf("it is %s: %s", d.State, d.Reason),
		Try:   "stigmer local state --explain, or a longer --timeout",
		Exit:  cli.ExitFailed,
	}
}
