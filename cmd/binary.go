package cmd

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/stigmer/local/probes/host"
	"github.com/stigmer/local/statefile"
)

// errNoExec is the error for a program on a file system that is mounted noexec.
var errNoExec = errors.New("its file system is mounted noexec, so no program there can be run")

// programElsewhere is what to do about errNoExec.
const programElsewhere = "a program that lies elsewhere: --temporal-bin FILE, or copy this one to a file system that is not mounted noexec"

// binary finds the Temporal CLI. If there is none, that is no error yet: a Temporal that
// runs already needs none.
func (o *options) binary(home statefile.Home) error {
	bin := o.settings.TemporalBin
	if bin == "" {
		o.settings.TemporalBin = findBinary(home)
		return nil
	}
	path, err := lookPath(bin)
	if err == nil {
		o.settings.TemporalBin, err = filepath.Abs(path)
		return err
	}
	p := &Problem{
		What:  fmt.Sprintf("--temporal-bin %s%s: %v", bin, o.from("temporal-bin"), err),
		Means: "that is no program that can be run; nothing was changed",
		Try:   "the path of a Temporal CLI; without the setting start finds one, or installs it", Exit: ExitNoBinary,
	}
	if from := o.origins["temporal-bin"]; from.layer == layerFile {
		inFile := configProblem(o.config.path, from.line, fmt.Sprintf("temporal-bin %s: %v", bin, err))
		p.What, p.Try = inFile.What, inFile.Try
	}
	switch {
	case errors.Is(err, errNoExec):
		p.Try = programElsewhere
	case errors.Is(err, fs.ErrPermission):
		p.Try = "if it is a Temporal CLI: chmod u+x " + shellWord(bin)
	}
	return p
}

// findBinary returns the absolute path of the Temporal CLI in the home, else of the one in
// PATH, empty for none.
func findBinary(home statefile.Home) string {
	for _, name := range []string{home.Bin(), "temporal"} {
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
	path, err := runnable(name)
	if err == nil || strings.ContainsRune(name, filepath.Separator) {
		return path, err
	}
	for _, folder := range filepath.SplitList(os.Getenv("PATH")) {
		folder, failed := expandPath(folder)
		if failed != nil || !filepath.IsAbs(folder) {
			continue
		}
		if path, failed := runnable(filepath.Join(folder, name)); failed == nil {
			return path, nil
		}
	}
	return "", err
}

// runnable is exec.LookPath, with the reason alone as its error: errNoExec for a program
// that has the mode of one and lies on a mount that is noexec.
func runnable(name string) (string, error) {
	path, err := exec.LookPath(name)
	if at := either(path, name); executable(at) && host.NoExec(at) {
		return "", errNoExec
	}
	return path, bareExec(err)
}

// noInstall is the refusal to install where no installed program could be run, nil where it
// could.
func noInstall(home statefile.Home) *Problem {
	folder := statefile.NearestFolder(home.Versions())
	if !host.NoExec(folder) {
		return nil
	}
	return &Problem{
		What:  fmt.Sprintf("no program that lies in %s can be run: its file system is mounted noexec", folder),
		Means: "a Temporal CLI would be of no use there; nothing was fetched and nothing was changed",
		Try:   "a home on another file system: STIGMER_HOME=DIR, or a Temporal CLI that lies elsewhere: --temporal-bin FILE",
		Exit:  ExitNoBinary,
	}
}

// noBinary is the problem of a command that needs a Temporal CLI and found none.
func noBinary(home statefile.Home) *Problem {
	if p := noInstall(home); p != nil {
		p.What = "no Temporal CLI was found, and " + p.What
		return p
	}
	own := home.Bin()
	if _, err := lookPath(own); err != nil && exists(own) {
		own += fmt.Sprintf(" (%v)", reasonOf(err))
	}
	return &Problem{
		What:  "no Temporal CLI was found: neither --temporal-bin, nor " + own + ", nor temporal in PATH",
		Means: "there is nothing to start; nothing was changed",
		Try:   "stigmer local install, or name one: --temporal-bin FILE",
		Exit:  ExitNoBinary,
	}
}
