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
		width := 0
		if p.fancy {
			width = columns(p.out)
		}
		p.draw(downloadLine(bytes, whole, speed, width))
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

// The figures come first: a bar is drawn in what room they leave, and none where that
// would be shorter than leastBar. Both begin below the words of a step, if they can.
const (
	barWidth  = 24
	leastBar  = 4
	stepWidth = 11
)

// downloadLine is how far a download is, with a bar if a width is given.
func downloadLine(bytes, whole int64, speed string, width int) string {
	indent := strings.Repeat(" ", stepWidth)
	if whole <= 0 {
		return indent + bytesText(bytes) + speed
	}
	share := float64(min(bytes, whole)) / float64(whole)
	figures := fmt.Sprintf("%3.0f%%  %s of %s%s", share*100, bytesText(bytes), bytesText(whole), speed)
	if width == 0 {
		return indent + figures
	}
	indent = indent[:max(0, min(stepWidth, width-len(figures)))]
	bar := min(barWidth, width-len(indent)-len(figures)-len("[] "))
	if bar < leastBar {
		return indent + figures
	}
	full := int(share * float64(bar))
	return indent + "[" + strings.Repeat("#", full) + strings.Repeat("-", bar-full) + "] " + figures
}
