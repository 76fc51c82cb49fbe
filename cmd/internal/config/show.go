package config

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/pflag"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/human"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

// Report is what config show -o json prints.
type Report struct {
	Schema int `json:"schema"`
	// Path is the settings file, which Exists or not.
	Path   string `json:"path"`
	Exists bool   `json:"exists"`
	// Config is the file that --config names, empty for none.
	Config string `json:"config"`
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

func (o *Options) Report(settings *pflag.FlagSet) (Report, error) {
	path, err := cli.HomePath()
	if err != nil {
		return Report{}, err
	}
	home, there, err := statefile.FindHome(path)
	if err != nil || !there {
		home = statefile.Home(path)
	}
	report := Report{Schema: 1, Path: o.Config.Path, Exists: o.Config.Exists, Config: o.Config.TeamPath(), Notes: append([]string{}, o.Config.BesideNotes()...)}
	report.Add(settings, o.origins, func(f *pflag.Flag) (any, string) { return o.standard(f, home) })
	return report, nil
}

// Add adds settings with their origins; standard is a setting's default, with what it
// depends on.
func (r *Report) Add(settings *pflag.FlagSet, origins Origins, standard func(*pflag.Flag) (any, string)) {
	settings.VisitAll(func(f *pflag.Flag) {
		from, given := origins[f.Name]
		s := SettingReport{Name: f.Name, Value: ValueOf(f), Layer: from.layer, Source: from.where}
		if !given {
			s.Layer = layerDefault
			s.Value, s.Source = standard(f)
		}
		r.Settings = append(r.Settings, s)
	})
}

// standard is the default of a setting, with what it depends on.
func (o *Options) standard(f *pflag.Flag, home statefile.Home) (value any, because string) {
	if name := VariableOf(f.Name); serviceLink(f, os.Getenv(name)) {
		return ValueOf(f), linkWords(name)
	}
	switch f.Name {
	case "port", "ui-port":
		return o.standardPort(f.Name == "ui-port", home)
	case "db":
		if o.Ephemeral {
			return "", "ephemeral"
		}
		return home.DB(), "in the home"
	case "temporal-bin":
		version := o.Settings.TemporalVersion
		switch found := FindBinary(home, version); {
		case version != "":
			return found, VersionFlag
		case found == "":
			return "", "none found"
		case found == home.Bin():
			return found, "in the home"
		default:
			return found, "in PATH"
		}
	}
	return ValueOf(f), ""
}

// standardPort is the frontend's or the web UI's: one that was drawn stays with the home.
func (o *Options) standardPort(ui bool, home statefile.Home) (port int, because string) {
	document, _ := (statefile.File{Home: home}).Load() // of none all is 0
	next := fsm.Command{Verb: fsm.VerbStart, Want: o.Settings, Given: o.Given}.Next(document.Record)
	port, drawn := next.Settings.Port, next.Drawn.Frontend
	if ui {
		port, drawn = next.Settings.UIPort, next.Drawn.UI
	}
	switch {
	case drawn != 0:
		return port, "drawn for this home"
	case ui && port == 0:
		return port, "a free one, as port"
	case ui && o.Given.Has("port"):
		return port, "port plus 1000"
	}
	return port, ""
}

// ValueOf is a flag's value as JSON has it.
func ValueOf(f *pflag.Flag) any {
	text := f.Value.String()
	if list, ok := f.Value.(pflag.SliceValue); ok {
		return append([]string{}, list.GetSlice()...)
	}
	switch f.Value.Type() {
	case "int", "bool":
		return json.RawMessage(text) // as it is: both are written alike in JSON
	case "duration":
		if d, err := time.ParseDuration(text); err == nil {
			return d.String()
		}
	}
	return text
}

// PrintReport prints the settings, each with where it is from.
func PrintReport(out io.Writer, r Report) {
	note := ""
	if !r.Exists {
		note = "  (not there)"
	}
	if r.Config != "" {
		fmt.Fprintf(out, "%s\n", r.Config)
	}
	fmt.Fprintf(out, "%s%s\n", r.Path, note)
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	defer table.Flush()
	for _, s := range r.Settings {
		from := s.Source
		if s.Layer == layerDefault {
			from = strings.TrimSuffix("default, "+s.Source, ", ")
		}
		lines := valueLines(s.Value)
		fmt.Fprintf(table, "  %s\t%s\t%s\n", s.Name, lines[0], from)
		for _, line := range lines[1:] {
			fmt.Fprintf(table, "  \t%s\t\n", line)
		}
	}
}

// readable quotes the texts of a list that commas do not separate.
func readable(list []string) (words []string) {
	for _, text := range list {
		if strings.ContainsAny(text, ", \t\r\n'\"") {
			text = human.ShellWord(text)
		}
		words = append(words, text)
	}
	return words
}

// shortList is how long a list may be, in bytes, to stand in one line.
const shortList = 60

// valueLines are the lines for a value: more than one for a list that is not short.
func valueLines(value any) []string {
	switch v := value.(type) {
	case json.RawMessage:
		return []string{string(v)}
	case []string:
		words := readable(v)
		if line := strings.Join(words, ","); len(line) <= shortList {
			return []string{cmp.Or(line, "-")}
		}
		return words
	}
	return []string{cmp.Or(fmt.Sprint(value), "-")}
}
