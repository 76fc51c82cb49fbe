package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stigmer/local/cmd/internal/cli"
)

// teamFile is a settings file in a folder of its own, where ui has the files of a web UI.
func teamFile(t *testing.T, text string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "stigmer.yaml")
	check(t, os.WriteFile(path, []byte(text), 0o644))
	pageIn(t, filepath.Join(filepath.Dir(path), "ui"))
	return path
}

// pageIn makes a folder with the page of a web UI.
func pageIn(t *testing.T, folder string) {
	t.Helper()
	check(t, os.Mkdir(folder, 0o755))
	check(t, os.WriteFile(filepath.Join(folder, "index.html"), nil, 0o644))
}

// The file of --config is under the flags and the variables, and over local.yaml.
func TestTeamLayer(t *testing.T) {
	path := teamFile(t, "port: 3000\nip: \"::\"\nheadless: true\nnamespace: [a]\ndb: x.db\n")
	t.Setenv("STIGMER_IP", "0.0.0.0")
	own := "namespace: [b, c]\nephemeral: true\nrestart-limit: 7\n"
	for _, given := range []string{"flag", "variable"} {
		args := []string{"--port", "1000"}
		if given == "flag" {
			args = append(args, "--config", path)
		} else {
			t.Setenv(TeamVariable, path)
		}
		o, err := settle(t, own, args...)
		check(t, err)
		s := o.Settings
		if s.Port != 1000 || s.IP != "0.0.0.0" || !s.Headless || s.Namespaces != "a" || s.Policy.RestartLimit != 7 || o.Ephemeral || s.DB != filepath.Join(filepath.Dir(path), "x.db") {
			t.Errorf("%s: %+v", given, s)
		}
		if o.origins["namespace"] != (origin{layerFile, "stigmer.yaml:4", path, 4}) || o.origins["restart-limit"].where != "local.yaml:3" {
			t.Errorf("%s: %+v", given, o.origins)
		}
	}
	if o, err := settle(t, own, "--config="); err != nil || o.Config.Team != nil || o.Settings.Namespaces != "b,c" {
		t.Errorf("an empty --config leaves the variable's: %+v, %v", o.Config.Team, err)
	}
}

// A team's file that is called local.yaml, too, is named by its whole path.
func TestTeamFileCalledLocalYAML(t *testing.T) {
	path := filepath.Join(t.TempDir(), FileName)
	check(t, os.WriteFile(path, []byte("headless: true\n"), 0o600))
	o, err := settle(t, "restart-limit: 7\n", "--config", path)
	if err != nil || o.origins["headless"].where != path+":1" || o.origins["restart-limit"].where != FileName+":1" {
		t.Errorf("%+v, %v", o.origins, err)
	}
}

// What is wrong in the file of --config is named with its path and line.
func TestTeamMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"port: 1\nprot: 2\n":                           `:2: unknown key "prot"`,
		"config: other.yaml\n":                         `:1: unknown key "config"`,
		"ip: my-machine\n":                             `:1: ip "my-machine" is not an IP address`,
		"namespace:\n- a\n- a b\n":                     `:1: namespace "a b" is not a name`,
		"search-attribute:\n- A=Text\n- B=Nothing\n":   `:3: search-attribute: "Nothing" is no type`,
		"dynamic-config-value:\n  a: 1\n  a: 2\n":      `:3: dynamic-config-value: a is given a second time, after line 2`,
		"namespace: {a: b}\n":                          `:1: namespace has something else`,
		"port: 1\n---\nport: 2\n":                      `a second document`,
		"dynamic-config-value:\n  a: &x 1\n  b: *x\n":  `:3: dynamic-config-value has something else than plain values: the alias *x`,
		"dynamic-config-value:\n  a: .inf\n":           `:2: dynamic-config-value: ".inf" cannot be written as JSON`,
		"dynamic-config-value:\n  a=b: 1\n":            `:2: dynamic-config-value: "a=b" has a =`,
		"search-attribute: {orders: {A: {B: Text}}}\n": `:1: search-attribute: A has something else`,
		"search-attribute: {A: }\n":                    `:1: search-attribute: A has no value`,
	} {
		path := teamFile(t, text)
		_, err := settle(t, "", "--config", path)
		problem, ok := errors.AsType[*cli.Problem](err)
		if !ok || problem.Exit != cli.ExitUsage || !strings.HasPrefix(problem.What, path+":") || !strings.Contains(problem.What, want) {
			t.Errorf("%q: %v; want %s", text, err, want)
		}
	}
}

