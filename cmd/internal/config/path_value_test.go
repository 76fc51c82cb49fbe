package config

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stigmer/local/cmd/internal/cli"
)

// What a value that names a path becomes, and what is refused with which way out.
func TestExpandPath(t *testing.T) {
	t.Setenv("HOME", "/home/ann")
	for text, want := range map[string]string{
		"~": "/home/ann", "~/": "/home/ann", "~/x": "/home/ann/x", "~//x/../y": "/home/ann/y",
		"": "", "x": "x", "/x/y": "/x/y", "./~": "./~", "./~bob/x": "./~bob/x", "/x/~/y": "/x/~/y", "x~": "x~", "a/~b": "a/~b",
		"/x\n": "/x", "/x\r\n": "/x", "~/x\r": "/home/ann/x", "/x y ": "/x y ", "/x/$y": "/x/$y", "./$x": "./$x", `/x"y"`: `/x"y"`,
		"file:x.db": "file:x.db", "/file://x": "/file://x", "ä/ö": "ä/ö", "-x": "-x",
	} {
		if got, err := cli.ExpandPath(text); err != nil || got != want {
			t.Errorf("%q is %q, %v; not %q", text, got, err, want)
		}
	}
	for text, says := range map[string]string{
		"~bob": "which only a shell expands", "~bob/x": "which only a shell expands", "~+/x": "which only a shell expands", "~~": "which only a shell expands",
		"$HOME/x": "no shell has expanded", "${HOME}/x": "no shell has expanded", "$x": "no shell has expanded",
		`"/x y"`: "has quotes", "'~/x'": "has quotes", `"`: "has quotes",
		"file:///x": "is a URL", "file:/x": "is a URL", "https://x": "is a URL",
		" /x": "begins with a blank", "\t~/x": "begins with a blank", " ": "begins with a blank", " x": "begins with a blank",
	} {
		got, err := cli.ExpandPath(text)
		if err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), "./"+text) {
			t.Errorf("%q is %q: %v", text, got, err)
		}
	}
	if got, err := cli.ExpandPath("/x/\xff"); err == nil || !strings.Contains(err.Error(), `"/x/\xff" is not UTF-8`) {
		t.Errorf("not UTF-8: %q, %v", got, err)
	}
	for home, says := range map[string]string{"": "HOME is not set", "~": `HOME is "~"`, "home/ann": `HOME is "home/ann"`, ".": `HOME is "."`} {
		t.Setenv("HOME", home)
		if got, err := cli.ExpandPath("~/x"); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("HOME=%s: %q, %v", home, got, err)
		}
	}
}

// Whatever takes a path expands it, from the flag, the variable and the file alike.
func TestEveryPathIsExpanded(t *testing.T) {
	for name, file := range map[string]string{"db": "x.db", "temporal-bin": "x", "trace": "x.json"} {
		value := func(o *Options) string {
			return map[string]string{"db": o.Settings.DB, "temporal-bin": o.Settings.TemporalBin, "trace": o.Trace}[name]
		}
		home := t.TempDir()
		t.Setenv("HOME", home)
		want := filepath.Join(home, file)
		if o, err := settle(t, "", "--"+name+"=~/"+file); err != nil || value(o) != want {
			t.Errorf("--%s: %q, %v", name, value(o), err)
		}
		if o, err := settle(t, name+": ~/"+file+"\n"); err != nil || value(o) != want {
			t.Errorf("%s in the file: %q, %v", name, value(o), err)
		}
		if o, err := settle(t, name+": \"y/"+file+"\"\n"); name != "db" && (err != nil || value(o) != filepath.Join(filepath.Dir(o.Config.Path), "y", file)) {
			t.Errorf("a relative %s in the file: %q, %v", name, value(o), err)
		}
		if _, err := settle(t, name+": ~ann/"+file+"\n"); err == nil || !strings.Contains(err.Error(), "local.yaml:1: "+name+`: "~ann/`) {
			t.Errorf("%s: ~ann in the file: %v", name, err)
		}
		t.Setenv(VariableOf(name), "~/"+file)
		if o, err := settle(t, ""); err != nil || value(o) != want {
			t.Errorf("%s: %q, %v", VariableOf(name), value(o), err)
		}
		t.Setenv(VariableOf(name), "~ann/"+file)
		if _, err := settle(t, ""); err == nil || !strings.Contains(err.Error(), VariableOf(name)) {
			t.Errorf("%s=~ann: %v", VariableOf(name), err)
		}
		t.Setenv(VariableOf(name), "")
	}
}
