package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stigmer/local/cmd/internal/cli"
)

// Every fault of a file is found, each with its line, those of single texts and those of several settings together.
func TestEveryFaultIsFound(t *testing.T) {
	t.Setenv("STIGMER_HOME", t.TempDir())
	text := []string{
		"prot: 7233",         // 1: unknown
		"port: 8000",         // 2
		"http-port: 9000",    // 3: the web UI's
		"metrics-port: many", // 4: no number
		"namespace:",         // 5
		"- orders",           // 6
		"- a b",              // 7: no name
		"- billing",          // 8
		"- c d",              // 9: no name
		"search-attribute:",  // 10
		"- A=Text",           // 11
		"- B=Nothing",        // 12: no type
		"- A=Keyword",        // 13: another type
		"- elsewhere:C=Int",  // 14: no such namespace
		"- billing:D=Int",    // 15
		"dynamic-config-value: {a: 1, a: 2, b: !!float x}", // 16: twice, no number
		"failure-threshold: 0",                             // 17: too few
		"failure-threshold: 3",                             // 18: twice
		"db: /no/such/folder/x.db",                         // 19: no folder
		"retention: 1m",                                    // 20: too short
		"quiet: true",                                      // 21
		"verbose: true",                                    // 22: with quiet
		"pass-env: ['A B', PATH_*]",                        // 23: no pattern
		"temporal-arg: [--port=1]",                         // 24: a setting
		"headless:",                                        // 25: no value
	}
	faults, err := FileFaults(teamFile(t, strings.Join(text, "\n")+"\n"))
	check(t, err)
	var lines []string
	for _, f := range faults {
		place, _, _ := strings.Cut(f.What, ": ")
		lines = append(lines, strings.TrimPrefix(filepath.Base(place), "stigmer.yaml:"))
		if f.Exit != cli.ExitUsage {
			t.Errorf("%+v", f)
		}
	}
	if want := "1 3 4 7 9 12 13 14 16 16 17 18 19 20 22 23 24 25"; strings.Join(lines, " ") != want {
		t.Errorf("faults in %s, not %s", strings.Join(lines, " "), want)
		for _, f := range faults {
			t.Log(f.What)
		}
	}
}

// A file that is well has no faults, and one that others can change has those of its settings, as a start would.
func TestFaultsOfTrust(t *testing.T) {
	home := t.TempDir()
	t.Setenv("STIGMER_HOME", home)
	path := teamFile(t, "port: 7000\ndb: x.db\ntrace: y.json\n")
	if faults, err := FileFaults(path); len(faults) > 0 || err != nil {
		t.Errorf("%v, %v", faults, err)
	}
	check(t, os.Chmod(path, 0o646))
	if faults, err := FileFaults(path); len(faults) != 2 || faults[1].Exit != cli.ExitPermission || !strings.Contains(faults[1].What, ":3: trace is taken only") || err != nil {
		t.Errorf("%v, %v", faults, err)
	}
	own := filepath.Join(home, FileName)
	check(t, os.Rename(path, own))
	if faults, err := FileFaults(own); faults != nil || err == nil || err.(*cli.Problem).Exit != cli.ExitPermission {
		t.Errorf("%v, %v", faults, err)
	}
}
