package config

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/human"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/host"
	"github.com/stigmer/local/statefile"
)

// ErrNoExec is the error for a program on a file system that is mounted noexec.
var ErrNoExec = errors.New("its file system is mounted noexec, so no program there can be run")

// ProgramElsewhere is what to do about ErrNoExec.
const ProgramElsewhere = "a program that lies elsewhere: --temporal-bin FILE, or copy this one to a file system that is not mounted noexec"

// Binary finds the Temporal CLI, which --temporal-version or --temporal-bin may name. If there is none, that is no error yet: a Temporal that
// runs already needs none.
func (o *Options) Binary(home statefile.Home) error {
	bin := o.Settings.TemporalBin
	if bin == "" || o.Settings.TemporalVersion != "" {
		o.Settings.TemporalBin = FindBinary(home, o.Settings.TemporalVersion)
		return nil
	}
	path, err := lookPath(bin)
	if err == nil {
		o.Settings.TemporalBin, err = filepath.Abs(path)
		return err
	}
	try := "the path of a Temporal CLI; without the setting start finds one, or installs it"
	switch {
	case errors.Is(err, ErrNoExec):
		try = ProgramElsewhere
	case errors.Is(err, fs.ErrPermission):
		try = "if it is a Temporal CLI: chmod u+x " + human.ShellWord(bin)
	case o.origins["temporal-bin"].layer == layerFile:
		try = "" // what helps for any setting of the file
	}
	p := o.Blame(cli.FlagError{
		Flags: []string{"temporal-bin"}, Text: fmt.Sprintf("--temporal-bin %s: %v", bin, err),
		Means: "that is no program that can be run; nothing was changed", Try: try,
	})
	p.Exit = cli.ExitNoBinary
	return p
}

// KeepVersion takes the recorded version for a restart that is given no program: one that is
// gone is installed again.
func (o *Options) KeepVersion(home statefile.Home, recorded fsm.Settings) {
	if recorded.TemporalVersion == "" || o.Given.Has("temporal-bin") || o.Given.Has(VersionFlag) {
		return
	}
	o.Settings.TemporalVersion = recorded.TemporalVersion
	o.Settings.TemporalBin = FindBinary(home, recorded.TemporalVersion)
}

// FindBinary returns the absolute path of a version of the Temporal CLI in the home or, where
// the version is empty, of the home's own, else of the one in PATH. It is empty for none.
func FindBinary(home statefile.Home, version string) string {
	names := []string{home.Bin(), "temporal"}
	if version != "" {
		names = []string{home.Program(version)}
	}
	for _, name := range names {
		if path, err := lookPath(name); err == nil {
			if absolute, err := filepath.Abs(path); err == nil {
				return absolute
			}
		}
	}
	return ""
}

// lookPath is exec.LookPath, with two differences: as bash does, it expands a ~ in PATH, and it
// passes over a folder that is relative to the working folder, where exec.LookPath would end
// with exec.ErrDot. The error is the reason, without the program.
func lookPath(name string) (string, error) {
	path, err := Runnable(name)
	if err == nil || strings.ContainsRune(name, filepath.Separator) {
		return path, err
	}
	for _, folder := range filepath.SplitList(os.Getenv("PATH")) {
		folder, failed := cli.ExpandPath(folder)
		if failed != nil || !filepath.IsAbs(folder) {
			continue
		}
		if path, failed := Runnable(filepath.Join(folder, name)); failed == nil {
			return path, nil
		}
	}
	return "", err
}

// Runnable is exec.LookPath, with the reason alone as its error: ErrNoExec for a program
// that has the mode of one and lies on a mount that is noexec.
func Runnable(name string) (string, error) {
	path, err := exec.LookPath(name)
	if at := cmp.Or(path, name); cli.Executable(at) && host.NoExec(at) {
		return "", ErrNoExec
	}
	return path, cli.BareExec(err)
}

// NoInstall is the refusal to install where no installed program could be run, nil where it
// could.
func NoInstall(home statefile.Home) *cli.Problem {
	folder := statefile.NearestFolder(home.Versions())
	if !host.NoExec(folder) {
		return nil
	}
	return &cli.Problem{
		What:  fmt.Sprintf("no program that lies in %s can be run: its file system is mounted noexec", folder),
		Means: "a Temporal CLI would be of no use there; nothing was fetched and nothing was changed",
		Try:   "a home on another file system: STIGMER_HOME=DIR, or a Temporal CLI that lies elsewhere: --temporal-bin FILE",
		Exit:  cli.ExitNoBinary,
	}
}

// NoBinary is the problem of a command that needs a Temporal CLI, of a version if that is not
// empty, and found none.
func NoBinary(home statefile.Home, version string) *cli.Problem {
	if p := NoInstall(home); p != nil {
		p.What = "no Temporal CLI was found, and " + p.What
		return p
	}
	if version != "" {
		return &cli.Problem{
			What:  fmt.Sprintf("Temporal CLI %s, which --%s names, is not installed: there is no %s", version, VersionFlag, home.Program(version)),
			Means: "no other version was tried; nothing was changed",
			Try:   "stigmer local install --version " + version + ", or the same without --no-install",
			Exit:  cli.ExitNoBinary,
		}
	}
	own := home.Bin()
	if _, err := lookPath(own); err != nil && cli.Exists(own) {
		own += fmt.Sprintf(" (%v)", reasonOf(err))
	}
	return &cli.Problem{
		What:  "no Temporal CLI was found: neither --temporal-bin, nor " + own + ", nor temporal in PATH",
		Means: "there is nothing to start; nothing was changed",
		Try:   "stigmer local install, or name one: --temporal-bin FILE",
		Exit:  cli.ExitNoBinary,
	}
}
