package actions

import (
	"context"
	"os"
	"path/filepath"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes"
	"github.com/stigmer/local/statefile"
)

// TryProgram asks the program of a record for its version as Temporal will be run: in the
// folder that it will have, and with environ, which EnvironmentOf has. A shim of a version manager goes
// by the folder, and need not find there what it finds where a command is typed. It returns
// the folder, and what probes.Try does.
func TryProgram(ctx context.Context, home statefile.Home, r fsm.Record, environ []string) (folder, said string, words []string, err error) {
	folder = workFolder(home, r.Settings.DB)
	for _, err := os.Stat(folder); err != nil && folder != filepath.Dir(folder); _, err = os.Stat(folder) {
		folder = filepath.Dir(folder) // before the first start there is no home
	}
	said, words, err = probes.Try(ctx, r.Settings.TemporalBin, folder, environ)
	return folder, said, words, err
}
