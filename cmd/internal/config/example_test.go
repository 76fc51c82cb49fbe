package config

import (
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// settingLine matches the line of a setting in the example.
var settingLine = regexp.MustCompile(`(?m)^#([a-z])`)

// The example says nothing, names each setting, and any line of it can be taken from behind its #.
func TestExample(t *testing.T) {
	t.Setenv("STIGMER_HOME", t.TempDir())
	t.Setenv("HOME", t.TempDir())
	try := func(text string) {
		t.Helper()
		faults, err := FileFaults(teamFile(t, text))
		for _, f := range faults {
			t.Error(f.What)
		}
		check(t, err)
	}
	example := Example()
	try(example)
	if _, faults := parseSettings("", []byte(example)); faults != nil {
		t.Error(faults)
	}
	lines := strings.Split(example, "\n")
	count := 0
	for i, line := range lines {
		if !settingLine.MatchString(line) {
			if line != "" && !strings.HasPrefix(line, "# ") && line != "#" {
				t.Errorf("%q is no comment", line)
			}
			continue
		}
		count++
		lines[i] = line[1:]
		try(strings.Join(lines, "\n"))
		lines[i] = line
	}
	if known := knownNames(); count != len(known) {
		t.Errorf("%d settings stand in it, of %d", count, len(known))
	}
}

// All lines together, but for those that exclude each other.
func TestWholeExample(t *testing.T) {
	t.Setenv("STIGMER_HOME", t.TempDir())
	t.Setenv("HOME", t.TempDir())
	text := settingLine.ReplaceAllString(Example(), "$1")
	for _, name := range []string{"ephemeral", "quiet", "temporal-bin"} {
		text = strings.Replace(text, "\n"+name+":", "\n#"+name+":", 1)
	}
	faults, err := FileFaults(teamFile(t, text))
	check(t, err)
	for _, f := range faults {
		t.Error(f.What)
	}
}

// knownNames are the keys that a settings file may have.
func knownNames() (names []string) {
	knownFlags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	return names
}
