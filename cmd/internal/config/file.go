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
	"github.com/stigmer/local/cmd/internal/human"
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
}

// configEntry is the value of a key, or the values of a list.
type configEntry struct {
	values []string
	line   int
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
	data, distrusted, err := readText(path)
	target, notLink := os.Readlink(path)
	switch {
	case notLink == nil && errors.Is(err, fs.ErrNotExist):
		return c, &cli.Problem{
			What:  fmt.Sprintf("%s is a link to %s, which is not there", path, target),
			Means: "what it says is not known, so nothing was done without it; nothing was changed",
			Try:   "put that file back, or take the link away", Exit: cli.ExitFailed,
		}
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		return c, nil // what is wrong with the home is reported where it is opened
	case err != nil:
		p := cli.SystemProblem(err, "nothing was changed")
		p.Try = cmp.Or(cli.OpenFolder(), "look at "+path)
		return c, p
	case distrusted != nil:
		return c, distrusted
	}
	c.Exists = true
	c.entries, err = parseConfig(path, data)
	return c, err
}

// readText reads a file by which programs are started, and returns why it is not trusted, nil if
// only its owner can have written it. A link is followed: what counts is which users can write
// to the file that it leads to.
func readText(path string) (text []byte, distrusted *cli.Problem, err error) {
	text, info, err := cli.ReadRegular(path, 0)
	if err != nil {
		return nil, nil, err
	}
	return text, distrust(path, info), nil
}

// distrust returns why a settings file is not trusted, nil if it is: others than its owner
// could have written it.
func distrust(path string, info fs.FileInfo) *cli.Problem {
	p := &cli.Problem{Means: "others could choose what is started, so it was not read; nothing was changed", Exit: cli.ExitPermission}
	switch uid := int(info.Sys().(*syscall.Stat_t).Uid); {
	case uid != 0 && uid != os.Geteuid():
		p.What = fmt.Sprintf("%s belongs to another user (uid %d)", path, uid)
		p.Try = fmt.Sprintf("remove it: rm %s; or keep it, as root: chown %d %[1]s", human.ShellWord(path), os.Geteuid())
	case OpenToOthers(path, info.Mode()):
		p.What = fmt.Sprintf("%s can be written by others than its owner (mode %04o)", path, info.Mode().Perm())
		p.Try = "chmod go-w " + human.ShellWord(path)
	default:
		return nil
	}
	return p
}

// OpenToOthers reports whether others may write to a file. The group's right,
// which many systems give by default, means nothing in a folder that only its
// owner may enter.
func OpenToOthers(path string, mode fs.FileMode) bool {
	if mode.Perm()&0o022 == 0 {
		return false
	}
	itself, err := os.Lstat(path)
	folder, err2 := os.Stat(filepath.Dir(path))
	closed := err == nil && err2 == nil && itself.Mode().IsRegular() && folder.Mode().Perm()&0o077 == 0
	return mode.Perm()&0o002 != 0 || !closed
}

// knownFlags are the flags whose names are the keys: those of start and of the
// voice, and the settings of an installation, which start has as well.
func knownFlags() *pflag.FlagSet {
	flags := pflag.NewFlagSet(FileName, pflag.ContinueOnError)
	flags.SortFlags = false
	new(Options).StartFlags(flags)
	new(Source).Declare(flags)
	declareVoice(flags)
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
