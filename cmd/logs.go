package cmd

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/reader"
	"github.com/stigmer/local/probes/logs"
)

func logsCommand() *cobra.Command {
	o := &reader.Options{}
	c := &cobra.Command{
		Use:   "logs",
		Short: "Print the last lines of Temporal's log, and follow it",
		Long: `Print the last lines of Temporal's log, of the supervisor's, or of both in the order
of their times. Rotated files are read as well, where --lines or --since reach
back that far. It changes nothing, and works whether anything runs or not.

--follow goes on with what is written from then on, across rotations and restarts, until
Ctrl-C or until its output is closed. It waits for a log or a home that does not exist
yet.

Each line is read by its own form: Temporal's text, its JSON, or a crash of Go. A line that
names neither time nor level, as those of a stack trace, belongs to the line before it.

Exit status: 0 done, 1 there is no log, 2 usage, 4 permission, 130 ended by Ctrl-C.
`,
		Example: `  stigmer local logs
  stigmer local logs -f
  stigmer local logs -n 200 --level warn
  stigmer local logs --since 10m --all
  stigmer local logs --since 12:00 --level error
  stigmer local logs --supervisor --since 2026-11-25T09:00:00`,
		Args: cli.NoArguments,
		RunE: func(c *cobra.Command, _ []string) error { return reader.Run(c, o) },
	}
	f := c.Flags()
	f.SetNormalizeFunc(dockersNames)
	f.BoolVarP(&o.Follow, "follow", "f", false, "go on with what is written from now on")
	f.IntVarP(&o.Lines, "lines", "n", 50, "how many lines; with --since all, unless this is given as well")
	f.BoolVar(&o.Supervisor, "supervisor", false, "the supervisor's log instead of Temporal's")
	f.BoolVar(&o.All, "all", false, "both logs, merged by time")
	f.StringVar(&o.Since, "since", "", "only what is younger: a duration (10m, 1d) or a time (12:00, 2026-11-25T09:00)")
	f.StringVar(&o.Level, "level", "", "only lines that are at least this grave: "+strings.Join(logs.Levels, ", "))
	return c
}

// dockersNames takes --tail for --lines, as docker logs and its kin call it.
func dockersNames(_ *pflag.FlagSet, name string) pflag.NormalizedName {
	if name == "tail" {
		name = "lines"
	}
	return pflag.NormalizedName(name)
}
