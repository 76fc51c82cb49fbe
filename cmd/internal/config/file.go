package config

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/spf13/pflag"
	"github.com/stigmer/local/cmd/internal/cli"
)

// FileName is the settings file in the home.
const FileName = "local.yaml"

// File is what the settings file says. Its keys are the names of the settings.
type File struct {
	// Path is the file that was read, or that would be.
	Path    string
	Exists  bool
	entries map[string]configEntry
	// Beside is the file of the Stigmer CLI in the same home.
	Beside cliFile
	// Team is the file that --config names, which beats this one; nil for none.
	Team *File
}

// configEntry is the value of a key, or the values of a list.
type configEntry struct {
	values []configValue
	line   int
}

// configValue is one text, as a flag takes it.
type configValue struct {
	text string
	line int
}

// texts are the values without their lines.
func (e configEntry) texts() (texts []string) {
	for _, v := range e.values {
		texts = append(texts, v.text)
	}
	return texts
}

// TeamPath is the file that --config names, empty for none.
func (f File) TeamPath() string {
	if f.Team == nil {
		return ""
	}
	return f.Team.Path
}

// at names a line of the file, in short where that is plain.
func (f File) at(line int) string {
	name := filepath.Base(f.Path)
	if own, err := ConfigPath(); name == FileName && (err != nil || f.Path != own) {
		name = f.Path
	}
	return fmt.Sprintf("%s:%d", name, line)
}

// ConfigPath is the settings file of the home that would be used.
func ConfigPath() (string, error) {
	home, err := cli.HomePath()
	if err != nil {
		return "", err
	}
	return filepath.Abs(filepath.Join(home, FileName))
}

// ReadFile reads the settings file; one that is not there says nothing. Where it is
// missing, a config.yaml that holds nothing but our settings is read in its place. The
// errors are Problems.
func ReadFile() (File, error) {
	path, err := ConfigPath()
	if err != nil {
		return File{}, err
	}
	c, err := readSettings(path)
	if beside := filepath.Join(filepath.Dir(path), CliName); !cli.SameFile(path, beside) {
		c.Beside = readCLIFile(beside)
	}
	if c.Exists || err != nil || !c.Beside.readable() {
		return c, err
	}
	c.Path, c.Exists = c.Beside.Path, true
	c.entries, err = parseConfig(c.Path, c.Beside.text)
	return c, err
}

// readSettings reads local.yaml.
func readSettings(path string) (File, error) {
	c := File{Path: path}
	data, err := ownText(path)
	if errors.Is(err, fs.ErrNotExist) {
		return c, nil
	}
	if err != nil {
		return c, err
	}
	c.Exists = true
	c.entries, err = parseConfig(path, data)
	return c, err
}

// ownText returns what is in local.yaml. Its error is a Problem, or fs.ErrNotExist.
func ownText(path string) ([]byte, error) {
	data, distrusted, err := readText(path)
	target, notLink := os.Readlink(path)
	switch {
	case notLink == nil && errors.Is(err, fs.ErrNotExist):
		return nil, &cli.Problem{
			What:  fmt.Sprintf("%s is a link to %s, which is not there", path, target),
			Means: "what it says is not known, so nothing was done without it; nothing was changed",
			Try:   "put that file back, or take the link away", Exit: cli.ExitFailed,
		}
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		return nil, fs.ErrNotExist // what is wrong with the home is reported where it is opened
	case err != nil:
		p := cli.SystemProblem(err, "nothing was changed")
		p.Try = cmp.Or(cli.OpenFolder(), "look at "+path)
		return nil, p
	case distrusted != nil:
		return nil, distrusted
	}
	return data, nil
}

// knownFlags are the flags whose names are the keys: those of start and of the
// voice, and the settings of an installation, which start has as well. A file names no other one.
func knownFlags() *pflag.FlagSet {
	all, flags := pflag.NewFlagSet("", pflag.ContinueOnError), pflag.NewFlagSet(FileName, pflag.ContinueOnError)
	all.SortFlags, flags.SortFlags = false, false
	flags.SetNormalizeFunc(AsStartDev)
	new(Options).StartFlags(all)
	addGroup(all, groupSource, new(Source).Declare)
	addGroup(all, groupOutput, declareVoice)
	all.VisitAll(func(f *pflag.Flag) {
		if f.Name != TeamFlag {
			flags.AddFlag(f)
		}
	})
	return flags
}

func configProblem(path string, line int, text string) *cli.Problem {
	at := path
	if line > 0 {
		at += ":" + strconv.Itoa(line)
	}
	return &cli.Problem{
		What: at + ": " + text, Means: "the settings file was not understood; nothing was changed",
		Try: "mend it; stigmer local start --help and config --help have the names and what they take", Exit: cli.ExitUsage,
	}
}
