package cmd

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/stigmer/local/statefile"
)

func configCommand(voices origins) *cobra.Command {
	c := &cobra.Command{
		Use:   "config",
		Short: "Show the settings, and where each comes from",
		Long: `Show the settings that start would use. A setting is taken from the first of these
that has it: the flag, its environment variable (--ui-port is STIGMER_UI_PORT), the
file local.yaml in the home, the default.

The keys of local.yaml are the names of start's flags:

  port: 7333
  namespace: [orders, billing]
  db: ~/orders.db             # a relative path is taken from the home

Further keys are ` + quietFlag + `, ` + verboseFlag + ` and ` + logFormatFlag + `, as for every command, and, for the source
of a Temporal CLI, ` + mirrorSetting + ` ($` + mirrorVariable + `, install's --mirror) and
` + fromSetting + ` ($` + fromVariable + `, install's --from). Commands that use none of the
other settings, such as stop, ignore a damaged file.

A key of the file counts at each start and restart like a flag: if Temporal is running
with another value, start fails, names the difference and changes nothing. A file that
other users could write to is not read.

If there is no local.yaml, a config.yaml in the home that has only such keys is read
instead, with a note: that name belongs to the Stigmer CLI.`,
		Example: `  stigmer local config show
  stigmer local config show --port 7333 -o json
  $EDITOR "$(stigmer local config path)"`,
		Args: noArguments, RunE: showHelp,
	}
	c.AddCommand(configShowCommand(voices), configPathCommand())
	return c
}

func configPathCommand() *cobra.Command {
	return &cobra.Command{
		Use: "path", Short: "Print the path of the settings file, whether it exists or not", Args: noArguments,
		Example: `  $EDITOR "$(stigmer local config path)"`,
		RunE: func(c *cobra.Command, _ []string) error {
			path, err := configPath()
			if err != nil {
				return err
			}
			fmt.Fprintln(c.OutOrStdout(), path)
			file, _ := readConfig() // its faults are for the editor to mend
			file.noteBeside(c)
			return nil
		},
	}
}

func configShowCommand(voices origins) *cobra.Command {
	o, output := &options{}, ""
	c := &cobra.Command{
		Use:   "show",
		Short: "Show each setting, and where it comes from",
		Long: `Show each setting that start would use, and where it comes from: a flag, an
environment variable, a line of local.yaml, or the default. It takes the flags of
start, to see what they would change. Nothing is started or made.

Exit status: 0 done, 2 a setting is not understood, 4 local.yaml is not to be trusted.`,
		Example: `  stigmer local config show
  stigmer local config show --port 7333
  stigmer local config show -o json`,
		Args: noArguments,
	}
	settings := pflag.NewFlagSet("show", pflag.ContinueOnError)
	settings.SortFlags = false
	o.startFlags(settings)
	c.Flags().AddFlagSet(settings)
	outputFlag(c, &output)
	c.RunE = func(c *cobra.Command, _ []string) error { return runConfigShow(c, o, settings, voices, output) }
	return c
}

// ConfigReport is what config show -o json prints.
type ConfigReport struct {
	Schema int `json:"schema"`
	// Path is the settings file, which Exists or not.
	Path   string `json:"path"`
	Exists bool   `json:"exists"`
	// Notes are about config.yaml, the Stigmer CLI's file.
	Notes    []string        `json:"notes"`
	Settings []SettingReport `json:"settings"`
}

// SettingReport is one setting.
type SettingReport struct {
	Name string `json:"name"`
	// Value is a number, a boolean, a list or a text, by the kind of the setting.
	Value any `json:"value"`
	// Layer is flag, environment, file or default.
	Layer string `json:"layer"`
	// Source names the flag, the variable, or the line of the file; for a default
	// that depends on something, on what.
	Source string `json:"source"`
}

