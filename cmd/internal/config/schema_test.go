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
	text, err := json.MarshalIndent(root, "", "  ")
	check(t, err)
	golden(t, schemaPath, append(text, '\n'))
}

// settingSchema is the schema of one key.
func settingSchema(t *testing.T, f *pflag.Flag) *jsonschema.Schema {
	s := &jsonschema.Schema{Type: "string"}
	if choice, ok := f.Value.(interface{ Choices() []string }); ok {
		s.Enum = anyOf(choice.Choices())
	}
	defaults, _ := json.Marshal(f.DefValue)
	switch f.Value.Type() {
	case "int":
		s.Type, s.Minimum, defaults = "integer", jsonschema.Ptr(0.), []byte(f.DefValue)
		if strings.HasSuffix(f.Name, "port") {
			s.Maximum = jsonschema.Ptr(65535.)
		}
	case "bool":
		s.Type, defaults = "boolean", []byte(f.DefValue)
	case "duration":
		s.Pattern = `^([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$`
		if f.Name == "retention" {
			s.Pattern = `^([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h|d))+$`
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
	text := &jsonschema.Schema{Type: "string"}
	s := &jsonschema.Schema{AnyOf: []*jsonschema.Schema{text, {Type: "array", Items: text}}}
	object := &jsonschema.Schema{Type: "object"}
	switch name {
	case pragmaSetting:
		object.AdditionalProperties = &jsonschema.Schema{Types: []string{"string", "number", "boolean"}}
	case dynamicSetting:
	case attributeSetting:
		kind := &jsonschema.Schema{Type: "string", Enum: anyOf(AttributeTypes)}
		object.AdditionalProperties = &jsonschema.Schema{AnyOf: []*jsonschema.Schema{kind, {Type: "object", AdditionalProperties: kind}}}
	default:
		return s
	}
	s.AnyOf = append(s.AnyOf, object)
	return s
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
	for _, text := range []string{
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
