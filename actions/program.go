package actions

import (
	"context"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/temporal"
	"github.com/stigmer/local/statefile"
)

// TryProgram runs the program of a record with --version as Temporal will be run: in its
// folder, and with environ, usually EnvironmentOf(r, home). A shim of a version manager picks
// the program by the folder, so it may work where a command is typed and fail where Temporal
// runs. TryProgram returns that folder, and what probes.TryVersion returns.
func TryProgram(ctx context.Context, home statefile.Home, r fsm.Record, environ []string) (folder, said string, words []string, err error) {
	folder = statefile.NearestFolder(workFolder(home, r.Settings.DB)) // before the first start there is no home
	said, words, err = temporal.TryVersion(ctx, r.Settings.TemporalBin, folder, environ)
	return folder, said, words, err
}
