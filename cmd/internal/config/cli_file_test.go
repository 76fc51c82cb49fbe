package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stigmer/local/cmd/internal/cli"
)

// cliHome is a home with this config.yaml, which is not made where text is empty.
func cliHome(t *testing.T, text string) (path string) {
	t.Helper()
	home := t.TempDir()
	t.Setenv("STIGMER_HOME", home)
	path = filepath.Join(home, CliName)
	if text != "" {
		check(t, os.WriteFile(path, []byte(text), 0o600))
	}
	return path
}

// Which config.yaml is ours, still, and which are the Stigmer CLI's.
func TestWhoseConfigYAML(t *testing.T) {
	for text, ours := range map[string]bool{
		"port: 7000\n":                  true,
		"# mine\nnamespace: [a, b]\n":   true,
		"quiet: true\nmirror: http://x": true,
		"port: nonsense\n":              true, // its mistake is named

		"":                            false,
		"# nothing\n":                 false,
		"{}\n":                        false,
		"null\n":                      false,
		"- port\n":                    false,
		"port\n":                      false,
		"port: 1\n  ip: 2\n":          false,
		"port: \"1\n":                 false,
		"\x00\x01\x02":                false,
		"port: 7000\nbackend: {}\n":   false,
		"port: {http: 7000}\n":        false,
		"namespace: [[a]]\n":          false,
		"<<: {port: 7000}\n":          false,
		"port: 7000\n---\nport: 1\n":  false,
		"a: &a [*a]\n":                false,
		"? [port]\n: 7000\n":          false,
		"ui_port: 8000\n":             false,
		strings.Repeat("#", 2<<20):    false,
		"port: &x 7000\nui-port: *x":  false,
		"Port: 7000\n":                false,
		"backend:\n  type: local\n":   false,
		"context: {}\nport: 7000\n":   false,
		"temporal-bin: !!binary x\n ": true,
	} {
		path := cliHome(t, text)
		c, err := ReadFile()
		if _, wrong := errors.AsType[*cli.Problem](err); wrong != strings.Contains(text, "nonsense") {
			t.Errorf("%.40q: %v", text, err)
		}
		if read := c.Path == path && c.Exists; read != ours {
			t.Errorf("%.40q is read: %t", text, read)
		}
	}
}

// What config.yaml is stops nothing.
func TestConfigYAMLThatIsNoFile(t *testing.T) {
	for name, makeIt := range map[string]func(path string) error{
		"a folder":   func(path string) error { return os.Mkdir(path, 0o700) },
		"a fifo":     func(path string) error { return syscall.Mkfifo(path, 0o600) },
		"a loop":     func(path string) error { return os.Symlink(path, path) },
		"nowhere":    func(path string) error { return os.Symlink("/none/such", path) },
		"a device":   func(path string) error { return os.Symlink("/dev/zero", path) },
		"unreadable": func(path string) error { return os.WriteFile(path, []byte("port: 1\n"), 0) },
		"another's": func(path string) error {
			return errors.Join(os.WriteFile(path, []byte("port: 1\n"), 0o600), os.Chown(path, 12345, -1))
		},
		"open to more": func(path string) error {
			return errors.Join(os.WriteFile(path, []byte("port: 1\n"), 0o600), os.Chmod(path, 0o666))
		},
	} {
		if os.Geteuid() != 0 && name == "another's" || os.Geteuid() == 0 && name == "unreadable" {
			continue
		}
		check(t, makeIt(cliHome(t, "")))
		c, err := ReadFile()
		if err != nil || c.Exists || len(c.entries) > 0 {
			t.Errorf("%s: %+v, %v", name, c, err)
		}
	}
}

// In which forms the Stigmer CLI's settings have it run a Temporal.
func TestManagesTemporal(t *testing.T) {
	for text, want := range map[string]bool{
		"backend: {type: local}":                                                true,
		"backend: {local: {}}":                                                  true,
		"backend: {local: null}":                                                true,
		"backend: local":                                                        true,
		"backend: {type: local, local: {temporal: null}}":                       true,
		"backend: {type: local, local: {temporal: {managed: true}}}":            true,
		"backend: {type: local, local: {temporal: {managed: 'false'}}}":         true, // a text is no false
		"backend: {type: local, local: {temporal: {managed: no}}}":              true, // YAML 1.2 has no such false
		"backend: {type: local, local: {temporal: {address: 'localhost:1'}}}":   true,
		"t: &t {managed: true}\nbackend: {type: local, local: {temporal: *t}}":  true,
		"backend: {type: local, local: {temporal: {managed: false}}}":           false,
		"backend: {type: local, local: {temporal: {managed: False}}}":           false,
		"t: &t {managed: false}\nbackend: {type: local, local: {temporal: *t}}": false,
		"backend: {type: cloud}":                                                false,
		"backend: {type: cloud, local: {temporal: {managed: true}}}":            false,
		"backend: cloud":             false,
		"backend: {}":                false,
		"backend:":                   false,
		"context: {organization: x}": false,
		"":                           false,
		"backend: [local]":           false,
	} {
		if got := managesTemporal([]byte(text)); got != want {
			t.Errorf("%s: %t", text, got)
		}
	}
}

// Two names of one file are no two files.
func TestConfigYAMLIsLocalYAML(t *testing.T) {
	path := cliHome(t, "port: 7000\n")
	check(t, os.Symlink(path, filepath.Join(filepath.Dir(path), FileName)))
	c, err := ReadFile()
	if err != nil || len(c.entries) != 1 || filepath.Base(c.Path) != FileName || len(c.BesideNotes()) > 0 {
		t.Errorf("%+v, %v", c, err)
	}
}
