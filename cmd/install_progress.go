package cmd

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/stigmer/local/actions"
)

// installProgress tells how an installation goes on: steps as lines; a download,
// and what go prints, on a terminal in one line that is overwritten, elsewhere as
// a line now and then.
type installProgress struct {
	out   io.Writer
	fancy bool
	// log is told the lines instead, where they are to be JSON.
	log   hclog.Logger
	began time.Time
	// next is when a line may be drawn again.
	next  time.Time
	drawn bool
	// from and since are where the measured part of a download began.
	from  int64
	since time.Time
}

// redraw and repeat are the pauses between two lines, on a terminal and elsewhere.
const (
	redraw = 100 * time.Millisecond
	repeat = 10 * time.Second
)

func newInstallProgress(out io.Writer, v voice) *installProgress {
	p := &installProgress{out: out, fancy: redraws(out) && !v.json, began: time.Now()}
	if v.json {
		p.log = v.commandLog(out)
	}
	return p
}

func (p *installProgress) line(text string) {
	if p.log != nil {
		p.log.Info("installation", "step", strings.Join(strings.Fields(text), " "))
		return
	}
	fmt.Fprintln(p.out, text)
}

// Say tells a step.
func (p *installProgress) Say(line string) {
	p.done()
	p.from, p.since, p.next = 0, time.Time{}, time.Time{}
	p.line(line)
}

// Got tells how far a download is, and at its end how fast it was.
func (p *installProgress) Got(bytes, whole int64) {
	now := time.Now()
	if p.since.IsZero() || bytes < p.from {
		p.from, p.since, p.next = bytes, now, now.Add(p.pause())
	}
	speed := rate(bytes-p.from, now.Sub(p.since))
	switch {
	case bytes == whole:
		p.Say(fmt.Sprintf("%-10s %s%s", "Fetched", bytesText(bytes), speed))
	case !now.Before(p.next):
		p.next = now.Add(p.pause())
		p.draw(downloadLine(bytes, whole, p.fancy) + speed)
	}
}

// Heard shows what go printed last.
func (p *installProgress) Heard(line string) {
	now := time.Now()
	if p.next.IsZero() && !p.fancy {
		p.next = now.Add(p.pause())
	}
	if now.Before(p.next) {
		return
	}
	p.next = now.Add(p.pause())
	p.draw(fmt.Sprintf("%-10s %s  %s", "", roundly(now.Sub(p.began)), line))
}

func (p *installProgress) pause() time.Duration {
	if p.fancy {
		return redraw
	}
	return repeat
}

func (p *installProgress) draw(line string) {
	if p.fancy {
		fmt.Fprint(p.out, startLine, actions.Shortened(line, columns(p.out)))
		p.drawn = true
		return
	}
	p.line(line)
}

// done clears the line, so that what is printed next begins a line of its own.
func (p *installProgress) done() {
	if p.drawn {
		fmt.Fprint(p.out, startLine)
		p.drawn = false
	}
}

// rate is how fast it goes, nothing while that cannot be told.
func rate(bytes int64, in time.Duration) string {
	if in < redraw || bytes <= 0 {
		return ""
	}
	return fmt.Sprintf("  %s/s", bytesText(int64(float64(bytes)/in.Seconds())))
}

// barWidth leaves room for the figures in 80 columns.
const barWidth = 24

func downloadLine(bytes, whole int64, bar bool) string {
	if whole <= 0 {
		return fmt.Sprintf("%-10s %s", "", bytesText(bytes))
	}
	share := float64(min(bytes, whole)) / float64(whole)
	drawn := ""
	if bar {
		full := int(share * barWidth)
		drawn = "[" + strings.Repeat("#", full) + strings.Repeat("-", barWidth-full) + "] "
	}
	return fmt.Sprintf("%-10s %s%3.0f%%  %s of %s", "", drawn, share*100, bytesText(bytes), bytesText(whole))
}
