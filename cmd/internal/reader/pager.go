package reader

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"

	"github.com/stigmer/local/actions/logfile"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/probes/files"
	"github.com/stigmer/local/probes/logs"
)

// pager prints the entries of logs.
type pager struct {
	out *bufio.Writer
	// named puts the log's name before each line.
	named bool
	// terminal says that what is printed must do nothing else to a terminal, colours
	// that warnings and errors are coloured on it.
	terminal, colours bool
}

func newPager(out io.Writer, named bool) *pager {
	return &pager{bufio.NewWriter(out), named, cli.Terminal(out), cli.Colours(out)}
}

// history prints what the query asks for, of those logs that are there. Where that is
// no line, although some would be printed, it calls none.
func (p *pager) history(sources []logs.Log, query logs.Query, none func()) error {
	there := slices.DeleteFunc(slices.Clone(sources), func(l logs.Log) bool { return !l.Exists() })
	if len(there) == 0 {
		return noLog("there is no log yet: " + sources[0].Path)
	}
	var all []logs.Entry
	for _, source := range there {
		entries, err := source.Read(query)
		if err != nil {
			return logProblem(err)
		}
		all = logs.Merge(all, entries)
	}
	if len(all) == 0 && query.Count != 0 {
		none()
	}
	return p.print(logs.Cut(all, query.Count))
}

// follow prints what the query asks for, and then what is new. Of a log that is not
// there yet all is; where none is, it calls waits. It calls warn at first, and when a path leads to
// another file than before, or to none any more.
func (p *pager) follow(ctx context.Context, sources []logs.Log, query logs.Query, waits, warn func()) error {
	var paths []string
	for _, source := range sources {
		paths = append(paths, source.Path)
	}
	wake, led := files.Changes(ctx, paths...), filesAt(paths) // before the first look at anything
	warn()
	var all []logs.Entry
	var followers []*logs.Follower
	there := false
	for _, source := range sources {
		entries, follower, err := source.Last(query)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			follower = source.New(query)
		case err != nil:
			return logProblem(err)
		default:
			there = true
		}
		defer follower.Close()
		followers = append(followers, follower)
		all = logs.Merge(all, entries)
	}
	if !there {
		waits()
	}
	if err := p.print(logs.Cut(all, query.Count)); err != nil {
		return err
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-wake:
		}
		if now := filesAt(paths); !slices.EqualFunc(led, now, sameLog) {
			led = now
			warn()
		}
		if err := p.news(ctx, followers); err != nil {
			return err
		}
	}
}

// filesAt returns the file at each path, nil for none.
func filesAt(paths []string) []fs.FileInfo {
	files := make([]fs.FileInfo, len(paths))
	for i, path := range paths {
		files[i], _ = os.Lstat(path)
	}
	return files
}

// sameLog reports whether two of filesAt's results are the same file, or both none.
func sameLog(a, b fs.FileInfo) bool {
	return a == nil && b == nil || a != nil && b != nil && os.SameFile(a, b)
}

// news prints all that is new.
func (p *pager) news(ctx context.Context, followers []*logs.Follower) error {
	for ctx.Err() == nil {
		var all []logs.Entry
		for _, follower := range followers {
			entries, err := follower.Next()
			if err != nil {
				return logProblem(err)
			}
			all = logs.Merge(all, entries)
		}
		if len(all) == 0 {
			break
		}
		if err := p.print(all); err != nil {
			return err
		}
	}
	return nil
}

func (p *pager) print(entries []logs.Entry) error {
	for _, entry := range entries {
		for _, line := range entry.Lines {
			if p.terminal {
				line = logfile.Printable(line)
			}
			if p.colours {
				line = paintLevel(line)
			}
			if p.named {
				fmt.Fprintf(p.out, "%-10s | %s\n", entry.From, line)
			} else {
				p.out.WriteString(line) // its error comes with Flush
				p.out.WriteByte('\n')
			}
		}
	}
	return p.out.Flush()
}

// paintLevel colours a line that says to be a warning or an error.
func paintLevel(line string) string {
	switch logs.LevelOf(line) {
	case logs.Error:
		return cli.Painted(line, cli.Red)
	case logs.Warn:
		return cli.Painted(line, cli.Yellow)
	}
	return line
}
