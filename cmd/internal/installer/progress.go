package installer

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/schollz/progressbar/v3"

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
	// bar shows the download that is under way on a terminal, from the byte at which it
	// began. drawn says that a line is there which the next step must clear.
	bar   *progressbar.ProgressBar
	from  int64
	drawn bool
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

// printDue prints a line of a step where there is no terminal, and not too often.
func (p *installProgress) printDue(line string) {
	if now := time.Now(); !now.Before(p.next) {
		p.next = now.Add(repeat)
		p.print(line)
	}
}

// Downloaded reports how far a download is. whole is 0 if the size is not known.
func (p *installProgress) Downloaded(bytes, whole int64) {
	switch {
	case bytes == whole:
		p.Step(fmt.Sprintf("%-10s %s", "Fetched", human.FormatSize(bytes)))
	case p.terminal:
		if p.bar == nil || bytes < p.from {
			p.clear()
			p.bar, p.from = downloadBar(p.out, whole-bytes), bytes
		}
		p.bar.Set64(bytes - p.from)
		p.drawn = true
	case whole > 0:
		p.printDue(fmt.Sprintf("%-10s %3d%%  %s of %s", "", bytes*100/whole, human.FormatSize(bytes), human.FormatSize(whole)))
	default:
		p.printDue(fmt.Sprintf("%-10s %s", "", human.FormatSize(bytes)))
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

// BuildOutput shows the last line that go printed.
func (p *installProgress) BuildOutput(line string) {
	line = fmt.Sprintf("%-10s %s  %s", "", human.FormatDuration(time.Since(p.began)), line)
	if !p.terminal {
		p.printDue(line)
		return
	}
	fmt.Fprint(p.out, cli.StartLine, human.Shortened(line, cli.Columns(p.out)))
	p.drawn = true
}

// clear ends the current bar or line of go's, so that the next step begins a new line.
func (p *installProgress) clear() {
	if p.drawn {
		fmt.Fprint(p.out, cli.StartLine)
	}
	p.bar, p.drawn = nil, false
}
