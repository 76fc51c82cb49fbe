package cmd

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
)

func serviceCommand(voices origins) *cobra.Command {
	c := &cobra.Command{
		Use:   "service",
		Short: "Run Temporal under systemd or launchd",
		Long: `Run the supervisor under the system's own: a systemd user unit on Linux, a launchd
agent on macOS. It is started at login and again if it dies; Temporal serves on
meanwhile, and is adopted with the same pid. systemd is notified when Temporal
serves, of each state, and that the supervisor is alive.

While it runs, start, stop and state work as ever. A stop ends the service as well,
until the next login; a restart leaves Temporal with a supervisor in the background,
so restart the service instead: systemctl --user restart ` + systemdUnit + `,
or launchctl kickstart -k gui/$(id -u)/` + launchdName + `.
To give the service a new version of stigmer while Temporal serves on:
systemctl --user kill --kill-who=main --signal=KILL ` + systemdUnit + `,
or launchctl kill KILL gui/$(id -u)/` + launchdName + `.`,
		Example: `  stigmer local service install --port 7333
  stigmer local service install --now
  stigmer local service install --now --restart --port 7444
  stigmer local service status
  stigmer local service uninstall --now`,
		Args: noArguments, RunE: showHelp,
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
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error { return runServiceUninstall(c, now) },
	}
	c.Flags().BoolVar(&now, "now", false, "stop and disable it first")
	return c
}

func runServiceUninstall(c *cobra.Command, now bool) error {
	m, f, err := openService(c, now)
	if err != nil {
		return err
	}
	out := success(c)
	if !f.there {
		fmt.Fprintf(out, "Not installed: there is no %s\n", m.path)
		return nil
	}
	if now {
		if err := m.run(m.disable, "the file was not removed"); err != nil {
			return err
		}
	}
	if err := errors.Join(f.clear(out, m), m.removeWantsLink()); err != nil {
		return systemProblem(err, "the service was not removed")
	}
	fmt.Fprintf(out, "Removed %s, the service of home %s\n", m.path, f.params.Home)
	if now {
		return m.run(m.reload, "the file was removed")
	}
	if m.present() != nil {
		return nil // no manager that could run it
	}
	fmt.Fprintf(out, "If the service runs, it goes on until it is stopped:\n%s", commandLines(m.ending))
	return nil
}
