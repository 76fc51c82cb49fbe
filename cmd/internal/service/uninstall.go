package service

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/stigmer/local/cmd/internal/cli"
)

// RunUninstall removes the service's file, and with --now ends the service.
func RunUninstall(c *cobra.Command, now bool) error {
	m, f, err := openService(c, now)
	if err != nil {
		return err
	}
	out := cli.Success(c)
	if !f.there {
		fmt.Fprintf(out, "Not installed: there is no %s\n", m.path)
		return nil
	}
	if now {
		if err := m.run(m.verbs.disable, "the file was not removed"); err != nil {
			return err
		}
	}
	if err := f.remove(out, m); err != nil {
		return err
	}
	fmt.Fprintf(out, "Removed %s, the service of home %s\n", m.path, f.params.Home)
	if now {
		return m.run(m.verbs.reload, "the file was removed")
	}
	if m.present() == nil {
		fmt.Fprintf(out, "If the service runs, it goes on until it is stopped:\n%s", commandLines(m.byHand.end))
	}
	return nil
}
