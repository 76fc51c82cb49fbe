package program

import (
	"context"

	"github.com/stigmer/local/actions/launch"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/temporal"
	"github.com/stigmer/local/statefile"
)

// Try runs the program of a record with --version as Temporal will be run: in its folder, and
// with environ, usually launch.Environment(r, home). A shim of a version manager picks the program
// by the folder, so it may work where a command is typed and fail where Temporal runs. Try returns
// that folder, and what temporal.TryVersion returns. The versions that the program printed are
// remembered in the home.
func Try(ctx context.Context, home statefile.Home, r fsm.Record, environ []string) (folder string, printed []string, err error) {
	folder = statefile.NearestFolder(launch.Folder(home, r.Settings.DB)) // before the first start there is no home
	was := Identity(r.Settings.TemporalBin)
	printed, err = temporal.TryVersion(ctx, r.Settings.TemporalBin, folder, environ)
	if err == nil && was != "" {
		remember(home, entry{Path: r.Settings.TemporalBin, File: was, Program: temporal.ParseVersion(printed)})
	}
	return folder, printed, err
}
