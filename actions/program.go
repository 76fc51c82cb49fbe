package actions

import (
	"context"
	"os"
	"path/filepath"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes"
	"github.com/stigmer/local/statefile"
)

// TryProgram asks the program of these settings for its version as Temporal will be run: in
// the folder and with the environment that it will have. A shim of a version manager goes
// by the folder, and need not find there what it finds where a command is typed. It returns
// the folder, and what probes.Try does.
func TryProgram(ctx context.Context, home statefile.Home, s fsm.Settings) (folder, said string, words []string, err error) {
	folder = workFolder(home, s.DB)
	for _, err := os.Stat(folder); err != nil && folder != filepath.Dir(folder); _, err = os.Stat(folder) {
		folder = filepath.Dir(folder) // before the first start there is no home
	}
	said, words, err = probes.Try(ctx, s.TemporalBin, folder, temporalEnv(os.Environ(), home))
	return folder, said, words, err
}
