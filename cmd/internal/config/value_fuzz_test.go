package config

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v3"

	"github.com/stigmer/local/actions/launch"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

// awkwardValues are the seeds: what a layer could split, cut, trim, quote or take for something else.
var awkwardValues = []string{
	"WAL", "-1", "", " ", "a,b", `"a", 'b'`, "two\nlines", "ends with \n", "\n", "\r\n", "tab\t", `back\slash\`, "a=b=c", "--headless", "-p",
	`[{"Pattern":"*","AllowInsecure":true}]`, `["a","b"]`, "null", "{}", "{{.NamespaceName}}", "$HOME ${X} %h `id`", "# no comment", "a: b", "*x", "&x", "!!int 3",
	"yes", "0x10", "1_000", "2020-01-01", "1e400", "~", "é日本\U0001f600", "\u0085\u2028\ufeff", "\x01\x7f", "\x00", "\xff", "<&>", "---\nx: y", "@x", "|", ">-",
}

// FuzzValuesReachTemporal gives a text as the value of a pragma, of dynamic configuration and of an argument by each
// layer, in each of its forms. All of them take it or none does, and what they take is on Temporal's command line as it
// was given, also after it was in the record.
func FuzzValuesReachTemporal(f *testing.F) {
	for _, text := range awkwardValues {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		quoted := asJSON(t, text)
		for name, value := range map[string]string{"sqlite-pragma": "a=" + text, "dynamic-config-value": "a=" + quoted, "temporal-arg": "--new=" + text} {
			all := ways(t, name, value, text)
			_, err := all["flag"]()
			taken := err == nil
			if name != "sqlite-pragma" && taken != cleanText(value) { // a pragma has a grammar
				t.Errorf("%s %q by a flag: %v", name, value, err)
			}
			for way, give := range all {
				o, err := give()
				if (err == nil) != taken {
					t.Errorf("%s %q by %s: %v", name, value, way, err)
				} else if taken {
					reaches(t, o.Settings, way, name, value)
				}
			}
		}
	})
}

// cleanText reports whether a text can be an argument, and in the record.
func cleanText(text string) bool {
	return strings.ToValidUTF8(text, "") == text && !strings.Contains(text, "\x00")
}

// ways are the forms in which each layer can have a value.
func ways(t *testing.T, name, value, text string) map[string]func() (*Options, error) {
	given := map[string]func() (*Options, error){
		"flag":           func() (*Options, error) { return settleFlags(t, File{}, "--"+name, value) },
		"flag with =":    func() (*Options, error) { return settleFlags(t, File{}, "--"+name+"="+value) },
		"flag, repeated": func() (*Options, error) { return settleFlags(t, File{}, "--"+name, otherValue[name], "--"+name, value) },
	}
	if !cleanText(value) { // no variable has a NUL, and neither JSON nor YAML a text that is not UTF-8
		return given
	}
	variable := func(of string) func() (*Options, error) {
		return func() (*Options, error) {
			t.Setenv(VariableOf(name), of)
			defer t.Setenv(VariableOf(name), "")
			return settleFlags(t, File{})
		}
	}
	file := func(value any) func() (*Options, error) {
		return func() (*Options, error) {
			data, err := yaml.Marshal(map[string]any{name: value})
			check(t, err)
			entries, err := parseConfig("/local.yaml", data)
			if err != nil {
				return nil, err
			}
			return settleFlags(t, File{Path: "/local.yaml", entries: entries})
		}
	}
	list, err := json.Marshal([]string{otherValue[name], value})
	check(t, err)
	given["variable, JSON"] = variable(string(list))
	if !strings.ContainsAny(value, "\r\n") {
		given["variable, lines"] = variable(otherValue[name] + "\n" + value + "\n")
	}
	given["file, one"] = file(value)
	given["file, list"] = file([]string{otherValue[name], value})
	if name != "temporal-arg" && cleanText(text) {
		given["file, map"] = file(map[string]string{"a": text})
	}
	return given
}

// asJSON is a text as JSON, with <, > and & as they are.
func asJSON(t *testing.T, text string) string {
	var out strings.Builder
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	check(t, e.Encode(text))
	return strings.TrimSuffix(out.String(), "\n")
}

// otherValue is one that may stand beside any.
var otherValue = map[string]string{"sqlite-pragma": "other=1", "dynamic-config-value": "other=1", "temporal-arg": "--other"}

// settleFlags parses a command line of start over a settings file.
func settleFlags(t *testing.T, file File, args ...string) (*Options, error) {
	if file.Path == "" {
		file.Path = "/local.yaml"
	}
	o := &Options{Config: file}
	flags := pflag.NewFlagSet("start", pflag.ContinueOnError)
	o.StartFlags(flags)
	if err := flags.Parse(args); err != nil {
		return nil, err
	}
	return o, o.Parse(flags)
}

// reaches checks that a value is on Temporal's command line, and there again once the record was read back.
func reaches(t *testing.T, s fsm.Settings, way, name, value string) {
	t.Helper()
	data, err := statefile.Encode(statefile.Document{Record: fsm.Record{State: fsm.Stopped, Desired: fsm.WantStopped, Settings: s}})
	check(t, err)
	read, err := statefile.Decode(data)
	check(t, err)
	if read.Settings != s {
		t.Errorf("%s %q by %s: the record has %+v", name, value, way, read.Settings)
	}
	want := []string{"--" + name, value}
	if name == "temporal-arg" {
		want = want[1:]
	}
	args := launch.Args(read.Settings, fsm.Ports{})
	for i := range args {
		if slices.Equal(args[i:min(i+len(want), len(args))], want) {
			return
		}
	}
	t.Errorf("%s %q by %s does not reach Temporal: %q", name, value, way, args)
}
