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

// installProgress reports an installation: each step as a line, and how far a step is: on a
// terminal by a bar for a download and the last line that go printed, elsewhere by a line
// each repeat.
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
	// next is when the next line of a step is due where there is no terminal.
	next time.Time
}

// repeat is the pause between two lines of one step where there is no terminal.
const repeat = 10 * time.Second

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
	p.next = time.Now().Add(repeat)
	p.print(line)
}

func (p *installProgress) print(line string) {
	if p.log != nil {
		p.log.Info("installation", "step", strings.Join(strings.Fields(line), " "))
		return
	}
	fmt.Fprintln(p.out, line)
}

// due reports whether a line of a step is to be printed, where there is no terminal.
func (p *installProgress) due() bool {
	if p.terminal || time.Now().Before(p.next) {
		return false
	}
	p.next = time.Now().Add(repeat)
	return true
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
	case p.due():
		p.print(fmt.Sprintf("%-10s %s%s", "", share(bytes, whole), rate(bytes-p.from, time.Since(p.since))))
	}
}

// share is how much of a download is there; whole is less than one byte if the size is not
// known.
func share(bytes, whole int64) string {
	if whole <= 0 {
		return human.FormatSize(bytes)
	}
	return fmt.Sprintf("%3.0f%%  %s of %s", float64(min(bytes, whole))/float64(whole)*100, human.FormatSize(bytes), human.FormatSize(whole))
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

// BuildOutput shows the last line that go printed.
func (p *installProgress) BuildOutput(line string) {
	line = fmt.Sprintf("%-10s %s  %s", "", human.FormatDuration(time.Since(p.began)), line)
	switch {
	case p.terminal:
		fmt.Fprint(p.out, cli.StartLine, actions.Shortened(line, cli.Columns(p.out)))
		p.drawn = true
	case p.due():
		p.print(line)
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
