package dashboard

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/stigmer/local/actions/logfile"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/human"
	"github.com/stigmer/local/cmd/internal/inspect"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/logs"
	"github.com/stigmer/local/statefile"
)

// statePage is what the live view shows: what fits of it, the state always, then the
// evidence, the transitions and the logs.
type statePage struct {
	home          string
	ends          string // what ends the view
	width, height int
	at            time.Time
	report        inspect.StateReport
	// entries are the latest lines of both logs, as many as could be shown.
	entries []logs.Entry
}

// The least rows that the transitions and the logs are given, their headings
// included, before the evidence is cut to what is wrong.
const (
	pathRows = 6
	logRows  = 6
)

func newPage(s *inspect.Snapshot, ends string, width, height int) statePage {
	return statePage{string(s.Home), ends, width, height, time.Now(), s.Report(), latestEntries(s.Home, height)}
}

// latestEntries are the last lines of both logs, merged. A log that cannot be
// read has none: state --explain is for what is wrong, and logs says why.
func latestEntries(home statefile.Home, count int) []logs.Entry {
	var all []logs.Entry
	for _, log := range []logs.Log{inspect.TemporalLog(home), inspect.SupervisorLog(home)} {
		if entries, err := log.Read(logs.Query{Count: count, Timed: true}); err == nil {
			all = logs.Merge(all, entries)
		}
	}
	return logs.Cut(all, count)
}

// lines are no more than the page's height, and none is longer than its width.
func (p statePage) lines(colours bool) []string {
	lines := p.text(func(b *bytes.Buffer) { inspect.PrintState(b, p.report, false) })
	state := 2 // where the state's line is, below
	lines = append([]string{p.heading(), ""}, lines...)
	left := p.height - len(lines)
	evidence := p.evidence(left >= len(p.report.Evidence)+2+pathRows+logRows)
	lines = append(lines, evidence...)
	left = p.height - len(lines)
	lines = append(lines, p.path(left-logRows)...)
	lines = append(lines, p.latest(p.height-len(lines))...)
	lines = lines[:max(0, min(len(lines), p.height))]
	for i, line := range lines {
		line = human.Shortened(logfile.Printable(strings.ReplaceAll(line, "\t", "    ")), p.width)
		if colours {
			line = paint(line, p.report.State, i == state)
		}
		lines[i] = line
	}
	return lines
}

func (p statePage) text(print func(*bytes.Buffer)) []string {
	var b bytes.Buffer
	print(&b)
	return strings.Split(strings.TrimRight(b.String(), "\n"), "\n")
}

func (p statePage) heading() string {
	return fmt.Sprintf("%s  %s  (%s ends)", p.at.Format(time.TimeOnly), p.home, p.ends)
}

// evidence is all of it, or else how much there is and what of it is wrong.
func (p statePage) evidence(all bool) []string {
	if all {
		return p.text(func(b *bytes.Buffer) { inspect.PrintEvidence(b, p.report) })
	}
	good, wrong := 0, []string{}
	for _, e := range p.report.Evidence {
		if e.OK {
			good++
		} else {
			wrong = append(wrong, fmt.Sprintf("  !!  %s: %s", e.Name, e.Detail))
		}
	}
	return append([]string{"", fmt.Sprintf("Evidence: %d of %d ok", good, len(p.report.Evidence))}, wrong...)
}

// path is the latest transitions, in no more than so many rows.
func (p statePage) path(rows int) []string {
	shown := min(rows-2, pathRows-2, len(p.report.History))
	if shown <= 0 {
		return nil
	}
	latest := p.report
	latest.History = latest.History[len(latest.History)-shown:]
	return p.text(func(b *bytes.Buffer) { inspect.PrintHistory(b, latest) })
}

// latest is the latest lines of the logs, in no more than so many rows.
func (p statePage) latest(rows int) []string {
	if rows <= 2 || len(p.entries) == 0 {
		return nil
	}
	lines := []string{"", "Latest log lines:"}
	for _, entry := range logs.Cut(p.entries, rows-2) {
		for _, line := range entry.Lines {
			lines = append(lines, fmt.Sprintf("  %-10s | %s", entry.From, line))
		}
	}
	return lines
}

// paint colours the state's line, and each that names something wrong.
func paint(line string, state fsm.State, isState bool) string {
	switch {
	case isState && state == fsm.Healthy:
		return cli.Painted(line, cli.Green)
	case isState && state == fsm.Stopped, strings.HasPrefix(line, "  !!"):
		return cli.Painted(line, cli.Red)
	case isState:
		return cli.Painted(line, cli.Yellow)
	}
	return line
}
