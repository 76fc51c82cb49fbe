package config

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/human"
)

// TeamFlag names the flag for a settings file out of a repository, and TeamVariable its variable. All commands
// that go by settings read the variable, those without the flag too.
const (
	TeamFlag     = "config"
	TeamVariable = "STIGMER_CONFIG"
)

// teamPath returns the absolute path of the file that --config or the variable names, empty for none, and
// which of them did. Its error is a Problem.
func teamPath(flags *pflag.FlagSet) (path, from string, err error) {
	path, err = cli.ExpandPath(os.Getenv(TeamVariable))
	from = TeamVariable
	// A flag that has its value from the variable counts as that.
	if f := flags.Lookup(TeamFlag); f != nil && f.Changed && (err != nil || f.Value.String() != path) {
		path, from, err = f.Value.String(), "--"+TeamFlag, nil
	}
	if err != nil {
		return "", "", cli.VariableProblem(TeamVariable, err)
	}
	if path == "" {
		return "", from, nil
	}
	if path, err = filepath.Abs(path); err != nil {
		return "", "", cli.SystemProblem(err, "nothing was changed")
	}
	return path, from, nil
}

// readFiles reads local.yaml, and over it the file that --config names. Its errors are Problems; with one about that
// file it returns local.yaml all the same.
func readFiles(flags *pflag.FlagSet) (File, error) {
	own, err := ReadFile()
	if err != nil {
		return own, err
	}
	path, from, err := teamPath(flags)
	if path == "" || err != nil {
		return own, err
	}
	text, open, err := readTeamText(path, from)
	if err != nil {
		return own, err
	}
	team := File{Path: path, Exists: true}
	if team.entries, err = parseConfig(path, text); err != nil {
		return own, err
	}
	if faults := untrusted(path, open, team.entries); len(faults) > 0 {
		return own, faults[0]
	}
	own.Team = &team
	return own, nil
}

// FilesInUse are the settings files that a start without --config would read, local.yaml last. Its error is a Problem.
func FilesInUse() (paths []string, err error) {
	team, _, err := teamPath(pflag.NewFlagSet("", pflag.ContinueOnError))
	if err != nil {
		return nil, err
	}
	own, err := ConfigPath()
	if team != "" {
		paths = append(paths, team)
	}
	return append(paths, own), err
}

// readTeamText reads a settings file that from names, a flag or a variable, and says how others could change it. Its error
// is a Problem.
func readTeamText(path, from string) ([]byte, exposure, error) {
	text, info, err := cli.ReadRegular(path, 0)
	if err == nil {
		return text, exposureOf(path, info), nil
	}
	p := &cli.Problem{
		What: strings.TrimLeft(from+" "+path, " ") + ": " + whyUnread(path, err), Means: "what it says is not known, so nothing was done without it; nothing was changed",
		Try: "the path of a settings file; stigmer local config init FILE writes an example", Exit: cli.ExitUsage,
	}
	if errors.Is(err, fs.ErrPermission) {
		p.Exit = cli.ExitPermission
	}
	return nil, exposure{}, p
}

// whyUnread says what keeps a settings file from being read.
func whyUnread(path string, err error) string {
	info, statErr := os.Stat(path)
	target, notLink := os.Readlink(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && notLink == nil:
		return "it is a link to " + target + ", which is not there"
	case errors.Is(err, fs.ErrNotExist):
		return "there is no such file"
	case statErr == nil && info.IsDir():
		return "it is a folder"
	case statErr == nil && !info.Mode().IsRegular():
		return "it is no file: settings are read again by a restart and by a service"
	}
	if bad, ok := errors.AsType[*fs.PathError](err); ok {
		return bad.Err.Error()
	}
	return "it" + strings.TrimPrefix(err.Error(), path)
}

// untrusted are Problems, by line, with the settings that count only in a file that others cannot write to.
func untrusted(path string, open exposure, entries map[string]configEntry) (faults []*cli.Problem) {
	if open.why == "" {
		return nil
	}
	var names []string
	knownFlags().VisitAll(func(f *pflag.Flag) {
		if _, given := entries[f.Name]; given && needsOwnFile(f) {
			names = append(names, f.Name)
		}
	})
	slices.SortFunc(names, func(a, b string) int { return cmp.Compare(entries[a].line, entries[b].line) })
	for _, name := range names {
		own, _ := ConfigPath() // it was found before
		p := configProblem(path, entries[name].line, fmt.Sprintf("%s is taken only from a file that others cannot write to; %s", name, open.why))
		p.Means = "others could choose what is run, read, sent or overwritten; nothing was started or changed"
		p.Try, p.Exit = name+" in "+human.ShellWord(own), cli.ExitPermission
		if open.try != "" {
			p.Try = open.try + "; or " + p.Try
		}
		faults = append(faults, p)
	}
	return faults
}
