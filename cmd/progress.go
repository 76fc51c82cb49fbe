package cmd

import (
	"fmt"
	"io"
	"time"

	"github.com/stigmer/local/fsm"
)

// progress tells each state that is seen while a command waits: on a terminal in
// one line that is overwritten, elsewhere as plain lines.
type progress struct {
	out   io.Writer
	fancy bool
	began time.Time
	last  fsm.State
}

func newProgress(out io.Writer) *progress {
	return &progress{out: out, fancy: terminal(out), began: time.Now()}
}

func (p *progress) saw(r fsm.Record) {
	if r.State == p.last || p.last == "" && (r.State == fsm.Stopped || r.State == fsm.Healthy) {
		return // where it stood before is no progress
	}
	p.last = r.State
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
