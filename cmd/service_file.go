package cmd

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
	"github.com/spf13/pflag"

	"github.com/stigmer/local/statefile"
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
	text, err := readOwn(m.path)
	if err != nil {
		p := systemProblem(err, "the service was not changed")
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
	return &Problem{
		What:  m.path + " was not written by stigmer local service install",
		Means: "it was made by hand or with another tool, and was not touched",
		Try:   "move it away: mv " + shellLine([]string{m.path, m.path + ".old"}),
		Exit:  ExitFailed,
	}
}

// serviceFlags are the flags of a start to keep in the service's file: what was
// given by flag or environment, since the service's environment is another one.
// local.yaml it reads by itself.
func (o *options) serviceFlags(settings *pflag.FlagSet, home statefile.Home) []string {
	flags := []string{}
	settings.VisitAll(func(f *pflag.Flag) {
		layer := o.origins[f.Name].layer
		if layer != layerFlag && layer != layerEnvironment {
			return
		}
		for _, value := range o.kept(f) {
			flags = append(flags, "--"+f.Name+"="+value)
		}
	})
	bin := o.settings.TemporalBin
	if o.origins["temporal-bin"].layer == "" && bin != "" && bin != home.Bin() {
		flags = append(flags, "--temporal-bin="+bin) // it was found in PATH, and the service has another PATH
	}
	return flags
}

// kept are the values of a flag as the service needs them: with absolute paths.
func (o *options) kept(f *pflag.Flag) []string {
	switch f.Name {
	case "timeout":
		return nil // start --foreground does not wait
	case "db":
		return []string{o.settings.DB}
	case "temporal-bin":
		return []string{o.settings.TemporalBin}
	case "namespace":
		return o.namespaces
	case passEnvFlag:
		return o.passEnv
	}
	return []string{f.Value.String()}
}

// writable checks that a service can be written down: neither language has a way
// to say control characters other than a line's end and a tab.
func (s service) writable() error {
	for _, text := range append([]string{s.Program, s.Home, s.Log}, s.args()...) {
		control := func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' || r == 0x7f }
		if !utf8.ValidString(text) || strings.ContainsFunc(text, control) {
			return &Problem{
				What:  fmt.Sprintf("%q cannot be written into a service's file: it has control characters or is not UTF-8", text),
				Means: "nothing was written",
				Try:   "another path or name",
				Exit:  ExitFailed,
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
		return "", systemProblem(err, "nothing was written")
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
