package cmd

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/stigmer/local/actions/install"
	"github.com/stigmer/local/statefile"
)

// installOptions is what the flags of install say.
type installOptions struct {
	version, from, mirror string
	list                  bool
	output                string
}

func runInstall(c *cobra.Command, o *installOptions) error {
	if o.list {
		return listPrograms(c, o)
	}
	if c.Flags().Changed("output") {
		return usage(errors.New("--output is for --list, which was not given"))
	}
	v, err := install.ParseVersion(o.version)
	if err != nil {
		return usage(badFlag("version", "--version %v", err))
	}
	from, mirror, err := o.chosen(c)
	if err != nil {
		return err
	}
	home, err := openHome()
	if err != nil {
		return err
	}
	if p := noInstall(home); p != nil {
		p.Exit = ExitFailed
		return p
	}
	order := install.Options{Home: home, Version: v, From: chooseSource(home, from, mirror)}
	done, err := provide(c, order, newInstallProgress(progressOut(c), voiceOf(c)))
	if err != nil {
		return installProblem(err, "install", home, v)
	}
	tellInstalled(success(c), home, v, done)
	return nil
}

// provide installs, and tells it on standard error. An interruption ends it, and
// leaves what Install leaves.
func provide(c *cobra.Command, order install.Options, progress *installProgress) (install.Result, error) {
	ctx, stop := signal.NotifyContext(c.Context(), syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	defer progress.clear()
	order.Progress = progress
	return install.Install(ctx, order)
}

func tellInstalled(out io.Writer, home statefile.Home, v install.Version, done install.Result) {
	if done.Already {
		fmt.Fprintf(out, "Temporal CLI %s was there already.\n", v)
	} else {
		fmt.Fprintf(out, "Installed Temporal CLI %s.\n", v)
	}
	fmt.Fprintf(out, "  Program    %s\n", done.Program)
	if used, by := usedByStart(home); by != "" {
		fmt.Fprintf(out, "  Not used   by start, which is told to run %s%s\n", used, by)
	} else {
		fmt.Fprintf(out, "  Used       by start, as %s\n", home.Bin())
	}
	if done.Aside != "" {
		fmt.Fprintf(out, "  Kept       what was there before and is not of stigmer's: %s\n", done.Aside)
	}
	if running := runningTemporal(home); running.PID != 0 && !sameFile(programOf(home, running), done.Program) {
		fmt.Fprintf(out, "  Running    pid %d%s goes on with its own program until it is started anew: stigmer local stop, then start\n", running.PID, version(running))
	}
}

// chosen checks --from and --mirror, and takes what is not given from the weaker
// layers. From is empty for no choice, mirror nil for none.
func (o *installOptions) chosen(c *cobra.Command) (from string, mirror *url.URL, err error) {
	s, flags := &source{}, pflag.NewFlagSet("install", pflag.ContinueOnError)
	s.declare(flags)
	for _, typed := range []struct{ flag, setting, value string }{{"from", fromSetting, o.from}, {"mirror", mirrorSetting, o.mirror}} {
		if typed.value == "" {
			continue
		}
		if err := flags.Set(typed.setting, typed.value); err != nil {
			return "", nil, usage(badFlag(typed.flag, "--%s %v", typed.flag, errors.Unwrap(err)))
		}
	}
	if err := s.layers(flags); err != nil {
		return "", nil, err
	}
	if s.from.word == fromGo {
		if o.mirror != "" {
			return "", nil, usage(flagError{flags: []string{"mirror", "from"}, text: "--mirror is for releases: it and --from " + fromGo + " exclude each other"})
		}
		return fromGo, nil, nil
	}
	if m := s.mirror.url; m != nil && m.Scheme == "http" && m.Hostname() != "localhost" && !loopback(m.Hostname()) {
		warn(c, "%s is plain http: whoever is on the way can put another program there, with its sum", m.Redacted())
	}
	return s.from.word, s.mirror.url, nil
}
