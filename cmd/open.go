package cmd

import (
	"fmt"

	"github.com/spf13/cobra"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/config"
	"github.com/stigmer/local/cmd/internal/human"
	"github.com/stigmer/local/cmd/internal/inspect"
)

func openCommand() *cobra.Command {
	var show bool
	c := &cobra.Command{
		Use:   "open",
		Short: "Open the web UI in the browser",
		Long: `Open Temporal's web UI in the browser: the programs that $BROWSER names, else the
platform's opener.

Exit status: 0 done, 1 failed (not running, --headless, no browser), 2 usage, 4 permission.`,
		Example: `  stigmer local open
  stigmer local open --print
  BROWSER=firefox stigmer local open`,
		Args: cli.NoArguments,
		RunE: func(c *cobra.Command, _ []string) error { return runOpen(c, show) },
	}
	c.Flags().BoolVar(&show, "print", false, "print the URL and open nothing")
	return c
}

func runOpen(c *cobra.Command, show bool) error {
	found, err := inspect.FindContact()
	if err != nil {
		return err
	}
	switch {
	case !found.Runs:
		return &cli.Problem{
			What: "Temporal does not run, so there is no web UI to open", Means: "nothing was opened",
			Try: "stigmer local start", Exit: cli.ExitFailed,
		}
	case found.Settings.Headless:
		return &cli.Problem{
			What: "Temporal runs without its web UI (--headless)", Means: "nothing was opened",
			Try: "stigmer local restart --headless=false", Exit: cli.ExitFailed,
		}
	}
	url := human.UIURL(found.Settings)
	if config.UIBlocked(found.Settings) {
		cli.Warn(c, "%s", config.BlockedWords(found.Settings, "stigmer local restart "))
	}
	if show {
		fmt.Fprintln(c.OutOrStdout(), url)
		return nil
	}
	if err := found.UIAnswers(); err != nil {
		return &cli.Problem{
			What: "the web UI does not answer: " + err.Error(), Means: "nothing was opened",
			Try: "stigmer local state --explain", Exit: cli.ExitFailed,
		}
	}
	if err := cli.Browse(url); err != nil {
		return &cli.Problem{
			What: err.Error(), Means: "the web UI is at " + url,
			Try: "open it by hand, or name a browser: BROWSER=PROGRAM stigmer local open", Exit: cli.ExitFailed,
		}
	}
	fmt.Fprintln(cli.Success(c), "Opened", url)
	return nil
}
