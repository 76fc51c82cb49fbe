package cmd

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/human"
	"github.com/stigmer/local/cmd/internal/profile"
)

func envCommand() *cobra.Command {
	o := &profile.Options{}
	c := &cobra.Command{
		Use:   "env",
		Short: "Point a shell, or a profile, at the local Temporal",
		Long: `Print the lines that point a shell's programs at the local Temporal: every Temporal
SDK's environment configuration and the Temporal CLI read TEMPORAL_ADDRESS and
TEMPORAL_NAMESPACE. TEMPORAL_HTTP_ADDRESS (the HTTP API) and TEMPORAL_METRICS_ADDRESS
(a target for Prometheus) are for scripts. The addresses are the recorded ones,
whether Temporal runs or not. With --output the lines are for another reader: dotenv
for Docker Compose and the dotenv libraries, json for a program, github for $GITHUB_ENV.

With --profile, write a profile into the configuration file of the SDKs and of the
Temporal CLI instead ($TEMPORAL_CONFIG_FILE, else temporalio/temporal.toml in the
user's configuration folder). Everything else in that file stays as it is, comments
included. Beware that a variable beats a profile: --unset takes the variables back.

Exit status: 0 done, 1 failed, 2 usage, 4 permission.`,
		Example: `  eval "$(stigmer local env)"
  stigmer local env --shell fish | source
  eval "$(stigmer local env --unset)"
  stigmer local env -o dotenv > .env
  stigmer local env -o github >> "$GITHUB_ENV"
  stigmer local env --profile local
  temporal --profile local workflow list`,
		Args: cli.NoArguments,
		RunE: func(c *cobra.Command, _ []string) error { return profile.Run(c, o) },
	}
	f := c.Flags()
	f.StringVar(&o.Shell, "shell", "", strings.Join(human.ShellNames, ", ")+" (default from $SHELL, else bash)")
	f.StringVarP(&o.Output, "output", "o", profile.ShellOutput, strings.Join(profile.Outputs, ", "))
	f.BoolVar(&o.Unset, "unset", false, "print the lines that remove the variables again")
	f.StringVar(&o.Namespace, "namespace", "default", "namespace to name")
	f.StringVar(&o.Profile, "profile", "", "write this profile into the configuration file, and print no lines")
	cli.PathVar(f, &o.File, "file", "configuration file of --profile")
	f.BoolVar(&o.Force, "force", false, "let --profile replace the address of another machine")
	return c
}
