package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/spf13/pflag"
	"github.com/stigmer/local/cmd/internal/human"
	"github.com/stigmer/local/probes/proc"
	"github.com/stigmer/local/statefile"
)

// The flags that name the home, and their environment variables.
const (
	HomeFlag     = "home"
	NameFlag     = "name"
	homeVariable = statefile.HomeVariable
	nameVariable = "STIGMER_NAME"
)

// chosen is what the flags of this process say of its home, empty where they were not given. It
// belongs to the process, as the variables do: an error's advice and a shell's completion ask for
// the home as well, and have no command at hand.
var chosen struct{ home, name string }

// HomeFlags declares the flags that name the home, for a whole tree.
func HomeFlags(f *pflag.FlagSet) {
	f.Var(&Value[string]{To: &chosen.home, Kind: PathType, Parse: parseHome}, HomeFlag, "folder of the home (default $STIGMER_HOME, else ~/.stigmer)")
	f.Var(&Value[string]{To: &chosen.name, Kind: "name", Parse: parseName}, NameFlag, "name of the home ~/.stigmer/instances/NAME, or default for ~/.stigmer (default $STIGMER_NAME)")
}

// parseHome is ExpandPath that refuses a path which a variable was to hold and did not.
func parseHome(text string) (string, error) {
	if text == "" {
		return "", errors.New("the path is empty")
	}
	return ExpandPath(text)
}

// CheckHomeFlags refuses both flags at once. Its error is a Problem.
func CheckHomeFlags() error {
	if chosen.home != "" && chosen.name != "" {
		return UsageProblem(Exclusive(HomeFlag, NameFlag))
	}
	return nil
}

// HomePath is the absolute path of the home: that of --home or --name, else of $STIGMER_HOME or
// $STIGMER_NAME, else ~/.stigmer. Of two that are equally strong neither is taken. Its errors are
// Problems.
func HomePath() (string, error) {
	path, name := os.Getenv(homeVariable), os.Getenv(nameVariable)
	switch err := CheckHomeFlags(); {
	case err != nil:
		return "", err
	case chosen.home != "":
		return absoluteHome("--"+HomeFlag, chosen.home)
	case chosen.name != "":
		return namedHome(chosen.name)
	case path != "" && name != "":
		p := UsageProblem(fmt.Errorf("environment variables %s=%s and %s=%s exclude each other", homeVariable, path, nameVariable, name))
		p.Try = "take one of them away, or give --" + HomeFlag + " or --" + NameFlag + ", which beat both"
		return "", p
	case path != "":
		expanded, err := ExpandPath(path)
		if err != nil {
			return "", VariableProblem(homeVariable, err)
		}
		return absoluteHome(homeVariable, expanded)
	case name != "":
		if _, err := parseName(name); err != nil {
			return "", VariableProblem(nameVariable, err)
		}
		return namedHome(name)
	}
	return namedHome(DefaultName)
}

func absoluteHome(named, path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", SystemProblem(err, "the folder that "+named+" is relative to is not known; nothing was changed")
	}
	return path, nil
}

// noUserHome is the problem of a home that is below the user's own.
func noUserHome(err error) *Problem {
	p := &Problem{
		What: "there is no home: neither STIGMER_HOME nor HOME is set", Means: "nothing was changed",
		Try: "STIGMER_HOME=DIR stigmer local ...", Exit: ExitFailed,
	}
	switch {
	case chosenName() != "":
		p.What = "there is no home for the name " + chosenName() + ": " + err.Error()
		p.Try = "set HOME, or give a folder: --" + HomeFlag + " DIR"
	case !errors.Is(err, errNoUserHome):
		p.What = "there is no home: STIGMER_HOME is not set, and " + err.Error()
	}
	return p
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

// RelativeHome says which folder a relative path of the home means, since the next command may be
// typed in another folder. It is empty if the path is absolute or not given.
func RelativeHome(path string) string {
	named, given := "--"+HomeFlag+" ", chosen.home
	if given == "" && chosen.name == "" {
		named, given = homeVariable+"=", os.Getenv(homeVariable)
	}
	given, err := ExpandPath(given)
	if err != nil || given == "" || filepath.IsAbs(given) {
		return ""
	}
	return fmt.Sprintf("%s%s is relative to the working folder: the home is %s", named, given, path)
}

// homeWords are the words by which a command that is to be typed names the home, as this
// process's flags did; none if they did not: the variables hold for the next command as well.
func homeWords() []string {
	switch path, err := HomePath(); {
	case err != nil:
		return nil
	case chosen.home != "":
		return []string{"--" + HomeFlag, human.ShellWord(path)}
	case chosen.name != "":
		return []string{"--" + NameFlag, chosen.name}
	}
	return nil
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
