package cmd

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/stigmer/local/actions/evidence"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/config"
	"github.com/stigmer/local/cmd/internal/databases"
	"github.com/stigmer/local/cmd/internal/installer"
	"github.com/stigmer/local/cmd/internal/lifecycle"
	"github.com/stigmer/local/fsm"
)

func upgradeCommand() *cobra.Command {
	o, u := &config.Options{Restarts: true}, databases.Upgrade{}
	c := &cobra.Command{
		Use:   evidence.UpgradeVerb,
		Short: "Bring the database to another version of Temporal, and run that",
		Long: `Stop Temporal, bring a copy of its database to the schema of another version of Temporal,
compare the two, have that version serve from the copy, and only then put it in the place
of the database, which is kept as a backup. Then that version is started.

Whatever fails, or is killed, on the way leaves the database and the old version in use;
the next command takes back what was begun, or carries it on. stigmer local restore is
the way back. Temporal itself does not migrate its development database.

` + cli.ExitHelp,
		Example: `  stigmer local upgrade
  stigmer local upgrade --version v1.8.2
  stigmer local upgrade --temporal-bin /opt/temporal/bin/temporal --yes`,
		Args: cli.NoArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := config.CheckProgramFlags(c.Flags()); err != nil {
				return err
			}
			if err := checkGrace("grace", u.Grace); err != nil {
				return err
			}
			home, err := lifecycle.Prepare(c, o)
			if err != nil {
				return err
			}
			u.Options = o
			return installer.WithBinary(c, o, home, fsm.VerbRestart, func() error {
				if o.Settings.TemporalBin == "" {
					return config.NoBinary(home, o.Settings.TemporalVersion)
				}
				return u.Run(c, home)
			})
		},
	}
	o.ProgramFlags(c.Flags())
	c.Flags().SetNormalizeFunc(func(_ *pflag.FlagSet, name string) pflag.NormalizedName {
		if name == "version" { // as install has it
			name = config.VersionFlag
		}
		return pflag.NormalizedName(name)
	})
	c.Flags().BoolVarP(&u.Yes, "yes", "y", false, "do not ask")
	c.Flags().BoolVar(&u.Drop, "drop", false, "leave out columns, indexes and triggers that the other version has no place for")
	graceFlag(c, "grace", &u.Grace)
	return c
}
