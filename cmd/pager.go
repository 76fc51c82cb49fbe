package cmd

import (
	"bufio"
	"context"
	"fmt"
	"io"

	"github.com/stigmer/local/actions"
	"github.com/stigmer/local/probes"
	"github.com/stigmer/local/probes/logs"
)

// pager prints the entries of logs.
type pager struct {
	out *bufio.Writer
	// named puts the log's name before each line.
	named bool
	// terminal says that what is printed must do nothing else to a terminal.
	terminal bool
}

func newPager(out io.Writer, named bool) *pager {
	return &pager{bufio.NewWriter(out), named, terminal(out)}
}

// history prints what the query asks for.
func (p *pager) history(sources []logs.Log, query logs.Query) error {
	var all []logs.Entry
	for _, source := range sources {
		entries, err := source.Read(query)
		if err != nil {
			return logProblem(err)
		}
		all = logs.Merge(all, entries)
	}
	return p.print(logs.Cut(all, query.Count))
}

// follow prints what the query asks for, and then what is new.
func (p *pager) follow(ctx context.Context, sources []logs.Log, query logs.Query, folder string) error {
	wake := probes.Changes(ctx, folder) // before the first look
	var all []logs.Entry
	var followers []*logs.Follower
	for _, source := range sources {
		entries, follower, err := source.Last(query)
		if err != nil {
			return logProblem(err)
		}
		defer follower.Close()
		followers = append(followers, follower)
		all = logs.Merge(all, entries)
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
		if err := p.news(ctx, followers); err != nil {
			return err
		}
	}
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
				line = actions.Printable(line)
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
