package lifecycle

import (
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/stigmer/local/actions/logfile"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/human"
	"github.com/stigmer/local/cmd/internal/inspect"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

// progress reports each state that is entered while a command waits, and how long after the
// command began that was seen: a line for each, and in a JSON log lines of that. On a terminal
// the time goes on below the last of them, in a line that is overwritten.
type progress struct {
	out   io.Writer
	voice cli.Voice
	log   hclog.Logger
	began time.Time
	// beat is when the time is drawn anew, nil where nothing can be overwritten.
	beat <-chan time.Time

	mu sync.Mutex // the command's goroutine reports, the one that waits for it draws
	// past is what the record's history had at the last report: with it no state is missed
	// that came and went between two records that were read.
	past inspect.Past
	last fsm.State
	over bool
}

func newProgress(out io.Writer, v cli.Voice, log hclog.Logger) *progress {
	p := &progress{out: out, voice: v, log: log, began: time.Now()}
	if cli.Redraws(out) && !v.Verbose && !v.JSON && !v.Quiet {
		p.beat = time.Tick(cli.Redraw)
	}
	return p
}

// saw reports what has happened up to a record that was read.
func (p *progress) saw(document statefile.Document) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.over || p.voice.Quiet {
		return
	}
	fresh, r := p.news(document.History), document.Record
	for _, t := range fresh {
		p.report(t.To, t.Cause)
	}
	stood := p.last == "" && (r.State == fsm.Stopped || r.State == fsm.Healthy)
	if len(fresh) == 0 && !stood { // where it stood before is no progress
		p.report(r.State, r.Reason)
	}
}

// news are the transitions that were not reported. Of the first record those are this command's
// that are not older than it, nor of a future that a clock was set back from.
func (p *progress) news(history []fsm.Transition) []fsm.Transition {
	first := p.past == inspect.Past{}
	fresh := p.past.News(history)
	if first {
		began, now := fsm.Instant(p.began.UnixMilli()), fsm.Instant(time.Now().UnixMilli())
		fresh = slices.DeleteFunc(slices.Clone(fresh), func(t fsm.Transition) bool { return t.At < began || t.At > now })
	}
	return fresh
}

func (p *progress) report(state fsm.State, cause string) {
	if state == p.last {
		return
	}
	p.last = state
	if p.voice.JSON {
		p.log.Info("progress", "state", state, "reason", cause, "elapsed_ms", time.Since(p.began).Milliseconds())
		return
	}
	line := fmt.Sprintf("%-10s %6s  %s", state, p.elapsed(), inspect.Why(state, cause))
	if p.beat != nil {
		line = cli.StartLine + human.Shortened(logfile.Printable(line), cli.Columns(p.out))
	}
	fmt.Fprintln(p.out, line)
}

// elapsed is how long it has taken so far.
func (p *progress) elapsed() string { return elapsed(p.began) }

func elapsed(began time.Time) string { return fmt.Sprintf("%.1fs", time.Since(began).Seconds()) }

// draw shows the time. What is printed next begins where it begins.
func (p *progress) draw() {
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprint(p.out, cli.StartLine, fmt.Sprintf("%-10s %6s", "", p.elapsed()), "\r")
}

// done clears the time, so that what is printed next begins a line of its own.
func (p *progress) done() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.over = true
	if p.beat != nil {
		fmt.Fprint(p.out, cli.StartLine)
	}
}
