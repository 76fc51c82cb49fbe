package cmd

import (
	"cmp"
	"context"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/spf13/pflag"
	"github.com/stigmer/local/cmd/internal/config"
	"github.com/stigmer/local/cmd/internal/installer"
)

// Each flag of start and restart has a variable that is read, whatever its kind, and
// so have those of the voice and the settings of an installation. That a flag beats it, TestLayers says.
func TestEveryFlagHasAVariable(t *testing.T) {
	t.Setenv("STIGMER_HOME", t.TempDir())
	values := map[string]string{"source": "go", "version": "v1.7.3", "URL": "http://127.0.0.1:2/x", "int": "17", "duration": "17s", "string": "some", "path": "some", "stringArray": "one,two", "format": "json"}
	shown := map[string]string{"stringArray": "[one,two]"}
	values["level"], values["url"], values["arg"], values["retention"] = "debug", "http://127.0.0.1:2/x", "--new", "17h0m0s"
	values["ui-ip"], values["ui-public-path"] = "::1", "/some"
	values["name=value"], values["key=json"], values["name=type"] = "a=1", `a={"b":","}`, "A=Text"
	values[config.TeamFlag] = filepath.Join(t.TempDir(), "team.yaml")
	if err := os.WriteFile(values[config.TeamFlag], nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, f := range variableFlags() {
		t.Run(f.name, func(t *testing.T) {
			flags := f.declare()
			flag := flags.Lookup(f.name)
			value := cmp.Or(values[f.name], values[flag.Value.Type()])
			if flag.Value.Type() == "bool" {
				value = strconv.FormatBool(flag.DefValue == "false")
			}
			t.Setenv(config.VariableOf(f.name), value)
			if err := f.read(flags); err != nil {
				t.Fatal(err)
			}
			if want := cmp.Or(shown[flag.Value.Type()], value); value == "" || flag.Value.String() != want {
				t.Errorf("%s=%q makes it %q, not %q", config.VariableOf(f.name), value, flag.Value.String(), want)
			}
		})
	}
}

// The help shows each flag of start and restart, and those for all commands, in its group.
func TestEveryFlagHasAGroup(t *testing.T) {
	for _, flags := range []*pflag.FlagSet{startCommand().Flags(), restartCommand().Flags(), Local().PersistentFlags()} {
		flags.VisitAll(func(f *pflag.Flag) {
			if config.GroupOf(f) == "" && f.Name != "grace" && f.Name != "now" {
				t.Errorf("--%s has no group: see addGroup in cmd/internal/config/groups.go", f.Name)
			}
		})
	}
}

// variableFlag is a flag that has a variable: declare makes its command's flags
// anew, and read has that command's environment read.
type variableFlag struct {
	name    string
	declare func() *pflag.FlagSet
	read    func(*pflag.FlagSet) error
}

func variableFlags() []variableFlag {
	settings := func(flags *pflag.FlagSet) error { return (&config.Options{}).Layers(flags) }
	var all []variableFlag
	for _, f := range []variableFlag{
		{"", func() *pflag.FlagSet { return startCommand().Flags() }, settings},
		{"", func() *pflag.FlagSet { return restartCommand().Flags() }, settings},
		{"", func() *pflag.FlagSet { return config.VoiceSet(Local()) }, readVoice},
		{"", func() *pflag.FlagSet {
			flags := pflag.NewFlagSet("install", pflag.ContinueOnError)
			new(config.Source).Declare(flags)
			return flags
		}, settings},
	} {
		f.declare().VisitAll(func(flag *pflag.Flag) { all = append(all, variableFlag{flag.Name, f.declare, f.read}) })
	}
	return all
}

// readVoice has the flags for all commands read from the environment and the settings file.
func readVoice(f *pflag.FlagSet) error {
	tree := Local()
	tree.SetContext(context.Background())
	config.VoiceSet(tree).VisitAll(func(flag *pflag.Flag) { *flag = *f.Lookup(flag.Name) })
	return tree.PersistentPreRunE(tree, nil)
}

// The settings file is read once a command: what its hook has read is what it goes by.
func TestTheSettingsFileIsReadOnce(t *testing.T) {
	if err := settings(t, "port: 7333\n"); err != nil {
		t.Fatal(err)
	}
	tree := Local()
	tree.SetContext(t.Context())
	if err := tree.PersistentPreRunE(tree, nil); err != nil {
		t.Fatal(err)
	}
	o, flags := &config.Options{Config: config.FileOf(tree)}, pflag.NewFlagSet("start", pflag.ContinueOnError)
	o.StartFlags(flags)
	if err := os.WriteFile(o.Config.Path, []byte("port: 7444\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := o.Parse(flags); err != nil || o.Settings.Port != 7333 {
		t.Errorf("port %d, %v", o.Settings.Port, err)
	}
}

// settings makes a home with this settings file.
func settings(t *testing.T, file string) error {
	t.Helper()
	home := t.TempDir()
	t.Setenv("STIGMER_HOME", home)
	return os.WriteFile(filepath.Join(home, config.FileName), []byte(file), 0o600)
}

// The layers hold for where a Temporal CLI is installed from, and for how much is said.
func TestSourceAndVoiceByLayer(t *testing.T) {
	for _, c := range []struct {
		file, variable, value, typed string
		want                         string
	}{
		{"mirror: http://127.0.0.1:2\n", "", "", "", " http://127.0.0.1:2"},
		{"install-from: go\n", "", "", "", "go "},
		{"install-from: go\n", config.MirrorVariable, "http://127.0.0.1:3", "", " http://127.0.0.1:3"},
		{"mirror: http://127.0.0.1:2\n", config.FromVariable, "go", "", "go "},
		{"mirror: http://127.0.0.1:2\ninstall-from: release\n", config.MirrorVariable, "http://127.0.0.1:3", "", " http://127.0.0.1:3"},
		{"mirror: http://127.0.0.1:2\n", "", "", "go", "go "},
	} {
		t.Run(c.want, func(t *testing.T) {
			err := settings(t, c.file)
			t.Setenv(config.MirrorVariable, "")
			if c.variable != "" {
				t.Setenv(c.variable, c.value)
			}
			from, mirror, err2 := (&installer.Options{From: c.typed}).Chosen(installCommand())
			url := ""
			if mirror != nil {
				url = mirror.String()
			}
			if got := from + " " + url; err != nil || err2 != nil || got != c.want {
				t.Errorf("%+v: %q, %v, %v", c, got, err, err2)
			}
		})
	}
	for _, c := range []struct{ variable, want string }{{"", "quiet"}, {"STIGMER_VERBOSE", "verbose"}, {"STIGMER_QUIET", "quiet"}} {
		if err := settings(t, "quiet: true\n"); err != nil {
			t.Fatal(err)
		}
		if c.variable != "" {
			t.Setenv(c.variable, "true")
		}
		flags := config.VoiceSet(Local())
		if err := readVoice(flags); err != nil || flags.Lookup(c.want).Value.String() != "true" || flags.Lookup("quiet").Value.String() == flags.Lookup("verbose").Value.String() {
			t.Errorf("%+v: %v", c, err)
		}
		os.Unsetenv(c.variable)
	}
}
