package cmd

import (
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/stigmer/local/actions/evidence"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/databases"
)

func backupCommand() *cobra.Command {
	var list, yes bool
	var gone string
	c := &cobra.Command{
		Use:   "backup [NAME]",
		Short: "Copy the database, also while Temporal runs",
		Long: `Copy the database beside it under a name, or under the time. The copy is the state of one
moment: SQLite makes it page by page, with the server's own locks, while Temporal runs.

--list shows what is kept: backups, and the databases that a reset, an upgrade or a
restore has replaced. Any of them can be restored, or deleted.

` + cli.ExitHelp,
		Example: `  stigmer local backup before-the-demo
  stigmer local backup --list
  stigmer local backup --delete before-the-demo`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			switch {
			case list && gone != "", (list || gone != "") && len(args) > 0:
				return cli.UsageProblem(errors.New("a NAME, --list and --delete exclude each other"))
			case list:
				return databases.List(c)
			case gone != "":
				return databases.Delete(c, gone, yes)
			case len(args) == 1:
				return databases.Backup(c, args[0])
			}
			return databases.Backup(c, "")
		},
	}
	c.Flags().BoolVar(&list, "list", false, "show what is kept")
	c.Flags().StringVar(&gone, "delete", "", "delete the backup of this name")
	c.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask before --delete")
	return c
}

func restoreCommand() *cobra.Command {
	var yes bool
	var grace time.Duration
	c := &cobra.Command{
		Use:   evidence.RestoreVerb + " NAME",
		Short: "Put a backup in the place of the database, and keep what it replaces",
		Long: `Stop Temporal, and put a copy of a backup in the place of its database. The database as
it is now is kept, under a dated name, and the backup stays. stigmer local backup --list
shows the names.

` + cli.ExitHelp,
		Example: `  stigmer local restore before-the-demo
  stigmer local restore 1.5.1 --yes`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return cli.UsageProblem(errors.New("restore needs the NAME of one backup: stigmer local backup --list"))
			}
			return nil
		}, ValidArgsFunction: databases.CompleteNames,
		RunE: func(c *cobra.Command, args []string) error {
			if err := checkGrace("timeout", grace); err != nil {
				return err
			}
			return databases.Restore(c, args[0], yes, grace)
		},
	}
	c.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask")
	graceFlag(c, "timeout", &grace)
	return c
}
