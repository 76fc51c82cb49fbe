package installer

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/schollz/progressbar/v3"

	"github.com/stigmer/local/actions"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/human"
)

// installProgress reports an installation: each step as a line and, on a terminal
// alone, a bar for a download and the last line that go printed.
type installProgress struct {
	out      io.Writer
	terminal bool
	// log gets the steps in place of out where they are to be JSON.
	log   hclog.Logger
	began time.Time
	// bar shows the download that is under way on a terminal, drawn says that a line is
	// there which the next step must clear.
	bar   *progressbar.ProgressBar
	drawn bool
	// from and since are where the measured part of a download began.
	from  int64
	since time.Time
}

func newInstallProgress(out io.Writer, v cli.Voice) *installProgress {
	p := &installProgress{out: out, terminal: cli.Redraws(out) && !v.JSON, began: time.Now()}
	if v.JSON {
		p.log = v.CommandLog(out)
	}
	return p
}

// Step reports a step.
func (p *installProgress) Step(line string) {
	p.clear()
	if p.log != nil {
		p.log.Info("installation", "step", strings.Join(strings.Fields(line), " "))
		return
	}
	fmt.Fprintln(p.out, line)
}

// Downloaded reports how far a download is, and at its end how fast it was.
func (p *installProgress) Downloaded(bytes, whole int64) {
	if p.since.IsZero() || bytes < p.from {
		p.clear()
		p.from, p.since = bytes, time.Now()
	}
	switch {
	case bytes == whole:
		p.Step(fmt.Sprintf("%-10s %s%s", "Fetched", human.FormatSize(bytes), rate(bytes-p.from, time.Since(p.since))))
	case p.terminal:
		if p.bar == nil {
			p.bar = downloadBar(p.out, whole-bytes)
		}
		p.bar.Set64(bytes - p.from)
		p.drawn = true
	}
}

// downloadBar is a bar for the bytes that are still to come, since a rate that counts
// what an earlier download had kept would be wrong. Less than one byte means that the
// size is not known.
func downloadBar(out io.Writer, rest int64) *progressbar.ProgressBar {
	if rest <= 0 {
		rest = -1
	}
	return progressbar.NewOptions64(rest,
		progressbar.OptionSetWriter(out), progressbar.OptionUseANSICodes(true), progressbar.OptionThrottle(cli.Redraw),
		progressbar.OptionSetDescription(strings.Repeat(" ", 10)), progressbar.OptionSetWidth(24),
		progressbar.OptionShowBytes(true), progressbar.OptionUseIECUnits(true), progressbar.OptionShowTotalBytes(true), progressbar.OptionShowCount(),
		progressbar.OptionSetElapsedTime(false), progressbar.OptionSetPredictTime(false),
		progressbar.OptionSetSpinnerChangeInterval(0), // no goroutine of the bar's own
		progressbar.OptionSetTheme(progressbar.Theme{Saucer: "#", SaucerPadding: "-", BarStart: "[", BarEnd: "]"}))
}

// BuildOutput shows the last line that go printed, on a terminal alone.
func (p *installProgress) BuildOutput(line string) {
	if p.terminal {
		line = fmt.Sprintf("%-10s %s  %s", "", human.FormatDuration(time.Since(p.began)), line)
		fmt.Fprint(p.out, cli.StartLine, actions.Shortened(line, cli.Columns(p.out)))
		p.drawn = true
	}
}

// clear ends the current bar or line of go's, so that the next step begins a new line.
func (p *installProgress) clear() {
	if p.drawn {
		fmt.Fprint(p.out, cli.StartLine)
	}
	p.bar, p.drawn, p.from, p.since = nil, false, 0, time.Time{}
}

// rate is how fast a download is, empty while the time is too short to say.
func rate(bytes int64, in time.Duration) string {
	if in < cli.Redraw || bytes <= 0 {
		return ""
	}
	return fmt.Sprintf("  %s/s", human.FormatSize(int64(float64(bytes)/in.Seconds())))
}
