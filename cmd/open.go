package cmd

import (
	"fmt"

	"github.com/spf13/cobra"
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
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error { return runOpen(c, show) },
	}
	c.Flags().BoolVar(&show, "print", false, "print the URL and open nothing")
	return c
}

func runOpen(c *cobra.Command, show bool) error {
	found, err := findContact()
	if err != nil {
		return err
	}
	switch {
	case !found.runs:
		return &Problem{
			What: "Temporal does not run, so there is no web UI to open", Means: "nothing was opened",
			Try: "stigmer local start", Exit: ExitFailed,
		}
	case found.settings.Headless:
		return &Problem{
			What: "Temporal runs without its web UI (--headless)", Means: "nothing was opened",
			Try: "stigmer local restart --headless=false", Exit: ExitFailed,
		}
	}
	url := uiURL(found.settings)
	if uiBlocked(found.settings) {
		warn(c, "%s", blockedWords(found.settings, "stigmer local restart "))
	}
	if show {
		fmt.Fprintln(c.OutOrStdout(), url)
		return nil
	}
	if err := found.uiAnswers(); err != nil {
		return &Problem{
			What: "the web UI does not answer: " + err.Error(), Means: "nothing was opened",
			Try: "stigmer local state --explain", Exit: ExitFailed,
		}
	}
	if err := browse(url); err != nil {
		return &Problem{
			What: err.Error(), Means: "the web UI is at " + url,
			Try: "open it by hand, or name a browser: BROWSER=PROGRAM stigmer local open", Exit: ExitFailed,
		}
	}
	fmt.Fprintln(success(c), "Opened", url)
	return nil
}
