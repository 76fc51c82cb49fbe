package installer

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/url"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/stigmer/local/actions/install"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/config"
	"github.com/stigmer/local/cmd/internal/human"
	"github.com/stigmer/local/cmd/internal/inspect"
	"github.com/stigmer/local/statefile"
)

// Options is what the flags of install say.
type Options struct {
	Version, From, Mirror string
	// For is the command that found no Temporal CLI and has one installed, empty for a user.
	For    string
	List   bool
	Output string
}

// Run installs a Temporal CLI, or lists those that are there.
func Run(c *cobra.Command, o *Options) error {
	if o.List {
		return listPrograms(c, o)
	}
	if c.Flags().Changed("output") {
		return cli.UsageProblem(errors.New("--output is for --list, which was not given"))
	}
	v, err := install.ParseVersion(o.Version)
	if err != nil {
		return cli.UsageProblem(cli.BadFlag("version", "--version %v", err))
	}
	from, mirror, err := o.Chosen(c)
	if err != nil {
		return err
	}
	home, err := cli.OpenHome()
	if err != nil {
		return err
	}
	progress := newInstallProgress(cli.ProgressOut(c), cli.VoiceOf(c))
	order := install.Options{Home: home, Version: v, From: config.ChooseSource(home, from, mirror), Progress: progress}
	if o.For != "" {
		return provide(c, order, progress, o.For)
	}
	if p := config.NoInstall(home); p != nil {
		p.Exit = cli.ExitFailed
		return p
	}
	done, err := installUntilSignal(c, order, progress)
	if err != nil {
		return installProblem(err, "install", home, v)
	}
	printInstalled(cli.Success(c), home, v, done)
	return nil
}

// installUntilSignal installs, and reports it on standard error. An interruption ends it,
// and leaves what Install leaves.
func installUntilSignal(c *cobra.Command, order install.Options, progress *installProgress) (install.Result, error) {
	ctx, stop := cli.WithSignals(c.Context())
	defer stop()
	defer progress.clear()
	return install.Install(ctx, order)
}

func printInstalled(out io.Writer, home statefile.Home, v install.Version, done install.Result) {
	if done.Already {
		fmt.Fprintf(out, "Temporal CLI %s was there already.\n", v)
	} else {
		fmt.Fprintf(out, "Installed Temporal CLI %s.\n", v)
	}
	fmt.Fprintf(out, "  Program    %s\n", done.Program)
	if used, by := usedByStart(home); by == "" || cli.SameFile(used, done.Program) {
		fmt.Fprintf(out, "  Used       by start, as %s%s\n", cmp.Or(used, home.Bin()), by)
	} else {
		fmt.Fprintf(out, "  Not used   by start, which is set to run %s%s\n", used, by)
	}
	if done.Aside != "" {
		fmt.Fprintf(out, "  Kept       what was there before and is not of stigmer's: %s\n", done.Aside)
	}
	if running := runningTemporal(home); running.PID != 0 && !cli.SameFile(programOf(home, running), done.Program) {
		fmt.Fprintf(out, "  Running    pid %d%s goes on with its own program until it is started anew: stigmer local stop, then start\n", running.PID, inspect.VersionPhrase(running.Program))
	}
}

// Chosen checks --from and --mirror, and takes what is not given from the weaker
// layers. From is empty for no choice, mirror nil for none.
func (o *Options) Chosen(c *cobra.Command) (from string, mirror *url.URL, err error) {
	s, flags := &config.Source{}, pflag.NewFlagSet("install", pflag.ContinueOnError)
	s.Declare(flags)
	for _, typed := range []struct{ flag, setting, value string }{{"from", config.FromSetting, o.From}, {"mirror", config.MirrorSetting, o.Mirror}} {
		if typed.value == "" {
			continue
		}
		if err := flags.Set(typed.setting, typed.value); err != nil {
			return "", nil, cli.UsageProblem(cli.BadFlag(typed.flag, "--%s %v", typed.flag, errors.Unwrap(err)))
		}
	}
	if err := s.Layers(c, flags); err != nil {
		return "", nil, err
	}
	if s.From == config.FromGo {
		if o.Mirror != "" {
			return "", nil, cli.UsageProblem(cli.FlagError{Flags: []string{"mirror", "from"}, Text: "--mirror is for releases: it and --from " + config.FromGo + " exclude each other"})
		}
		return config.FromGo, nil, nil
	}
	if m := s.Mirror; m != nil && m.Scheme == "http" && m.Hostname() != "localhost" && !human.IsLoopback(m.Hostname()) {
		cli.Warn(c, "%s is plain http: a machine on the way can replace the program, and its sum", m.Redacted())
	}
	return s.From, s.Mirror, nil
}
