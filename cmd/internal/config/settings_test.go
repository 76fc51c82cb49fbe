package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/pflag"
	"github.com/stigmer/local/cmd/internal/cli"
)

// settle parses a command line of start in a home with this settings file.
func settle(t *testing.T, file string, args ...string) (*Options, error) {
	t.Helper()
	home := t.TempDir()
	t.Setenv("STIGMER_HOME", home)
	check(t, os.WriteFile(filepath.Join(home, FileName), []byte(file), 0o600))
	o := &Options{}
	flags := pflag.NewFlagSet("start", pflag.ContinueOnError)
	o.StartFlags(flags)
	check(t, flags.Parse(args))
	return o, o.Parse(flags)
}

// The flag beats the environment, which beats the file, which beats the default.
func TestLayers(t *testing.T) {
	t.Setenv("STIGMER_PORT", "2000")
	t.Setenv("STIGMER_IP", "0.0.0.0")
	o, err := settle(t, "# mine\nport: 3000\nip: \"::\"\nheadless: true\nnamespace: [a, b]\nprobe-period: 1500ms\n", "--port", "1000")
	check(t, err)
	s := o.Settings
	if s.Port != 1000 || s.IP != "0.0.0.0" || !s.Headless || s.Namespaces != "a,b" || s.Policy.Period != 1500 || s.HTTPPort != 0 {
		t.Errorf("%+v", s)
	}
	for name, want := range map[string]origin{
		"port": {layer: layerFlag, where: "--port"}, "ip": {layer: layerEnvironment, where: "STIGMER_IP"},
		"headless": {layerFile, "local.yaml:4", o.Config.Path, 4}, "namespace": {layerFile, "local.yaml:5", o.Config.Path, 5}, "metrics-port": {},
	} {
		if got := o.origins[name]; got != want {
			t.Errorf("%s is from %+v, not %+v", name, got, want)
		}
	}
	// What the file says counts as asked for, as the environment does.
	if !o.Given.Has("headless") || !o.Given.Has("ip") || o.Given.Has("http-port") {
		t.Errorf("given: %s", o.Given)
	}
	if s.UIPort != 2000 {
		t.Errorf("--ui-port is %d; with --port it is that plus 1000", s.UIPort)
	}
}

// Of two settings that exclude each other the stronger layer's is meant.
func TestDatabaseAndEphemeralByLayer(t *testing.T) {
	for _, c := range []struct {
		file string
		args []string
		db   bool
	}{
		{"ephemeral: true\n", []string{"--db", "x.db"}, true},
		{"db: x.db\n", []string{"--ephemeral"}, false},
		{"db: x.db\n", []string{"--ephemeral=false"}, true},
		{"db: x.db\nephemeral: false\n", nil, true},
	} {
		o, err := settle(t, c.file, c.args...)
		if err != nil || (o.Settings.DB != "") != c.db || o.Ephemeral == c.db {
			t.Errorf("%q %q: db %q, ephemeral %t, %v", c.file, c.args, o.Settings.DB, o.Ephemeral, err)
		}
	}
}

// A relative path is taken from the home, not from wherever the command is typed.
func TestConfigPathsAreTheHomes(t *testing.T) {
	user := t.TempDir()
	t.Setenv("HOME", user)
	for value, want := range map[string]string{"x.db": "HOME/x.db", "~/x.db": user + "/x.db", "/tmp/x.db": "/tmp/x.db", "'../x.db'": "UP/x.db"} {
		o, err := settle(t, "db: "+value+"\ntemporal-bin: temporal\n")
		home := os.Getenv("STIGMER_HOME")
		want = strings.NewReplacer("HOME", home, "UP", filepath.Dir(home)).Replace(want)
		if err != nil || o.Settings.DB != want || o.Settings.TemporalBin != "temporal" {
			t.Errorf("%s became %s, not %s; %s; %v", value, o.Settings.DB, want, o.Settings.TemporalBin, err)
		}
	}
	if o, err := settle(t, "temporal-bin: tools/temporal\n"); err != nil || o.Settings.TemporalBin != os.Getenv("STIGMER_HOME")+"/tools/temporal" {
		t.Errorf("%s, %v", o.Settings.TemporalBin, err)
	}
}

