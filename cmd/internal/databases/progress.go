package databases

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/stigmer/local/actions/transfer"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/human"
)

// progress shows how far a stage is: on a terminal in a line that is drawn anew, elsewhere
// with one line a stage.
type progress struct {
	out     io.Writer
	redraws bool
	stage   transfer.Stage
	percent int64
}

func newProgress(c *cobra.Command) *progress {
	out := cli.ProgressOut(c)
	return &progress{out: out, redraws: cli.Redraws(out) && !cli.VoiceOf(c).JSON, percent: -1}
}

// barWidth is how many characters a whole bar has.
const barWidth = 30

// show is a transfer.Progress.
func (p *progress) show(stage transfer.Stage, done, total int64) {
	percent := int64(100)
	if total > 0 {
		percent = done * 100 / total
	}
	if stage == p.stage && percent == p.percent || !p.redraws && percent < 100 {
		return
	}
	p.stage, p.percent = stage, percent
	of := fmt.Sprintf("%d %s", total, units[stage])
	if stage == transfer.Copying {
		of = human.FormatSize(total)
	}
	if !p.redraws {
		fmt.Fprintf(p.out, "%-10s %s\n", stage, of)
		return
	}
	filled := int(percent * barWidth / 100)
	fmt.Fprintf(p.out, "%s%-10s [%-*s] %3d%%  of %s", cli.StartLine, stage, barWidth, bar[:filled], percent, of)
	if percent == 100 {
		fmt.Fprintln(p.out)
	}
}

const bar = "##############################"

var units = map[transfer.Stage]string{transfer.Bringing: "rows", transfer.Checking: "tables"}
