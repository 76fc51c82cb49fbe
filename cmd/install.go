package cmd

import (
	"errors"
	"fmt"
	"io"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/stigmer/local/actions/install"
	"github.com/stigmer/local/statefile"
)

// installOptions is what the flags of install say.
type installOptions struct {
	version, from, mirror string
	list                  bool
	output                string
}

func installCommand() *cobra.Command {
	o := &installOptions{}
	c := &cobra.Command{
		Use:   "install",
		Short: "Provide the Temporal CLI that start runs",
		Long: `Provide the Temporal CLI that start runs. Several versions lie side by side in
bin/versions in the home; bin/temporal leads to the one that was asked for last.
One that is there is not fetched again, and a Temporal that runs goes on as it is.

--from release fetches the official archive for this platform and proves it by its
published SHA-256; a download that breaks off is kept, and the next install goes on
from there. --from go builds the version with go install. Without --from it is a
release, or go where the release's host gives no answer at all (and where there is
no release for this platform). A --mirror is never passed over.

A mirror has a folder for each version, with the archives and checksums.txt of the
releases: URL/` + TemporalVersion + `/checksums.txt. $` + mirrorVariable + ` is the same, for start as well,
and so is $` + fromVariable + ` for --from. In local.yaml they are mirror and install-from.
Proxies are taken from HTTPS_PROXY, HTTP_PROXY and NO_PROXY.

Exit status: 0 done or already so, 1 failed, 2 usage, 4 permission, 130 interrupted.`,
		Example: `  stigmer local install
  stigmer local install --version ` + TemporalVersion + ` --from go
  stigmer local install --mirror https://mirror.example/temporal
  stigmer local install --list
  stigmer local install --list -o json`,
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error { return runInstall(c, o) },
	}
	f := c.Flags()
	f.StringVar(&o.version, "version", TemporalVersion, "version of the Temporal CLI")
	f.StringVar(&o.from, "from", "", "release or go (default $"+fromVariable+", else release, else go)")
	f.StringVar(&o.mirror, "mirror", "", "URL below which the releases lie (default $"+mirrorVariable+", else "+install.Releases+")")
	f.BoolVar(&o.list, "list", false, "show what is there, what start uses and what runs; install nothing")
	outputFlag(c, &o.output)
	return c
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
	printInstalled(success(c), home, v, done)
	return nil
}

// provide installs, and reports it on standard error. An interruption ends it, and
// leaves what Install leaves.
func provide(c *cobra.Command, order install.Options, progress *installProgress) (install.Result, error) {
	ctx, stop := signal.NotifyContext(c.Context(), syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	defer progress.clear()
	order.Progress = progress
	return install.Install(ctx, order)
}

func printInstalled(out io.Writer, home statefile.Home, v install.Version, done install.Result) {
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
