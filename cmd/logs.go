package cmd

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/stigmer/local/actions"
	"github.com/stigmer/local/probes/logs"
	"github.com/stigmer/local/statefile"
)

// logsOptions is what the flags of logs say.
type logsOptions struct {
	follow, supervisor, all bool
	lines                   int
	since, level            string
}

func logsCommand() *cobra.Command {
	o := &logsOptions{}
	c := &cobra.Command{
		Use:   "logs",
		Short: "Print the last lines of Temporal's log, and follow it",
		Long: `Print the last lines of Temporal's log, of the supervisor's, or of both in the order
of their times. Rotated files are read as well, where --lines or --since reach
back that far. It changes nothing, and works whether anything runs or not.

With --follow it goes on with what is written from then on, across rotations and
restarts, until Ctrl-C or until nobody reads its output any more.

A line that says neither time nor level, as those of a banner or a stack trace,
goes with the line before it.

Exit status: 0 done, 1 there is no log, 2 usage, 4 permission, 130 ended by Ctrl-C.
`,
		Example: `  stigmer local logs
  stigmer local logs -f
  stigmer local logs -n 200 --level warn
  stigmer local logs --since 10m --all
  stigmer local logs --supervisor --since 2026-11-25T09:00:00`,
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error { return runLogs(c, o) },
	}
	f := c.Flags()
	f.BoolVarP(&o.follow, "follow", "f", false, "go on with what is written from now on")
	f.IntVarP(&o.lines, "lines", "n", 50, "how many lines; with --since all, unless this is given as well")
	f.BoolVar(&o.supervisor, "supervisor", false, "the supervisor's log instead of Temporal's")
	f.BoolVar(&o.all, "all", false, "both logs, merged by time")
	f.StringVar(&o.since, "since", "", "only what is younger: a duration (10m) or a time (2026-11-25T09:00:00)")
	f.StringVar(&o.level, "level", "", "only lines that are at least this grave: "+strings.Join(logs.Levels, ", "))
	return c
}

// query turns the flags into what package logs understands.
func (o *logsOptions) query(c *cobra.Command, now time.Time) (logs.Query, error) {
	q := logs.Query{Count: o.lines, Timed: o.all}
	switch {
	case o.supervisor && o.all:
		return q, exclusive("supervisor", "all")
	case o.lines < 0:
		return q, badFlag("lines", "--lines %d is not a number of lines", o.lines)
	case o.level != "" && logs.ParseLevel(o.level) == 0:
		return q, badFlag("level", "--level %q is none of %s", o.level, strings.Join(logs.Levels, ", "))
	}
	q.Level = logs.ParseLevel(o.level)
	if c.Flags().Changed("since") {
		since, err := parseSince(o.since, now)
		if err != nil {
			return q, err
		}
		q.Since = since
		if !c.Flags().Changed("lines") {
			q.Count = -1
		}
	}
	return q, nil
}

// parseSince reads a duration before now, or a point in time, local where it
// names no zone.
func parseSince(text string, now time.Time) (time.Time, error) {
	if d, err := time.ParseDuration(text); err == nil && d >= 0 {
		return now.Add(-d), nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", time.DateTime, time.DateOnly} {
		if at, err := time.ParseInLocation(layout, text, time.Local); err == nil {
			return at, nil
		}
	}
	return time.Time{}, badFlag("since", "--since %q is neither a duration (10m, 2h) nor a time (2026-11-25T09:00:00)", text)
}

func runLogs(c *cobra.Command, o *logsOptions) error {
	query, err := o.query(c, time.Now())
	if err != nil {
		return usage(err)
	}
	path, err := homePath()
	if err != nil {
		return err
	}
	home, there, err := statefile.FindHome(path)
	if err != nil {
		return systemProblem(err, "no log was read")
	}
	if !there {
		return noLog("there is no home " + path)
	}
	sources, err := o.sources(home)
	if err != nil {
		return err
	}
	p := newPager(c.OutOrStdout(), o.all)
	return untilEnd(c.OutOrStdout(), func(ctx context.Context) error {
		if o.follow {
			return p.follow(ctx, sources, query, home.Logs())
		}
		return p.history(sources, query)
	})
}

func temporalLog(home statefile.Home) logs.Log {
	return logs.Log{Name: "temporal", Path: home.Log(), Older: actions.OlderLogs}
}

func supervisorLog(home statefile.Home) logs.Log {
	return logs.Log{Name: "supervisor", Path: home.SupervisorLog(), Older: actions.OlderLogs}
}

// sources are the logs that are asked for and there.
func (o *logsOptions) sources(home statefile.Home) ([]logs.Log, error) {
	wanted := []logs.Log{temporalLog(home)}
	switch {
	case o.supervisor:
		wanted = []logs.Log{supervisorLog(home)}
	case o.all:
		wanted = append(wanted, supervisorLog(home))
	}
	there := slices.DeleteFunc(slices.Clone(wanted), func(l logs.Log) bool { return !l.Exists() })
	if len(there) == 0 {
		return nil, noLog("there is no log yet: " + wanted[0].Path)
	}
	return there, nil
}

func noLog(what string) *Problem {
	return &Problem{What: what, Means: "nothing was ever started there, so there is nothing to print", Try: "stigmer local start, or another home: STIGMER_HOME=DIR", Exit: ExitFailed}
}

// logProblem puts an error of reading a log into words.
func logProblem(err error) *Problem {
	p := systemProblem(err, "the log was not read")
	_, odd := errors.AsType[logs.NotFileError](err)
	switch {
	case odd:
		p.Means = "a log must be a regular file; this was neither followed nor read"
		p.Try = "move it away, then stigmer local restart"
	case errors.Is(err, fs.ErrNotExist):
		return noLog("there is no log any more: " + err.Error())
	}
	return p
}
