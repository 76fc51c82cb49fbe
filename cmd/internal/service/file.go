package service

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/human"
)

// serviceFile is the file at the path of the service's file.
type serviceFile struct {
	there, ours bool
	// altered says that a file of ours is not what this stigmer would write with the same
	// flags: it was changed by hand, or written by another version.
	altered bool
	text    string
	params  installParams
}

func readService(c *cobra.Command, m manager) (serviceFile, error) {
	text, err := cli.ReadOwn(m.path)
	if err != nil {
		p := cli.SystemProblem(err, "the service was not changed")
		p.What, p.Try = fmt.Sprintf("%s cannot be read: %v", m.path, err), "look at "+m.path
		if errors.Is(err, syscall.ELOOP) {
			p.What = m.path + " is a symbolic link, which is not followed"
		}
		return serviceFile{}, p
	}
	f := serviceFile{there: text != nil, text: string(text)}
	below := ""
	f.params, below, f.ours = readHeader(f.text)
	// The header alone may differ: other versions keep other things in it.
	_, ours, _ := readHeader(m.text(service{Verb: startVerb(c), installParams: f.params, Log: m.log}))
	f.altered = f.ours && below != ours
	return f, nil
}

// foreign is the refusal to touch a file that we did not write.
func (f serviceFile) foreign(m manager) error {
	if !f.there || f.ours {
		return nil
	}
	return &cli.Problem{
		What:  m.path + " was not written by stigmer local service install",
		Means: "it was made by hand or with another tool, and was not touched",
		Try:   "move it away: mv " + human.ShellLine([]string{m.path, m.path + ".old"}),
		Exit:  cli.ExitFailed,
	}
}

// keepAltered moves a file aside that is not as this stigmer would write it, since it may
// have something of the user's: under a dated name that no manager reads.
func (f serviceFile) keepAltered(out io.Writer, m manager) error {
	if !f.altered {
		return nil
	}
	kept := m.path + ".bak-" + time.Now().UTC().Format("20060102T150405Z")
	if err := os.Rename(m.path, kept); err != nil {
		return err
	}
	fmt.Fprintf(out, "The file was not as stigmer writes it. It is kept: %s\n", kept)
	return nil
}

// put writes a service's file, and the folder of the manager's log, which launchd does
// not make.
func (f serviceFile) put(out io.Writer, m manager, text string) error {
	if f.text == text {
		fmt.Fprintf(out, "%s is as it should be already.\n", m.path)
		return nil
	}
	err := f.keepAltered(out, m)
	if err == nil && m.log != "" {
		err = os.MkdirAll(filepath.Dir(m.log), 0o700)
	}
	if err == nil {
		err = cli.PutOwn(m.path, []byte(text))
	}
	if err != nil {
		return cli.SystemProblem(err, "the service's file was not written")
	}
	fmt.Fprintf(out, "Wrote %s\n", m.path)
	return nil
}

// remove removes the file, and the link by which systemd's enable has the service started
// at login, if it leads to the file: systemd would complain about a link to nothing for ever.
func (f serviceFile) remove(out io.Writer, m manager) error {
	err := f.keepAltered(out, m)
	if err == nil && !f.altered {
		err = os.Remove(m.path)
	}
	folder, name := filepath.Split(m.path)
	link := filepath.Join(folder, "default.target.wants", name)
	if target, _ := os.Readlink(link); err == nil && (target == m.path || target == filepath.Join("..", name)) {
		err = os.Remove(link)
	}
	if err != nil {
		return cli.SystemProblem(err, "the service was not removed")
	}
	return nil
}

// ownProgram is the path by which this program is to be started: the one that was
// typed or found in PATH, if it leads here. A link that a package manager keeps
// outlives the file that it leads to today.
func ownProgram() (string, error) {
	own, err := os.Executable()
	if err != nil {
		return "", cli.SystemProblem(err, "nothing was written")
	}
	typed, err := exec.LookPath(os.Args[0])
	if err == nil {
		typed, err = filepath.Abs(typed)
	}
	if err == nil && cli.SameFile(typed, own) {
		return typed, nil
	}
	return own, nil
}
