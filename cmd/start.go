package cmd

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/config"
	"github.com/stigmer/local/cmd/internal/installer"
	"github.com/stigmer/local/cmd/internal/lifecycle"
	"github.com/stigmer/local/fsm"
)

func startCommand() *cobra.Command {
	o := &config.Options{Running: lifecycle.RunningNamespaces}
	c := &cobra.Command{
		Use:   "start",
		Short: "Start Temporal, and return when a client can work",
		Long: `Start Temporal, and return when a client can work: health is SERVING, and every namespace
and the services that run a workflow answer. A supervisor in the background restarts
Temporal after a crash. A server whose supervisor died is adopted without a restart.

If Temporal is already running, start succeeds, and fails if a setting that you pass
differs from the running server's. Settings of an earlier start are not remembered, but
for ports that --port 0 has drawn; restart keeps all. If there is no Temporal CLI, start installs one, as stigmer local
install without flags does. With --temporal-version it runs exactly that version, and
installs it where it is missing, while bin/temporal stays as it is.

Search attributes, the retention and the namespaces are what is there when start returns, in a
database that exists too. What differs in kind, or Temporal refuses, is named: then start fails,
Temporal serves on, and the next start tries again. Nothing is removed.

Every flag is also read from the environment, --ui-port is STIGMER_UI_PORT, and from
the files of --config and local.yaml: see config --help. You pass a setting by any of these.

The flags of temporal server start-dev work here too, with its letters; its --log-level and
--log-format are --temporal-log-level and --temporal-log-format. --temporal-arg passes on a
flag that stigmer does not know. start asks the Temporal CLI whether it knows all of them
before anything is started.

Temporal gets the variables of this environment that any program needs (PATH, HOME, the
language, certificates, proxies, GOMAXPROCS and the like), and those that --pass-env
names. Restarts keep these variables. Presets of the Temporal CLI are ignored.

` + cli.ExitHelp,
		Example: `  stigmer local start
  stigmer local start --port 7333 --namespace orders --namespace billing
  stigmer local start --ephemeral --headless
  stigmer local start --search-attribute CustomerId=Keyword --retention 30d
  stigmer local start --dynamic-config-value limit.blobSize.error=4194304
  stigmer local start --pass-env 'AWS_*'
  stigmer local start --name orders --port 0 -o json
  stigmer local start --foreground`,
		Args: cli.NoArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			return endRetries(lifecycle.WithResult(c, func() error { return runStart(c, o) }))
		},
	}
	o.StartFlags(c.Flags())
	config.ResultFlag(c.Flags())
	groupFlags(c)
	return c
}

func runStart(c *cobra.Command, o *config.Options) error {
	home, err := lifecycle.Prepare(c, o)
	if err != nil {
		return err
	}
	if o.Foreground && cli.PrintsJSON(c) {
		return cli.UsageProblem(cli.BadFlag("output", "--foreground prints its log, and no JSON at its end"))
	}
	lent, err := o.Lent()
	if err != nil {
		return err
	}
	trace, err := lifecycle.NewTrace(o.Trace)
	if err != nil {
		return err
	}
	defer trace.Close()
	return installer.WithBinary(c, o, home, fsm.VerbStart, func() error {
		if err := lifecycle.TryForStart(c, o, home, lent); err != nil {
			return err
		}
		command := fsm.Command{
			Verb: fsm.VerbStart, Want: o.Settings, Given: o.Given, Environment: lent,
			Patience: fsm.Millis(o.Timeout.Milliseconds()), Cause: lifecycle.Cause("start"),
		}
		if o.Foreground {
			return lifecycle.RunForeground(c, home, command, trace)
		}
		return lifecycle.Run(c, home, command, trace)
	})
}

// endRetries returns what a start ends with. launchd starts a service again, every 10 s
// and for ever, whatever status but 0 it ended with: a start under launchd that will
// fail again reports why, and ends with 0. systemd is given the statuses themselves
// (RestartPreventExitStatus).
func endRetries(err error) error {
	p, failed := errors.AsType[*cli.Problem](err)
	if !failed || !cli.UnderLaunchd() || !p.Lasting && p.Exit != cli.ExitPermission && p.Exit != cli.ExitNoBinary {
		return err
	}
	fmt.Fprintf(os.Stderr, "stigmer: the service ends with 0 in place of %d, so that launchd does not start it again\n", Report(p))
	return cli.Status(cli.ExitDone)
}