// What is no file of settings is one clear error, and no command hangs on it.
func TestTeamFileThatIsNone(t *testing.T) {
	for name, c := range map[string]struct {
		makeIt func(path string) error
		want   string
	}{
		"not there":   {func(string) error { return nil }, "there is no such file"},
		"a folder":    {func(path string) error { return os.Mkdir(path, 0o700) }, "it is a folder"},
		"a pipe":      {func(path string) error { return syscall.Mkfifo(path, 0o600) }, "it is no file"},
		"a device":    {func(path string) error { return os.Symlink("/dev/null", path) }, "it is no file"},
		"broken link": {func(path string) error { return os.Symlink("none.yaml", path) }, "it is a link to none.yaml, which is not there"},
		"too large":   {func(path string) error { return os.WriteFile(path, make([]byte, 1<<20+1), 0o600) }, "it is larger than 1 MiB"},
		"a loop":      {func(path string) error { return os.Symlink(path, path) }, "too many levels"},
		"below a file": {func(path string) error {
			return os.WriteFile(path, nil, 0o600)
		}, "not a directory"},
	} {
		path := filepath.Join(t.TempDir(), "stigmer.yaml")
		check(t, c.makeIt(path))
		if name == "below a file" {
			path += "/x.yaml"
		}
		_, err := settle(t, "", "--config", path)
		problem, ok := errors.AsType[*cli.Problem](err)
		if !ok || problem.Exit != cli.ExitUsage || !strings.HasPrefix(problem.What, "--config "+path+": ") || !strings.Contains(problem.What, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	t.Setenv(TeamVariable, "/none.yaml")
	if _, err := settle(t, ""); err == nil || !strings.HasPrefix(err.Error(), "STIGMER_CONFIG /none.yaml: there is no such file") {
		t.Error(err)
	}
	t.Setenv(TeamVariable, "~bob/x.yaml")
	if _, err := settle(t, ""); err == nil || !strings.Contains(err.Error(), "STIGMER_CONFIG") {
		t.Error(err)
	}
}

// A file that others can change is read for what cannot harm: each setting that could is named with its line.
func TestTeamFileThatOthersCanChange(t *testing.T) {
	harmless := "port: 7000\nnamespace: [a]\nsearch-attribute: [A=Text]\ndynamic-config-value: {a: 1}\nretention: 72h\ntemporal-version: 1.8.2\n"
	ui := filepath.Join(t.TempDir(), "ui")
	pageIn(t, ui)
	harmful := map[string]string{
		"temporal-bin": "/bin/true", "mirror": "http://127.0.0.1:1", "pass-env": "'AWS_*'", "temporal-arg": "--new", "sqlite-pragma": "a=1",
		"db": "x.db", "trace": "x.json", "ui-asset-path": ui, "ui-codec-endpoint": "http://127.0.0.1:1",
	}
	for way, expose := range map[string]func(path string) error{
		"all":      func(path string) error { return os.Chmod(path, 0o646) },
		"group":    func(path string) error { return os.Chmod(path, 0o664) },
		"folder":   func(path string) error { return os.Chmod(filepath.Dir(path), 0o777) },
		"above":    func(path string) error { return os.Chmod(filepath.Dir(filepath.Dir(path)), 0o777) },
		"another":  func(path string) error { return os.Chown(path, 12345, -1) },
		"a link":   func(path string) error { return os.Chmod(filepath.Dir(path), 0o777) },
		"its link": func(path string) error { return os.Chmod(filepath.Dir(path), 0o777) },
	} {
		if os.Geteuid() != 0 && (way == "another" || way == "group") { // a group may be the user's own
			continue
		}
		given := func(text string) string {
			path := filepath.Join(t.TempDir(), "a", "b", "stigmer.yaml")
			check(t, errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644), expose(path)))
			link := filepath.Join(t.TempDir(), "link.yaml")
			switch way {
			case "a link":
				check(t, os.Symlink(path, link))
				return link
			case "its link":
				check(t, os.Rename(path, link))
				check(t, os.Symlink(link, path))
			}
			return path
		}
		if _, err := settle(t, "", "--config", given(harmless)); err != nil {
			t.Errorf("%s: %v", way, err)
		}
		for name, value := range harmful {
			path := given("headless: true\n" + name + ": " + value + "\n")
			_, err := settle(t, "", "--config", path)
			problem, ok := errors.AsType[*cli.Problem](err)
			if !ok || problem.Exit != cli.ExitPermission || !strings.HasPrefix(problem.What, path+":2: "+name+" is taken only from a file that others cannot write to; th") {
				t.Errorf("%s: %s: %v", way, name, err)
				continue
			}
			if chmod := strings.Contains(problem.Try, "chmod go-w /"); chmod == (way == "another") || !strings.Contains(problem.Try, name+" in "+os.Getenv("STIGMER_HOME")) {
				t.Errorf("%s: %s", way, problem.Try)
			}
			if way != "another" {
				command, _, _ := strings.Cut(problem.Try, ";")
				check(t, os.Chmod(strings.TrimPrefix(command, "chmod go-w "), 0o755))
				if _, err := settle(t, "", "--config", path); err != nil {
					t.Errorf("%s: after %s: %v", way, command, err)
				}
			}
		}
	}
	for name := range harmful { // of one's own: all count
		if _, err := settle(t, "", "--config", teamFile(t, name+": "+harmful[name]+"\n")); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Which rights count as others'. The group of a user's own number is the user's.
func TestOpenTo(t *testing.T) {
	const dir, sticky = fs.ModeDir, fs.ModeSticky
	for _, c := range []struct {
		uid, gid      uint32
		mode          fs.FileMode
		foreign, open bool
	}{
		{1000, 1000, 0o644, false, false}, {1000, 1000, 0o664, false, false}, {1000, 1000, dir | 0o775, false, false},
		{1000, 100, 0o664, false, true}, {1000, 1000, 0o666, false, true}, {1000, 100, dir | 0o775, false, true},
		{0, 0, 0o644, false, false}, {0, 0, 0o664, false, true}, {0, 0, dir | 0o755, false, false},
		{0, 0, dir | sticky | 0o777, false, false}, {0, 0, sticky | 0o666, false, true},
		{1001, 1001, 0o600, true, false}, {1001, 1001, dir | sticky | 0o777, true, false},
	} {
		info := fakeInfo{mode: c.mode, stat: syscall.Stat_t{Uid: c.uid, Gid: c.gid}}
		if foreign, open := openTo(info, 1000); foreign != c.foreign || open != c.open {
			t.Errorf("%+v: %t, %t", c, foreign, open)
		}
	}
}

// One rule for all settings files: a group's right counts unless it is the user's own group, or none of it can enter.
func TestOpenToOthers(t *testing.T) {
	for _, c := range []struct {
		gid  uint32
		mode fs.FileMode
		in   fs.FileMode // of the folder
		open bool
	}{
		{100, 0o644, 0o755, false}, {100, 0o664, 0o755, true}, {100, 0o664, 0o700, false}, {100, 0o664, 0o710, true},
		{1000, 0o664, 0o755, false}, {1000, 0o666, 0o755, true}, {1000, 0o666, 0o700, true},
	} {
		folder := filepath.Join(t.TempDir(), "folder")
		path, link := filepath.Join(folder, "local.yaml"), filepath.Join(folder, "link.yaml")
		check(t, errors.Join(os.Mkdir(folder, 0o700), os.WriteFile(path, nil, 0o600), os.Symlink(path, link), os.Chmod(folder, c.in)))
		info := fakeInfo{mode: c.mode, stat: syscall.Stat_t{Uid: 1000, Gid: c.gid}}
		if open := OpenToOthers(path, info); open != c.open {
			t.Errorf("%+v: %t", c, open)
		}
		if open := OpenToOthers(link, info); open != (c.gid == 100 && c.mode != 0o644 || c.mode == 0o666) { // it may lead out of the folder
			t.Errorf("%+v by a link: %t", c, open)
		}
	}
}

// fakeInfo is of a file with an owner and a mode.
type fakeInfo struct {
	fs.FileInfo
	mode fs.FileMode
	stat syscall.Stat_t
}

func (f fakeInfo) Mode() fs.FileMode { return f.mode }
func (f fakeInfo) Sys() any          { return &f.stat }