// Each mistake is one error with the file, the line and what is wrong.
func TestConfigMistakes(t *testing.T) {
	for file, want := range map[string]string{
		"port: 7233\nprot: 1\n":              `:2: unknown key "prot"`,
		"ui_port: 1\n":                       `:1: unknown key "ui_port"; it is ui-port`,
		"namespaces: [a]\n":                  `:1: unknown key "namespaces"; it is namespace`,
		"--port: 1\n":                        `:1: unknown key "--port"; it is port`,
		"log-level: info\n":                  `:1: unknown key "log-level"; it is temporal-log-level`,
		"\n\nport: many\n":                   `:3: port: "many" is not a whole number`,
		"port: 70000\n":                      `:1: port 70000 is not a port`,
		"port: 1.5\n":                        `:1: port: "1.5" is not a whole number`,
		"headless: maybe\n":                  `:1: headless: "maybe" is not true or false`,
		"timeout: soon\n":                    `:1: timeout: "soon" is not a time`,
		"timeout: 0s\n":                      `:1: timeout 0s`,
		"probe-period: 10\n":                 `:1: probe-period: "10" is not a time`,
		"port:\n":                            `:1: port has no value`,
		"port: [1, 2]\n":                     `:1: port takes one value`,
		"port: {a: b}\n":                     `:1: port has something else`,
		"port: 1\nport: 2\n":                 `:2: port is given a second time, after line 1`,
		"ip: my-machine\n":                   `:1: ip "my-machine" is not an IP address`,
		"ip: 127.0.0.1\nport: 5\nui-port: 5": `:3: port and ui-port are both 5`,
		"db: /no/such/folder/x.db\n":         `:1: db /no/such/folder/x.db: there is no folder`,
		"db: x.db\nephemeral: true\n":        `:1: db and ephemeral exclude`,
		"port: 65000\n":                      `:1: port 65000 leaves none for the web UI: that plus 1000 is 66000`,
		"http-port: 9000\nport: 8000\n":      `:1: --ui-port and http-port are both 9000`,
		"port: 99999999999999999999\n":       `:1: port: "99999999999999999999" is out of range`,
		"namespace: [a b]\n":                 `:1: namespace "a b" is not a name`,
		"namespace: [a, [b]]\n":              `:1: namespace has something else`,
		"port: 1\n  ip: 2\n":                 `:2: no YAML: mapping values`,
		"port: \"1\n":                        `no YAML: `,
		"just text\n":                        `:1: these are no settings`,
		"- port\n":                           `:1: these are no settings`,
		"port: 1\n---\nport: 2\n":            `a second document`,
		"a: &x 1\nport: *x\n":                `:1: unknown key "a"`,
		"log-format: xml\n":                  `:1: log-format: "xml" is neither text nor json`,
		"quiet: true\nverbose: true\n":       `:2: --verbose and --quiet exclude`,
		"mirror: /here\n":                    `:1: mirror: "/here" is not a URL`,
		"install-from: brew\n":               `:1: install-from: "brew" is neither release nor go`,
		"from: go\n":                         `:1: unknown key "from"; it is install-from`,
		"ip: &x 127.0.0.1\ndb: *x\n":         `:2: db has something else`,
		"\tport: 1\n":                        `no YAML: `,
		"port: 1\x00\n":                      `no YAML: `,
	} {
		_, err := settle(t, file)
		problem, ok := errors.AsType[*cli.Problem](err)
		if !ok || problem.Exit != cli.ExitUsage || !strings.Contains(problem.What, FileName) || !strings.Contains(problem.What, want) {
			t.Errorf("%q: %v; want %s", file, err, want)
		}
	}
	for _, file := range []string{"", "\n", "# nothing\n", "---\n", "null\n", "{}\n", "namespace: []\n", "\ufeffport: 7000\n"} {
		if _, err := settle(t, file); err != nil {
			t.Errorf("%q: %v", file, err)
		}
	}
}

// A wrong value of a variable names the variable.
func TestEnvironmentMistakeNamesItsVariable(t *testing.T) {
	t.Setenv("STIGMER_PORT", "70000")
	if _, err := settle(t, ""); err == nil || !strings.Contains(err.Error(), "environment variable STIGMER_PORT: --port 70000") {
		t.Error(err)
	}
}

// A user that can write to the file could choose what is started.
func TestConfigThatOthersCanWrite(t *testing.T) {
	for _, c := range []struct {
		home, file os.FileMode
		link, ok   bool
	}{
		{0o700, 0o600, false, true}, {0o700, 0o644, false, true}, {0o755, 0o644, false, true},
		{0o700, 0o664, false, true}, // no other user can enter the folder
		{0o755, 0o664, false, false}, {0o700, 0o666, false, false}, {0o700, 0o664, true, false}, {0o700, 0o644, true, true},
	} {
		_, err := settle(t, "")
		check(t, err)
		home := os.Getenv("STIGMER_HOME")
		path := filepath.Join(home, FileName)
		if c.link {
			target := filepath.Join(t.TempDir(), "mine.yaml")
			check(t, errors.Join(os.Rename(path, target), os.Symlink(target, path)))
		}
		check(t, errors.Join(os.Chmod(path, c.file), os.Chmod(home, c.home)))
		_, err = ReadFile()
		problem, refused := errors.AsType[*cli.Problem](err)
		if refused && problem.Try != "chmod go-w "+path {
			t.Errorf("%+v: %s", c, problem.Try)
		}
		if refused == c.ok || refused && problem.Exit != cli.ExitPermission {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

// To a file of another user's the right to write is not what is wrong.
func TestConfigOfAnotherUser(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give a file away")
	}
	if _, err := settle(t, "port: 7000\n"); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(os.Getenv("STIGMER_HOME"), FileName)
	check(t, os.Chown(path, 12345, -1))
	_, err := ReadFile()
	problem, ok := errors.AsType[*cli.Problem](err)
	if !ok || problem.Exit != cli.ExitPermission || problem.What != path+" belongs to another user (uid 12345)" ||
		problem.Try != "remove it: rm "+path+"; or keep it, as root: chown 0 "+path {
		t.Errorf("%+v", problem)
	}
}

// check ends the test unless err is nil.
func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
