package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/stigmer/local/probes/proc"
	"github.com/stigmer/local/statefile"
)

// homeVariable is the environment variable that names the home.
const homeVariable = "STIGMER_HOME"

// DefaultHomeName is the home where none is given, in the user's own.
const DefaultHomeName = ".stigmer"

// HomePath is the absolute path of $STIGMER_HOME, else of ~/.stigmer. Its errors are
// Problems.
func HomePath() (string, error) {
	if given := os.Getenv(homeVariable); given != "" {
		path, err := ExpandPath(given)
		if err != nil {
			return "", VariableProblem(homeVariable, err)
		}
		if path, err = filepath.Abs(path); err != nil {
			return "", SystemProblem(err, "the folder that "+homeVariable+" is relative to is not known; nothing was changed")
		}
		return path, nil
	}
	user, err := UserHome()
	if err != nil {
		p := &Problem{
			What: "there is no home: neither STIGMER_HOME nor HOME is set", Means: "nothing was changed",
			Try: "STIGMER_HOME=DIR stigmer local ...", Exit: ExitFailed,
		}
		if !errors.Is(err, errNoUserHome) {
			p.What = "there is no home: STIGMER_HOME is not set, and " + err.Error()
		}
		return "", p
	}
	return filepath.Join(user, DefaultHomeName), nil
}

// VariableProblem describes a variable whose value cannot be used.
func VariableProblem(name string, err error) *Problem {
	p := UsageProblem(FlagError{Flags: []string{name}, Text: "environment variable " + name + ": " + err.Error()})
	p.Try = "another value for " + name
	return p
}

// Behind returns joint and text, or nothing if text is empty.
func Behind(joint, text string) string {
	if text == "" {
		return ""
	}
	return joint + text
}

// RelativeHome says which folder a relative STIGMER_HOME means, since the next command may be
// typed in another folder. It is empty if STIGMER_HOME is absolute or not set.
func RelativeHome(path string) string {
	given, err := ExpandPath(os.Getenv(homeVariable))
	if err != nil || given == "" || filepath.IsAbs(given) {
		return ""
	}
	return fmt.Sprintf("%s=%s is relative to the working folder: the home is %s", homeVariable, given, path)
}

// OpenHome finds the home for a command that may start something, and makes it.
// Whatever the caller's umask is, what Temporal makes from here on is private.
func OpenHome() (statefile.Home, error) {
	unix.Umask(0o077)
	path, err := HomePath()
	if err != nil {
		return "", err
	}
	if err := proc.Check(); err != nil {
		return "", SystemProblem(err, "nothing was started or stopped")
	}
	home, err := statefile.OpenHome(path)
	if err == nil {
		err = home.MakeFolders()
	}
	if err != nil {
		return "", SystemProblem(err, "nothing was started or stopped")
	}
	return home, nil
}
