package cmd

import (
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/config"
	"github.com/stigmer/local/cmd/internal/lifecycle"
)

func configCommand(voices config.Origins) *cobra.Command {
	c := &cobra.Command{
		Use:   "config",
		Short: "Show and check the settings, and where each comes from",
		Long: `Show the settings that start would use. A setting is taken from the first of these
that has it: the flag, its environment variable (--ui-port is STIGMER_UI_PORT), the
file that --` + config.TeamFlag + ` or ` + config.TeamVariable + ` names, local.yaml in the home, the default.

The keys of both files are the names of start's flags:

  port: 7333
  namespace: [orders, billing]
  db: ~/orders.db             # a relative path is taken from the file's folder
  search-attribute:
    CustomerId: Keyword       # of every namespace
    orders: {Region: Keyword} # of one
  dynamic-config-value:
    limit.maxIDLength: 500    # values are JSON; a text is a JSON string

Further keys are ` + cli.QuietFlag + `, ` + cli.VerboseFlag + ` and ` + cli.LogFormatFlag + `, as for every command, and, for the source
of a Temporal CLI, ` + config.MirrorSetting + ` ($` + config.MirrorVariable + `, install's --mirror) and
` + config.FromSetting + ` ($` + config.FromVariable + `, install's --from). Commands that use none of the
other settings, such as stop, ignore a damaged file. In a variable a list is one text a
line, or a JSON list; STIGMER_NAMESPACE and STIGMER_PASS_ENV are split at commas, or a JSON list.

A key of a file counts at each start and restart like a flag: if Temporal is running
with another value, start fails, names the difference and changes nothing.

A local.yaml that other users could write to is not read. A file of --` + config.TeamFlag + ` is, but for
what could run a program, or have a file or variable of yours read, overwritten or sent:
each path and URL, sqlite-pragma, temporal-arg and pass-env.

If there is no local.yaml, a config.yaml in the home that has only such keys is read
instead, with a note: that name belongs to the Stigmer CLI.`,
		Example: `  stigmer local config show
  stigmer local config show --port 7333 -o json
  stigmer local config init stigmer.yaml
  stigmer local config check stigmer.yaml
  stigmer local start --config stigmer.yaml
  $EDITOR "$(stigmer local config path)"`,
		Args: cli.NoArguments, RunE: cli.ShowHelp,
	}
	c.AddCommand(configShowCommand(voices), configPathCommand(), configCheckCommand(), configInitCommand())
	return c
}

func configPathCommand() *cobra.Command {
	return &cobra.Command{
		Use: "path", Short: "Print the path of the settings file, whether it exists or not", Args: cli.NoArguments,
		Example: `  $EDITOR "$(stigmer local config path)"`,
		RunE: func(c *cobra.Command, _ []string) error {
			path, err := config.ConfigPath()
			if err != nil {
				return err
			}
			fmt.Fprintln(c.OutOrStdout(), path)
			file, _ := config.ReadFile() // its faults are for the editor to mend
			file.NoteBeside(c)
			return nil
		},
	}
}

func configShowCommand(voices config.Origins) *cobra.Command {
	o, output := &config.Options{}, ""
	c := &cobra.Command{
		Use:   "show",
		Short: "Show each setting, and where it comes from",
		Long: `Show each setting that start would use, and where it comes from: a flag, an
environment variable, a line of the file of --config or of local.yaml, or the default. It
takes the flags of start, to see what they would change. Nothing is started or made.

Exit status: 0 done, 2 a setting is not understood, 4 a file is not to be trusted.`,
		Example: `  stigmer local config show
  stigmer local config show --port 7333
  stigmer local config show -o json`,
		Args: cli.NoArguments,
	}
	settings := pflag.NewFlagSet("show", pflag.ContinueOnError)
	settings.SortFlags = false
	o.StartFlags(settings)
	c.Flags().AddFlagSet(settings)
	cli.OutputFlag(c, &output)
	groupFlags(c)
	c.RunE = func(c *cobra.Command, _ []string) error { return runConfigShow(c, o, settings, voices, output) }
	return c
}

func runConfigShow(c *cobra.Command, o *config.Options, settings *pflag.FlagSet, voices config.Origins, output string) error {
	if err := cli.CheckOutput(output); err != nil {
		return err
	}
	o.Config = config.FileOf(c)
	if err := o.Parse(settings); err != nil {
		return err
	}
	report, err := o.Report(settings)
	if err != nil {
		return err
	}
	lifecycle.WarnUIPort(c, o)
	source, sources := &config.Source{}, pflag.NewFlagSet("show", pflag.ContinueOnError)
	source.Declare(sources)
	if err := source.Layers(c, sources); err != nil {
		return err
	}
	report.Add(sources, source.Origins, func(f *pflag.Flag) (any, string) { return source.Standard(f) })
	report.Add(config.VoiceSet(c), voices, func(f *pflag.Flag) (any, string) { return config.ValueOf(f), voices.Beats(f.Name) })
	if output == "json" {
		return cli.PrintJSON(c.OutOrStdout(), report)
	}
	config.PrintReport(c.OutOrStdout(), report)
	o.Config.NoteBeside(c)
	return nil
}
