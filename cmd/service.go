package cmd

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/config"
	"github.com/stigmer/local/cmd/internal/service"
)

func serviceCommand(voices config.Origins) *cobra.Command {
	c := &cobra.Command{
		Use:   "service",
		Short: "Run Temporal under systemd or launchd",
		Long: `Run the supervisor under the system's own: a systemd user unit on Linux, a launchd
agent on macOS. It is started at login and again if it dies; Temporal serves on
meanwhile, and is adopted with the same pid. systemd is notified when Temporal
serves, of each state, and that the supervisor is alive.

While it runs, start, stop and state work as ever. A stop ends the service as well,
until the next login; a restart leaves Temporal with a supervisor in the background,
so restart the service instead: systemctl --user restart ` + service.SystemdUnit + `,
or launchctl kickstart -k gui/$(id -u)/` + cli.LaunchdName + `.
To give the service a new version of stigmer while Temporal serves on:
systemctl --user kill --kill-who=main --signal=KILL ` + service.SystemdUnit + `,
or launchctl kill KILL gui/$(id -u)/` + cli.LaunchdName + `.`,
		Example: `  stigmer local service install --port 7333
  stigmer local service install --now
  stigmer local service install --now --restart --port 7444
  stigmer local service status
  stigmer local service uninstall --now`,
		Args: cli.NoArguments, RunE: cli.ShowHelp,
	}
	c.AddCommand(serviceInstallCommand(voices), serviceUninstallCommand(), serviceStatusCommand())
	return c
}

func serviceUninstallCommand() *cobra.Command {
	now := false
	c := &cobra.Command{
		Use:   "uninstall",
		Short: "Remove the service's file",
		Long: `Remove the service's file if stigmer wrote it. With --now the service is stopped and
disabled first, and Temporal with it. The database and the home are not touched.`,
		Example: `  stigmer local service uninstall
  stigmer local service uninstall --now`,
		Args: cli.NoArguments,
		RunE: func(c *cobra.Command, _ []string) error { return service.RunUninstall(c, now) },
	}
	c.Flags().BoolVar(&now, "now", false, "stop and disable it first")
	return c
}

func serviceInstallCommand(voices config.Origins) *cobra.Command {
	o, begin := &config.Options{}, service.ServiceBegin{}
	settings := pflag.NewFlagSet("install", pflag.ContinueOnError)
	o.AddFlags(settings)
	c := &cobra.Command{
		Use:   "install",
		Short: "Write the service's file, with the settings of start",
		Long: `Write the file of a systemd user unit or a launchd agent that runs start --foreground
with the settings that are given here by flag or environment. It prints the file's path
and how to enable the service; --now enables it. The files of --config and local.yaml are
read at each start of the service. A file that stigmer did not write, or wrote for
another home, is left alone; one that was changed by hand is kept beside the new one. A
service that runs is not changed; --now --restart restarts it, and Temporal with it.

If no systemd or launchd runs for this user, as in a container or under su, the file is
written, the output names what can be done with it, and the exit status is 3. With --now
nothing is written then.

Exit status: 0 done, 1 failed, 2 usage, 3 written, but nothing here would run it,
4 permission, 5 no Temporal binary.`,
		Example: `  stigmer local service install
  stigmer local service install --port 7333 --namespace orders
  stigmer local service install --now
  stigmer local service install --now --restart --port 7444`,
		Args: cli.NoArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			return service.RunInstall(c, o, settings, voices, begin)
		},
	}
	settings.SortFlags = false // in the help; in the service's file they are sorted
	c.Flags().AddFlagSet(settings)
	settings.SortFlags = true
	groupFlags(c)
	c.Flags().BoolVar(&begin.Now, "now", false, "enable and start it as well")
	c.Flags().BoolVar(&begin.Restart, "restart", false, "with --now: start it anew if it runs, and Temporal with it")
	return c
}

func serviceStatusCommand() *cobra.Command {
	output := ""
	c := &cobra.Command{
		Use:   "status",
		Short: "Show what is installed, and what the service manager reports",
		Long: `Show whether the service's file exists, whether this stigmer would write the same today,
and what systemd or launchd reports of the service, if one runs for this user. It
changes nothing. Whether Temporal serves is shown by state.

Exit status, as systemctl status has it: 0 it runs, 3 it does not run or is not
installed, 4 the manager cannot be asked; and 1 the file is not as it should be.`,
		Example: `  stigmer local service status
  stigmer local service status -o json`,
		Args: cli.NoArguments,
		RunE: func(c *cobra.Command, _ []string) error { return service.RunStatus(c, output) },
	}
	cli.OutputFlag(c, &output)
	return c
}
