package installer

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/stigmer/local/actions/install"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/config"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

// WithBinary runs a command and, if it fails because there is no Temporal CLI, or
// not the version that it needs, installs one and runs it again. A start of a Temporal that runs needs none, and
// only the command itself finds out whether it runs.
func WithBinary(c *cobra.Command, o *config.Options, home statefile.Home, verb fsm.Verb, attempt func() error) error {
	err := attempt()
	problem, ok := errors.AsType[*cli.Problem](err)
	if !ok || problem.Exit != cli.ExitNoBinary || o.NoInstall {
		return err
	}
	version := o.Settings.TemporalVersion
	if err := installInChild(c, o, home, string(verb)); err != nil {
		return err
	}
	o.Settings.TemporalBin = config.FindBinary(home, version)
	return attempt()
}

// installInChild installs in a child process. On macOS 26 a process that has used DNS or TLS
// may hang a child that it forks before the exec, and that child holds a copy of every lock:
// this process is about to fork a supervisor. (To exec this program anew would need a guard
// against a loop, and os.Args to be this command's, which it need not be in a larger
// program.) The child shares the terminal, reports its own failure, and goes on if this
// process is killed: what it installs is there for the next command.
func installInChild(c *cobra.Command, o *config.Options, home statefile.Home, verb string) error {
	version := o.Settings.TemporalVersion
	failed := func(err error) error {
		return notProvided(err, verb, home, install.Version(cmp.Or(version, cli.TemporalVersion)))
	}
	exe, err := os.Executable()
	if err != nil {
		return failed(err)
	}
	ctx, stop := cli.WithSignals(c.Context())
	defer stop()
	words := append(append(cli.WordsTo(c.Parent()), cli.VoiceOf(c).Args()...), "install", "--"+ForFlag+"="+verb)
	if version != "" {
		words = append(words, "--version="+version)
	}
	child := exec.CommandContext(ctx, exe, words...)
	child.Args[0] = os.Args[0]
	child.Env = append(cli.WithHome(os.Environ(), home), config.TeamVariable+"="+o.Config.TeamPath())
	child.Stderr = c.ErrOrStderr()
	child.Cancel = func() error { return child.Process.Signal(syscall.SIGTERM) }
	err = child.Run()
	if ended, ok := errors.AsType[*exec.ExitError](err); ok && ended.Exited() {
		return cli.Status(ended.ExitCode())
	}
	if err != nil {
		return failed(err)
	}
	return nil
}

// ForFlag is the hidden flag of install that makes it provide, for a command.
const ForFlag = "for"

// provide installs for a command that has found no Temporal CLI, or not the version that it
// needs: that one leaves bin/temporal as it is, for commands that need no version.
func provide(c *cobra.Command, order install.Options, progress *installProgress, verb string) error {
	home, version, missing := order.Home, "", "there is none in "+order.Home.Bin()+" nor in PATH"
	if order.Beside = c.Flags().Changed("version"); order.Beside {
		version, missing = string(order.Version), "it is not in "+order.Home.Versions()
	}
	if config.NoInstall(home) != nil {
		return config.NoBinary(home, version)
	}
	order.Wanted = func() bool {
		wanted := config.FindBinary(home, version) == ""
		if wanted {
			progress.Step(fmt.Sprintf("Installing Temporal CLI %s from %s: %s", order.Version, order.From.Name(), missing))
		}
		return wanted
	}
	done, err := installUntilSignal(c, order, progress)
	if err != nil {
		return notProvided(err, verb, home, order.Version)
	}
	for _, line := range installedLines(done, runtime.GOOS) {
		progress.Step(line)
	}
	return nil
}

// installedLines report an installation before a start on a system. macOS checks a new
// program at its first run, some of it by network, and the start waits for that.
func installedLines(done install.Result, system string) (lines []string) {
	if !done.Needless {
		lines = append(lines, "Installed  "+done.Program)
		if system == "darwin" {
			lines = append(lines, "Starting   macOS checks a new program at its first run, which can take some seconds")
		}
	}
	if done.Aside != "" {
		lines = append(lines, "Kept       what was there and could not be run: "+done.Aside)
	}
	return lines
}

// notProvided reports a failed installation as the failure of start or restart.
func notProvided(err error, verb string, home statefile.Home, v install.Version) *cli.Problem {
	p := installProblem(err, verb, home, v)
	if p.Exit == cli.ExitFailed {
		p.What = "no Temporal CLI was found, and none could be installed: " + p.What
		p.Exit = cli.ExitNoBinary
	}
	return p
}
