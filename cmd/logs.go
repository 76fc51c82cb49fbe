package cmd

import (
	"context"
	"errors"
	"io/fs"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/inspect"
	"github.com/stigmer/local/probes"
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

--follow goes on with what is written from then on, across rotations and restarts, until
Ctrl-C or until its output is closed. It waits for a log or a home that does not exist
yet.

A line without time and level, as those of a banner or a stack trace, belongs to the line
before it.

Exit status: 0 done, 1 there is no log, 2 usage, 4 permission, 130 ended by Ctrl-C.
`,
		Example: `  stigmer local logs
  stigmer local logs -f
  stigmer local logs -n 200 --level warn
  stigmer local logs --since 10m --all
  stigmer local logs --since 12:00 --level error
  stigmer local logs --supervisor --since 2026-11-25T09:00:00`,
		Args: cli.NoArguments,
		RunE: func(c *cobra.Command, _ []string) error { return runLogs(c, o) },
	}
	f := c.Flags()
	f.SetNormalizeFunc(dockersNames)
	f.BoolVarP(&o.follow, "follow", "f", false, "go on with what is written from now on")
	f.IntVarP(&o.lines, "lines", "n", 50, "how many lines; with --since all, unless this is given as well")
	f.BoolVar(&o.supervisor, "supervisor", false, "the supervisor's log instead of Temporal's")
	f.BoolVar(&o.all, "all", false, "both logs, merged by time")
	f.StringVar(&o.since, "since", "", "only what is younger: a duration (10m, 1d) or a time (12:00, 2026-11-25T09:00)")
	f.StringVar(&o.level, "level", "", "only lines that are at least this grave: "+strings.Join(logs.Levels, ", "))
	return c
}

// dockersNames takes --tail for --lines, as docker logs and its kin call it.
func dockersNames(_ *pflag.FlagSet, name string) pflag.NormalizedName {
	if name == "tail" {
		name = "lines"
	}
	return pflag.NormalizedName(name)
}

// query turns the flags into what package logs understands.
func (o *logsOptions) query(c *cobra.Command, now time.Time) (logs.Query, error) {
	q := logs.Query{Count: o.lines, Timed: o.all}
	switch {
	case o.supervisor && o.all:
		return q, cli.Exclusive("supervisor", "all")
	case o.lines < 0:
		return q, cli.BadFlag("lines", "--lines %d is not a number of lines", o.lines)
	case o.level != "" && logs.ParseLevel(o.level) == 0:
		return q, cli.BadFlag("level", "--level %q is none of %s", o.level, strings.Join(logs.Levels, ", "))
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

// sinceLayouts are the points in time that --since reads: those that a person
// types, and those that our logs and other programs print. Fractions of a second
// are read in each that has seconds.
var sinceLayouts = []string{
	time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04Z07:00",
	"2006-01-02T15:04:05", "2006-01-02T15:04", time.DateTime, "2006-01-02 15:04", time.DateOnly,
}

// parseSince reads a duration before now, a clock time of today, or a point in
// time. Where it names no zone it is in now's.
func parseSince(text string, now time.Time) (time.Time, error) {
	if d, err := parseAge(text); err == nil && d >= 0 {
		return now.Add(-d), nil
	}
	for _, layout := range sinceLayouts {
		if at, err := time.ParseInLocation(layout, text, now.Location()); err == nil {
			return at, nil
		}
	}
	today := now.Format(time.DateOnly)
	for _, layout := range []string{time.TimeOnly, "15:04"} {
		at, err := time.ParseInLocation(time.DateOnly+" "+layout, today+" "+text, now.Location())
		if err == nil && at.After(now) { // nothing is younger; that of yesterday may be meant
			return at, cli.BadFlag("since", "--since %s is still to come today: say of which day, as in %sT%s", text, now.AddDate(0, 0, -1).Format(time.DateOnly), at.Format("15:04"))
		}
		if err == nil {
			return at, nil
		}
	}
	return time.Time{}, cli.BadFlag("since", "--since %q is neither a duration (10m, 2h, 1d) nor a time (12:00, 2026-11-25T09:00, 2026-11-25T09:00:00Z)", text)
}

// parseAge reads a duration that may begin with days, of 24 hours each: 1d, 1d12h.
func parseAge(text string) (time.Duration, error) {
	if days, rest, ok := strings.Cut(text, "d"); ok {
		n, err := strconv.ParseUint(days, 10, 32)
		if err != nil {
			return 0, err
		}
		text = strconv.FormatUint(n*24, 10) + "h" + rest
	}
	return time.ParseDuration(text)
}

func runLogs(c *cobra.Command, o *logsOptions) error {
	query, err := o.query(c, time.Now())
	if err != nil {
		return cli.UsageProblem(err)
	}
	path, err := cli.HomePath()
	if err != nil {
		return err
	}
	home, there, err := statefile.FindHome(path)
	if err != nil {
		return cli.SystemProblem(err, "no log was read")
	}
	if !there && !o.follow {
		return noLog("there is no home " + path)
	}
	p := newPager(c.OutOrStdout(), o.all)
	if there {
		if err := o.checkLost(c, home); err != nil {
			return err
		}
	}
	if !o.follow {
		none := func() { cli.Note(c, "%s", o.nothing(home)) }
		return cli.UntilEnd(c.OutOrStdout(), func(context.Context) error { return p.history(o.sources(home), query, none) })
	}
	waits := sync.OnceFunc(func() {
		cli.Warn(c, "there is no log yet: %s; waiting for it", o.sources(statefile.Home(path))[0].Path)
	})
	return cli.UntilEnd(c.OutOrStdout(), func(ctx context.Context) error {
		if !there {
			waits()
			query.Count, query.Since = -1, time.Time{} // all that will be there is new
			if home, err = awaitHome(ctx, path); err != nil || ctx.Err() != nil {
				return err
			}
		}
		return p.follow(ctx, o.sources(home), query, waits, func() { o.warnLost(c, home) })
	})
}

// awaitHome waits until there is a home at path, or ctx ends. It makes none: whoever
// starts something there does.
func awaitHome(ctx context.Context, path string) (statefile.Home, error) {
	wake := probes.Changes(ctx, path) // before the first look
	for {
		home, there, err := statefile.FindHome(path)
		if err != nil {
			return "", cli.SystemProblem(err, "no log was read")
		}
		if there {
			return home, nil
		}
		select {
		case <-ctx.Done():
			return "", nil
		case <-wake:
		}
	}
}

// sources are the logs that are asked for.
func (o *logsOptions) sources(home statefile.Home) []logs.Log {
	switch {
	case o.supervisor:
		return []logs.Log{inspect.SupervisorLog(home)}
	case o.all:
		return []logs.Log{inspect.TemporalLog(home), inspect.SupervisorLog(home)}
	}
	return []logs.Log{inspect.TemporalLog(home)}
}

// checkLost warns of a log that is not at its path. It is a Problem if nothing of that log can
// be printed.
func (o *logsOptions) checkLost(c *cobra.Command, home statefile.Home) error {
	lost := o.lost(home)
	if sources := o.sources(home); lost != "" && !o.follow && !sources[0].Exists() && len(sources) == 1 {
		return &cli.Problem{
			What: lost, Means: "what it writes cannot be read any more; Temporal itself serves on",
			Try: "stigmer local restart, which writes it anew", Exit: cli.ExitFailed,
		}
	}
	o.warnLost(c, home)
	return nil
}

func (o *logsOptions) warnLost(c *cobra.Command, home statefile.Home) {
	if lost := o.lost(home); lost != "" {
		cli.Warn(c, "%s; %s", lost, inspect.LogAnew(home))
	}
}

// lost says where Temporal writes its log if that is not the file at its path, else it is
// empty. Of the supervisor's log it says nothing.
func (o *logsOptions) lost(home statefile.Home) string {
	document, err := (statefile.File{Home: home}).Load()
	if o.supervisor || err != nil {
		return ""
	}
	return inspect.LostLog(home, document.Temporal, document.Supervisor)
}

// nothing says why no line is printed, which could be taken for a failure to look.
func (o *logsOptions) nothing(home statefile.Home) string {
	var paths []string
	for _, source := range o.sources(home) {
		paths = append(paths, source.Path)
	}
	where := strings.Join(paths, " and ")
	if o.since != "" || o.level != "" {
		return "Nothing to print: no line that was asked for is in " + where
	}
	return "Nothing to print: there is no line yet in " + where
}

func noLog(what string) *cli.Problem {
	return &cli.Problem{What: what, Means: "nothing was ever started there, so there is nothing to print", Try: "stigmer local start, or another home: STIGMER_HOME=DIR", Exit: cli.ExitFailed}
}

// logProblem puts an error of reading a log into words.
func logProblem(err error) *cli.Problem {
	p := cli.SystemProblem(err, "the log was not read")
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
