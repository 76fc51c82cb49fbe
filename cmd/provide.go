package cmd

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/stigmer/local/actions/install"
	"github.com/stigmer/local/statefile"
)

// withBinary runs a command, and where that ends for want of a Temporal CLI
// installs one and runs it again. A start of a Temporal that runs needs none, and
// whether it runs is only known when the command has looked.
func (o *options) withBinary(c *cobra.Command, home statefile.Home, verb string, attempt func() error) error {
	err := attempt()
	problem, ok := errors.AsType[*Problem](err)
	if !ok || problem.Exit != ExitNoBinary || o.noInstall {
		return err
	}
	if err := o.install(c, home, verb); err != nil {
		return err
	}
	return attempt()
}

// install provides the version that this program is tested with.
func (o *options) install(c *cobra.Command, home statefile.Home, verb string) error {
	from, mirror, err := new(installOptions).chosen(c)
	if err != nil {
		return err
	}
	progress := newInstallProgress(progressOut(c), voiceOf(c))
	source, v := chooseSource(home, from, mirror), install.Version(TemporalVersion)
	done, err := provide(c, install.Order{
		Home: home, Version: v, From: source,
		Wanted: func() bool {
			wanted := findBinary(home) == ""
			if wanted {
				progress.Say(fmt.Sprintf("Installing Temporal CLI %s from %s: there is none in %s nor in PATH", v, source.Name(), home.Bin()))
			}
			return wanted
		},
	}, progress)
	if err != nil {
		return o.notProvided(err, verb, home, v)
	}
	if !done.Needless {
		progress.Say("Installed  " + done.Program)
	}
	if done.Aside != "" {
		progress.Say("Kept       what was there and could not be run: " + done.Aside)
	}
	o.settings.TemporalBin = findBinary(home)
	return nil
}

// notProvided is a failed installation as the failure of the command that wanted it.
func (o *options) notProvided(err error, verb string, home statefile.Home, v install.Version) *Problem {
	p := installProblem(err, verb, home, v)
	if p.Exit == ExitFailed {
		p.What = "no Temporal CLI was found, and none could be installed: " + p.What
		p.Exit = ExitNoBinary
	}
	return p
}
