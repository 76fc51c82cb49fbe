package e2e_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// awkward are values that a layer on the way could split, trim, expand or quote. A variable with one a line cannot have the last.
var awkward = []string{
	`a=["x,y", "it's", "\"", "\\", "\n", "#"]`, `b="{{.NamespaceName}} $HOME ${X} %h ` + "`id`" + ` <&>"`, `c="--headless"`, `-f="é日本\ud83d\ude00"`, "d={\"e\":\n\t{\"f\": 1}}",
}

// spawns are the arguments of each Temporal so far, but for those that made a blueprint of the database.
func (p *place) spawns() (list [][]string) {
	p.t.Helper()
	text, err := os.ReadFile(filepath.Join(p.dir, "argv"))
	check(p.t, err)
	for d := json.NewDecoder(bytes.NewReader(text)); d.More(); {
		var argv []string
		check(p.t, d.Decode(&argv))
		if db := valuesOf(argv, "--db-filename"); slices.Equal(db, []string{p.database()}) {
			list = append(list, argv)
		}
	}
	return list
}

// valuesOf are the values of a flag in a command line.
func valuesOf(argv []string, flag string) (values []string) {
	for i := 0; i+1 < len(argv); i++ {
		if argv[i] == flag {
			i++
			values = append(values, argv[i])
		}
	}
	return values
}

// TestValuesReachTemporal: whatever way a value is given, Temporal has it as it was given, and so has each Temporal
// after it: by a restart, after a crash, and by a restart of what was adopted without a record. A service keeps it, too.
func TestValuesReachTemporal(t *testing.T) {
	t.Parallel()
	asJSON, err := json.Marshal(awkward)
	check(t, err)
	list, err := yaml.Marshal(map[string]any{"dynamic-config-value": awkward})
	check(t, err)
	lines := awkward[:len(awkward)-1]
	var flags []string
	for _, value := range awkward {
		flags = append(flags, "--dynamic-config-value", value)
	}
	for name, row := range map[string]struct {
		flags                []string
		variable, file, team string
		want                 []string
	}{
		"flags":           {flags: flags, want: awkward},
		"variable, JSON":  {variable: string(asJSON), want: awkward},
		"variable, lines": {variable: strings.Join(lines, "\n"), want: lines},
		"file, list":      {file: string(list), want: awkward},
		"file of a team":  {file: "dynamic-config-value: {another: 1}\n", team: string(list), want: awkward},
		"file, map":       {file: "dynamic-config-value:\n  a.b: [{AllowInsecure: true, Pattern: '*'}, 1, 0.5, text, <&>]\n  c: 0s\n", want: []string{`a.b=[{"AllowInsecure":true,"Pattern":"*"},1,0.5,"text","<&>"]`, `c="0s"`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := fakePlace(t)
			p.env = append(p.env, "FAKE_ARGV="+filepath.Join(p.dir, "argv"), "STIGMER_DYNAMIC_CONFIG_VALUE="+row.variable)
			check(t, os.Mkdir(p.home, 0o700))
			check(t, os.WriteFile(filepath.Join(p.home, "local.yaml"), []byte(row.file), 0o600))
			team := filepath.Join(p.dir, "stigmer.yaml")
			check(t, os.WriteFile(team, []byte(row.team), 0o600))
			p.env = append(p.env, "STIGMER_CONFIG="+team)
			rest := []string{"--temporal-arg", "--time-format", "--temporal-arg", "a, \"b\"\n--port", "--sqlite-pragma", `x='a, "b" c'`, "--search-attribute", "A=keyword", "--search-attribute", "default:B=Text", "--retention", "48h"}
			p.local(slices.Concat([]string{"start"}, rest, row.flags)...)
			first := p.spawns()[0]
			p.try(slices.Concat([]string{"service", "install"}, row.flags)...) // its exit status says whether a manager is there
			if out, _ := p.try("service", "status", "-o", "json"); row.file == "" && !slices.Equal(kept(t, out), row.want) {
				t.Errorf("the service is started with %q, not %q:\n%s", kept(t, out), row.want, out)
			}
			if have := valuesOf(first, "--dynamic-config-value"); !slices.Equal(have, row.want) {
				t.Errorf("Temporal has %q, not %q", have, row.want)
			}
			if tail := first[len(first)-2:]; !slices.Equal(tail, []string{"--time-format", "a, \"b\"\n--port"}) {
				t.Errorf("Temporal's last arguments are %q", tail)
			}
			p.env = append(p.env, "STIGMER_DYNAMIC_CONFIG_VALUE=", "STIGMER_CONFIG=") // from here on the record has it
			check(t, os.Remove(filepath.Join(p.home, "local.yaml")))
			p.crash()
			p.local("restart")
			record := filepath.Join(p.home, "temporal.state.json")
			check(t, os.Remove(record)) // its supervisor writes it anew
			p.exits(0, []string{"start"}, "already running")
			p.local("restart")
			p.orphan()
			check(t, os.Remove(record))
			p.exits(0, []string{"start"}, "Adopted")
			if setup := p.ask(".settings.search_attribute") + p.ask(".settings.retention_ms"); setup != `["A=Keyword","default:B=Text"]172800000` {
				t.Errorf("the setup is %s", setup)
			}
			p.local("restart")
			spawns := p.spawns()
			if len(spawns) != 5 {
				t.Errorf("there were %d spawns", len(spawns))
			}
			for i, argv := range spawns {
				if !slices.Equal(argv, first) {
					t.Errorf("Temporal %d has %q, not %q", i, argv, first)
				}
			}
			p.stop()
		})
	}
}

// kept are the values of dynamic configuration among the flags of a service.
func kept(t *testing.T, status string) (values []string) {
	t.Helper()
	var report struct{ Flags []string }
	check(t, json.NewDecoder(strings.NewReader(status)).Decode(&report))
	for _, flag := range report.Flags {
		if value, ok := strings.CutPrefix(flag, "--dynamic-config-value="); ok {
			values = append(values, value)
		}
	}
	return values
}
