package cmd

import (
	"fmt"
	"io"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/stigmer/local/fsm"
)

// progress tells each state that is seen while a command waits: on a terminal in
// one line that is overwritten, elsewhere as plain lines, and in a JSON log as
// lines of that.
type progress struct {
	out   io.Writer
	voice voice
	log   hclog.Logger
	fancy bool
	began time.Time
	last  fsm.State
}

func newProgress(out io.Writer, v voice, log hclog.Logger) *progress {
	return &progress{out: out, voice: v, log: log, fancy: redraws(out) && !v.verbose && !v.json && !v.quiet, began: time.Now()}
}

func (p *progress) saw(r fsm.Record) {
	if r.State == p.last || p.last == "" && (r.State == fsm.Stopped || r.State == fsm.Healthy) {
		return // where it stood before is no progress
	}
	p.last = r.State
	switch {
	case p.voice.quiet:
		return
	case p.voice.json:
		p.log.Info("progress", "state", r.State, "reason", r.Reason)
		return
	}
	line := fmt.Sprintf("%-10s %s", r.State, r.Reason)
	if p.fancy {
		fmt.Fprintf(p.out, "\r\x1b[K%5.1fs %.70s", time.Since(p.began).Seconds(), line)
		return
	}
	fmt.Fprintln(p.out, line)
}

// done clears the line, so that what is printed next begins a line of its own.
func (p *progress) done() {
	if p.fancy && p.last != "" {
		fmt.Fprint(p.out, "\r\x1b[K")
	}
}
