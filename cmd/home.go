package cmd

import (
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/stigmer/local/actions"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes"
	"github.com/stigmer/local/statefile"
)

// homePath is $STIGMER_HOME, else ~/.stigmer.
func homePath() (string, error) {
	if path := os.Getenv("STIGMER_HOME"); path != "" {
		return path, nil
	}
	user, err := os.UserHomeDir()
	if err != nil {
		return "", &Problem{
			What: "there is no home: neither STIGMER_HOME nor HOME is set", Means: "nothing was changed",
			Try: "STIGMER_HOME=DIR stigmer local ...", Exit: ExitFailed,
		}
	}
	return filepath.Join(user, ".stigmer"), nil
}

// openHome finds the home for a command that may start something, and makes it.
// Whatever the caller's umask is, what Temporal makes from here on is private.
func openHome() (statefile.Home, error) {
	unix.Umask(0o077)
	path, err := homePath()
	if err != nil {
		return "", err
	}
	if err := probes.Usable(); err != nil {
		return "", systemProblem(err, "nothing was started or stopped")
	}
	home, err := statefile.OpenHome(path)
	if err == nil {
		err = home.MakeFolders()
	}
	if err != nil {
		return "", systemProblem(err, "nothing was started or stopped")
	}
	return home, nil
}

func address(s fsm.Settings) string { return actions.Address(s) }
