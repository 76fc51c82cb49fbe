package cli

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// chooseHome has this process's flags say what is typed, until the end of the test.
func chooseHome(t *testing.T, typed ...string) error {
	t.Cleanup(func() { chosen.home, chosen.name = "", "" })
	flags := pflag.NewFlagSet("test", pflag.ContinueOnError)
	HomeFlags(flags)
	return flags.Parse(typed)
}

// A flag beats the variables; of two that are equally strong none is taken.
func TestHomePath(t *testing.T) {
	for _, c := range []struct {
		flag, path, name string
		want             string // below the user's home; empty for an error
	}{
		{"", "", "", ".stigmer"},
		{"", "/x", "", "/x"},
		{"", "", "a", ".stigmer/instances/a"},
		{"", "", "default", ".stigmer"},
		{"", "/x", "a", ""},
		{"", "", "a/b", ""},
		{"--home=/y", "/x", "a", "/y"},
		{"--home=~/y", "", "", "y"},
		{"--name=b", "/x", "a", ".stigmer/instances/b"},
		{"--name=default", "/x", "", ".stigmer"},
		{"--home=/y --name=b", "", "", ""},
	} {
		t.Run(strings.Join([]string{c.flag, c.path, c.name}, ","), func(t *testing.T) {
			user := t.TempDir()
			t.Setenv("HOME", user)
			t.Setenv(homeVariable, c.path)
			t.Setenv(nameVariable, c.name)
			if err := chooseHome(t, strings.Fields(c.flag)...); err != nil {
				t.Fatal(err)
			}
			want := c.want
			if want != "" && !filepath.IsAbs(want) {
				want = filepath.Join(user, want)
			}
			if path, err := HomePath(); path != want || (err == nil) == (want == "") {
				t.Errorf("%q, %v, want %q", path, err, want)
			}
		})
	}
}

func TestNames(t *testing.T) {
	for name, good := range map[string]bool{
		"a": true, "feature-x": true, "1.2_3": true, "größe": true, strings.Repeat("a", nameSize): true,
		"": false, ".": false, "..": false, "a/b": false, "/": false, "-a": false, ".a": false, "a b": false, "a\n": false, "a\x00": false,
		"a\xff": false, "~": false, "$X": false, strings.Repeat("a", nameSize+1): false,
	} {
		if err := chooseHome(t, "--name="+name); (err == nil) != good {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// Advice names the home as the flags did, but for a command that names one already.
func TestForThisHome(t *testing.T) {
	t.Setenv("HOME", "/u")
	const advice = "stigmer local stop, or STIGMER_HOME='/a b' stigmer local stop; stigmer local start"
	for typed, want := range map[string]string{
		"":             advice,
		"--name=a":     "stigmer local --name a stop, or STIGMER_HOME='/a b' stigmer local stop; stigmer local --name a start",
		"--home=/it's": `stigmer local --home '/it'\''s' stop, or STIGMER_HOME='/a b' stigmer local stop; stigmer local --home '/it'\''s' start`,
	} {
		chosen.home, chosen.name = "", ""
		if err := chooseHome(t, strings.Fields(typed)...); err != nil {
			t.Fatal(err)
		}
		if have := ForThisHome(advice); have != want {
			t.Errorf("%s: %s", typed, have)
		}
	}
}
