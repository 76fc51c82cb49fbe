package config

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v3"
)

const schemaPath = "../../../docs/settings.schema.json"

var update = flag.Bool("update", false, "rewrite "+schemaPath+" and "+settingsPage)

// golden holds a file against what it must say, and writes that with -update.
func golden(t *testing.T, path string, want []byte) {
	t.Helper()
	if *update {
		check(t, os.WriteFile(path, want, 0o644))
	}
	if have, err := os.ReadFile(path); err != nil || !bytes.Equal(have, want) {
		t.Errorf("%s is not what the flags say (%v); go test ./cmd/internal/config -run Settings -update", path, err)
	}
}

// TestSettingsSchema holds the published schema against the flags.
func TestSettingsSchema(t *testing.T) {
	root := &jsonschema.Schema{
		Schema: "http://json-schema.org/draft-07/schema#", // newer ones are not known to all editors
		Title:  "A settings file of stigmer local: local.yaml, or a file of --config", Types: []string{"object", "null"},
		Properties: map[string]*jsonschema.Schema{}, AdditionalProperties: &jsonschema.Schema{Not: &jsonschema.Schema{}},
	}
	knownFlags().VisitAll(func(f *pflag.Flag) {
		root.Properties[f.Name] = settingSchema(t, f)
		root.PropertyOrder = append(root.PropertyOrder, f.Name)
	})
	root.Properties["db-filename"] = &jsonschema.Schema{Types: plain, Description: "another name of db, which start-dev has"}
	root.PropertyOrder = append(root.PropertyOrder, "db-filename")
	root.Not = &jsonschema.Schema{Type: "object", Required: []string{"db", "db-filename"}}
	text, err := json.MarshalIndent(root, "", "  ")
	check(t, err)
	golden(t, schemaPath, append(text, '\n'))
}

// plain are the types of a plain value. A start takes each as the text that it is written as, so that of a text
// anything goes, and a number may have quotes.
var plain = []string{"string", "number", "boolean"}

// timePattern is what time.ParseDuration takes, without a sign.
const timePattern = `(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+`

// settingSchema is the schema of one key. In JSON Schema a pattern counts for texts alone, and a minimum for numbers.
func settingSchema(t *testing.T, f *pflag.Flag) *jsonschema.Schema {
	s := &jsonschema.Schema{Types: plain}
	if choice, ok := f.Value.(interface{ Choices() []string }); ok && choice.Choices() != nil {
		s = &jsonschema.Schema{Type: "string", Enum: anyOf(choice.Choices())}
	}
	defaults, _ := json.Marshal(f.DefValue)
	switch f.Value.Type() {
	case "int":
		s = &jsonschema.Schema{Types: []string{"integer", "string"}, Minimum: jsonschema.Ptr(0.), Pattern: "^[0-9]+$"}
		defaults = []byte(f.DefValue)
		if strings.HasSuffix(f.Name, "port") {
			s.Maximum, s.Pattern = jsonschema.Ptr(65535.), "^[0-9]{1,5}$"
		}
	case "bool": // strconv.ParseBool
		s = &jsonschema.Schema{
			Types:   []string{"boolean", "string", "integer"},
			Minimum: jsonschema.Ptr(0.), Maximum: jsonschema.Ptr(1.), Pattern: "^(1|t|T|TRUE|true|True|0|f|F|FALSE|false|False)$",
		}
		defaults = []byte(f.DefValue)
	case "version":
		s = &jsonschema.Schema{Type: "string", Pattern: `^v?[0-9]+\.[0-9]+\.[0-9]+`}
	case "duration":
		s = &jsonschema.Schema{Type: "string", Pattern: "^" + timePattern + "$"}
		if f.Name == "retention" {
			s = &jsonschema.Schema{
				Types:   []string{"string", "integer"},
				Minimum: jsonschema.Ptr(0.), Maximum: jsonschema.Ptr(0.), Pattern: "^(0|[0-9]+d|([0-9]+d)?" + timePattern + ")$",
			}
		}
	}
	if _, list := f.Value.(pflag.SliceValue); list {
		s, defaults = listSchema(f.Name), nil
	}
	s.Description = f.Usage
	if f.DefValue != "" {
		s.Default = defaults
	}
	if s.Description == "" {
		t.Errorf("%s is not described", f.Name)
	}
	return s
}

// listSchema is that of a setting that may be repeated: one text, a list of them or, for NAME=VALUE, a map.
func listSchema(name string) *jsonschema.Schema {
	object := &jsonschema.Schema{Type: "object"}
	switch name {
	case pragmaSetting:
		object.AdditionalProperties = &jsonschema.Schema{Types: plain}
	case dynamicSetting:
	case attributeSetting:
		kind := &jsonschema.Schema{Type: "string", AnyOf: []*jsonschema.Schema{{Enum: anyOf(AttributeTypes)}, {Pattern: anyCase(AttributeTypes)}}}
		object.AdditionalProperties = &jsonschema.Schema{AnyOf: []*jsonschema.Schema{kind, {Type: "object", AdditionalProperties: kind}}}
	default:
		object = nil
	}
	text := &jsonschema.Schema{Types: plain}
	if object != nil {
		text = &jsonschema.Schema{Type: "string", Pattern: "^$|.="} // an empty one takes back those before it
	}
	s := &jsonschema.Schema{AnyOf: []*jsonschema.Schema{text, {Type: "array", Items: text}}}
	if object != nil {
		s.AnyOf = append(s.AnyOf, object)
	}
	return s
}

