package service

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
	"unicode/utf8"

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

// clear removes the file. One that is not as this stigmer would write it may have
// something of the user's: it is kept beside, under a dated name that no manager reads.
func (f serviceFile) clear(out io.Writer, m manager) error {
	if !f.altered {
		return os.Remove(m.path)
	}
	kept := m.path + ".bak-" + time.Now().UTC().Format("20060102T150405Z")
	if err := os.Rename(m.path, kept); err != nil {
		return err
	}
	fmt.Fprintf(out, "The file was not as stigmer writes it. It is kept: %s\n", kept)
	return nil
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

// writable checks that a service can be written down: neither language has a way
// to say control characters other than a line's end and a tab.
func (s service) writable() error {
	for _, text := range append([]string{s.Program, s.Home, s.Log}, s.args()...) {
		control := func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' || r == 0x7f }
		if !utf8.ValidString(text) || strings.ContainsFunc(text, control) {
			return &cli.Problem{
				What:  fmt.Sprintf("%q cannot be written into a service's file: it has control characters or is not UTF-8", text),
				Means: "nothing was written",
				Try:   "another path or name",
				Exit:  cli.ExitFailed,
			}
		}
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
	if err != nil {
		return own, nil
	}
	typed, err = filepath.Abs(typed)
	if err != nil {
		return own, nil
	}
	there, err := os.Stat(typed)
	here, err2 := os.Stat(own)
	if err != nil || err2 != nil || !os.SameFile(there, here) {
		return own, nil
	}
	return typed, nil
}