func runConfigShow(c *cobra.Command, o *options, settings *pflag.FlagSet, voices origins, output string) error {
	if err := checkOutput(output); err != nil {
		return err
	}
	if err := o.parse(settings); err != nil {
		return err
	}
	report, err := o.configReport(settings)
	if err != nil {
		return err
	}
	o.warnUIPort(c)
	source, sources := &source{}, pflag.NewFlagSet("show", pflag.ContinueOnError)
	source.declare(sources)
	if err := source.layers(sources); err != nil {
		return err
	}
	report.add(sources, source.origins, func(f *pflag.Flag) (any, string) { return source.standard(f) })
	report.add(voiceSet(c), voices, func(f *pflag.Flag) (any, string) { return valueOf(f), voices.beats(f.Name) })
	if output == "json" {
		return printJSON(c.OutOrStdout(), report)
	}
	printConfig(c.OutOrStdout(), report)
	o.config.noteBeside(c)
	return nil
}

func (o *options) configReport(settings *pflag.FlagSet) (ConfigReport, error) {
	path, err := homePath()
	if err != nil {
		return ConfigReport{}, err
	}
	home, there, err := statefile.FindHome(path)
	if err != nil || !there {
		home = statefile.Home(path)
	}
	report := ConfigReport{Schema: 1, Path: o.config.path, Exists: o.config.exists, Notes: append([]string{}, o.config.besideNotes()...)}
	report.add(settings, o.origins, func(f *pflag.Flag) (any, string) { return o.standard(f, home) })
	return report, nil
}

// add adds settings with their origins; standard is a setting's default, with what it
// depends on.
func (r *ConfigReport) add(settings *pflag.FlagSet, origins origins, standard func(*pflag.Flag) (any, string)) {
	settings.VisitAll(func(f *pflag.Flag) {
		from, given := origins[f.Name]
		s := SettingReport{Name: f.Name, Value: valueOf(f), Layer: from.layer, Source: from.where}
		if !given {
			s.Layer = layerDefault
			s.Value, s.Source = standard(f)
		}
		r.Settings = append(r.Settings, s)
	})
}

// standard is the default of a setting, with what it depends on.
func (o *options) standard(f *pflag.Flag, home statefile.Home) (value any, because string) {
	if name := variableOf(f.Name); serviceLink(f, os.Getenv(name)) {
		return valueOf(f), linkWords(name)
	}
	switch f.Name {
	case "ui-port":
		if o.given.Has("port") {
			return o.settings.UIPort, "port plus 1000"
		}
	case "db":
		if o.ephemeral {
			return "", "ephemeral"
		}
		return home.DB(), "in the home"
	case "temporal-bin":
		switch found := findBinary(home); found {
		case "":
			return "", "none found"
		case home.Bin():
			return found, "in the home"
		default:
			return found, "in PATH"
		}
	}
	return valueOf(f), ""
}

// valueOf is a flag's value as JSON has it.
func valueOf(f *pflag.Flag) any {
	text := f.Value.String()
	switch f.Value.Type() {
	case "int", "bool":
		return json.RawMessage(text) // as it is: both are written alike in JSON
	case "stringArray":
		if list, ok := f.Value.(pflag.SliceValue); ok {
			return append([]string{}, list.GetSlice()...)
		}
	case "duration":
		if d, err := time.ParseDuration(text); err == nil {
			return d.String()
		}
	}
	return text
}

func printConfig(out io.Writer, r ConfigReport) {
	note := ""
	if !r.Exists {
		note = "  (not there)"
	}
	fmt.Fprintf(out, "%s%s\n", r.Path, note)
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	defer table.Flush()
	for _, s := range r.Settings {
		from := s.Source
		if s.Layer == layerDefault {
			from = strings.TrimSuffix("default, "+s.Source, ", ")
		}
		fmt.Fprintf(table, "  %s\t%s\t%s\n", s.Name, valueText(s.Value), from)
	}
}

func valueText(value any) string {
	switch v := value.(type) {
	case json.RawMessage:
		return string(v)
	case []string:
		return either(strings.Join(v, ","), "-")
	}
	return either(fmt.Sprint(value), "-")
}