// anyCase is a pattern of words in any case, which JSON Schema has no flag for.
func anyCase(words []string) string {
	var patterns []string
	for _, word := range words {
		var b strings.Builder
		for _, letter := range word {
			b.WriteString("[" + strings.ToUpper(string(letter)) + strings.ToLower(string(letter)) + "]")
		}
		patterns = append(patterns, b.String())
	}
	return "^(" + strings.Join(patterns, "|") + ")$"
}

func anyOf(words []string) (all []any) {
	for _, word := range words {
		all = append(all, word)
	}
	return all
}

// fits validates a settings file by the published schema.
func fits(t *testing.T, text string) error {
	t.Helper()
	published, err := os.ReadFile(schemaPath)
	check(t, err)
	var schema jsonschema.Schema
	check(t, json.Unmarshal(published, &schema))
	resolved, err := schema.Resolve(nil)
	check(t, err)
	var value any
	check(t, yaml.Unmarshal([]byte(text), &value))
	plain, err := json.Marshal(value)
	check(t, err)
	check(t, json.Unmarshal(plain, &value))
	return resolved.Validate(value)
}

// richFile uses each form of a value.
const richFile = `
port: 7333
headless: true
namespace: [orders, billing]
pass-env: AWS_*
retention: 720h
probe-period: 1h2m3.5s
temporal-version: 1.8.2
temporal-log-level: info
search-attribute:
  CustomerId: Keyword
  orders: {Region: KeywordList}
dynamic-config-value:
  limit.maxIDLength: 1000
  frontend.x: {b: [1, two, null], a: "{{.Namespace}}"}
sqlite-pragma: {journal_mode: WAL, cache_size: 1000, foreign_keys: true}
temporal-arg: [--new, value]
`

// takenFiles are files in spellings that are not the usual ones.
var takenFiles = []string{
	"db-filename: a.db", "port: '7233'", "port: \"07233\"", "failure-threshold: '3'", "headless: 'true'", "headless: 1", "headless: T", "headless: FALSE",
	"search-attribute: {A: keyword, orders: {B: KEYWORDLIST}}\nnamespace: orders", "search-attribute: A=datetime", "search-attribute: [A=Text, '']", "search-attribute: ''",
	"namespace: 2024", "namespace: [1, true, 1.5]", "namespace: ''", "pass-env: [A, B_*]", "retention: 0", "retention: '0'", "retention: 1d12h", "retention: 1.5h",
	"probe-period: .5s", "probe-period: 1.s", "probe-period: 1h1m1s1ms1us1µs1ns", "temporal-version: 1.8.2", "temporal-version: v1.8.2", "ui-public-path: ''",
	"temporal-arg: [--new, 5]", "temporal-arg: [--new, false-ish]", "sqlite-pragma: {cache_size: '-1000', foreign_keys: true}", "sqlite-pragma: a=1",
	"dynamic-config-value: {a: null, b: [1], c: {d: e}, f: 1e3}", "quiet: true",
}

// What the schema takes, and what it refuses, is what a start does.
func TestSettingsSchemaIsWhatAStartTakes(t *testing.T) {
	t.Setenv("STIGMER_HOME", t.TempDir())
	t.Setenv("HOME", t.TempDir())
	for _, text := range []string{Example(), settingLine.ReplaceAllString(Example(), "$1"), richFile, "search-attribute: A=Text", "dynamic-config-value: [a=1]"} {
		if err := fits(t, text); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
	if faults, err := FileFaults(teamFile(t, richFile)); len(faults) > 0 || err != nil {
		t.Errorf("%v, %v", faults, err)
	}
	for _, text := range takenFiles {
		if faults, err := FileFaults(teamFile(t, text+"\n")); fits(t, text) != nil || len(faults) > 0 || err != nil {
			t.Errorf("%s: the schema says %v, and a start %v, %v", text, fits(t, text), faults, err)
		}
	}
	for _, text := range []string{
		"db: a.db\ndb-filename: b.db", "port: '70000 '", "port: '1.5'", "port: 1.5", "headless: yes", "headless: 'no'", "retention: 1h2d", "retention: 1", "temporal-version: 1.8", "probe-period: 0", "timeout: 5",
		"search-attribute: {A: keywords}", "search-attribute: [A]", "search-attribute: 5", "dynamic-config-value: [a]", "sqlite-pragma: true", "temporal-log-level: INFO",
		"prot: 1", "ui_port: 1", "config: x.yaml", "port: many", "port: 70000", "port: -1", "port: [1]", "port: null", "headless: 3", "namespace: {a: b}",
		"namespace: [[a]]", "retention: soon", "retention: 3", "temporal-log-level: loud", "search-attribute: {A: Nothing}",
		"search-attribute: {a: {b: {C: Text}}}", "sqlite-pragma: {a: [1]}", "sqlite-pragma: {a: null}", "- port", "text",
	} {
		faults, err := FileFaults(teamFile(t, text+"\n"))
		if fits(t, text) == nil || len(faults) == 0 || err != nil {
			t.Errorf("%s: the schema says %v, and a start %v, %v", text, fits(t, text), faults, err)
		}
	}
}
