package reader

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/inspect"
	"github.com/stigmer/local/probes/files"
	"github.com/stigmer/local/probes/logs"
	"github.com/stigmer/local/statefile"
)

// Options is what the flags of logs say.
type Options struct {
	Follow, Supervisor, All bool
	Lines                   int
	Since, Level            string
}

// query turns the flags into what package logs understands.
func (o *Options) query(c *cobra.Command, now time.Time) (logs.Query, error) {
	q := logs.Query{Count: o.Lines, Timed: o.All}
	switch {
	case o.Supervisor && o.All:
		return q, cli.Exclusive("supervisor", "all")
	case o.Lines < 0:
		return q, cli.BadFlag("lines", "--lines %d is not a number of lines", o.Lines)
	case o.Level != "" && logs.ParseLevel(o.Level) == 0:
		return q, cli.BadFlag("level", "--level %q is none of %s", o.Level, strings.Join(logs.Levels, ", "))
	}
	q.Level = logs.ParseLevel(o.Level)
	if c.Flags().Changed("since") {
		since, err := parseSince(o.Since, now)
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

// Run prints what the options ask for, until all is printed or, if they follow, until Ctrl-C.
func Run(c *cobra.Command, o *Options) error {
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
	if !there && !o.Follow {
		return noLog("there is no home " + path)
	}
	p := newPager(c.OutOrStdout(), o.All)
	if there && !o.Follow {
		if err := o.checkLost(c, home); err != nil {
			return err
		}
	}
	if !o.Follow {
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

// awaitHome waits until there is a home at path, or ctx ends. It makes none: a start there does.
func awaitHome(ctx context.Context, path string) (statefile.Home, error) {
	wake := files.Changes(ctx, path) // before the first check
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
func (o *Options) sources(home statefile.Home) []logs.Log {
	switch {
	case o.Supervisor:
		return []logs.Log{inspect.SupervisorLog(home)}
	case o.All:
		return []logs.Log{inspect.TemporalLog(home), inspect.SupervisorLog(home)}
	}
	return []logs.Log{inspect.TemporalLog(home)}
}

// checkLost warns of a log that is not at its path. It is a Problem if nothing of that log can
// be printed.
func (o *Options) checkLost(c *cobra.Command, home statefile.Home) error {
	lost := o.lost(home)
	if sources := o.sources(home); lost != "" && !sources[0].Exists() && len(sources) == 1 {
		return &cli.Problem{
			What: lost, Means: "what it writes cannot be read any more; Temporal itself serves on",
			Try: "stigmer local restart, which writes it anew", Exit: cli.ExitFailed,
		}
	}
	o.warnLost(c, home)
	return nil
}

func (o *Options) warnLost(c *cobra.Command, home statefile.Home) {
	if lost := o.lost(home); lost != "" {
		cli.Warn(c, "%s; %s", lost, inspect.LogAnew(home))
	}
}

// lost says where Temporal writes its log if that is not the file at its path, else it is
// empty. Of the supervisor's log it says nothing.
func (o *Options) lost(home statefile.Home) string {
	document, err := (statefile.File{Home: home}).Load()
	if o.Supervisor || err != nil {
		return ""
	}
	return inspect.LostLog(home, document.Temporal, document.Supervisor)
}

// nothing says why no line is printed, which could be taken for a failure to look.
func (o *Options) nothing(home statefile.Home) string {
	var paths []string
	for _, source := range o.sources(home) {
		paths = append(paths, source.Path)
	}
	where := strings.Join(paths, " and ")
	if o.Since != "" || o.Level != "" {
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
