package config

import (
	"encoding/json"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// dynamicText is what Temporal gets for a value in a map of dynamic configuration, written in YAML.
func dynamicText(t *testing.T, value string) string {
	t.Helper()
	entries, faults := parseSettings("", []byte("dynamic-config-value:\n  key: "+value+"\n"))
	if len(faults) > 0 {
		t.Fatalf("%s: %s", value, faults[0].text)
	}
	text, _ := strings.CutPrefix(entries[dynamicSetting].values[0].text, "key=")
	return text
}

// Order, digits and texts of a map stay as they are written, as far as JSON has them.
func TestDynamicValuesAreJSON(t *testing.T) {
	for value, want := range map[string]string{
		"true": `true`, "False": `false`, "~": `null`, "": `null`, "null": `null`,
		"5": `5`, "-0.50": `-0.50`, "1e3": `1e3`, "123456789012345678901234567890": `123456789012345678901234567890`,
		"0.1000000000000000055511151231257827": `0.1000000000000000055511151231257827`,
		"0x1F":                                 `31`, "1_000": `1000`, "+5": `5`, ".5": `0.5`, "010": `8`,
		"text": `"text"`, "'5'": `"5"`, `"true"`: `"true"`, "a, b": `"a, b"`, "yes": `"yes"`, "2026-11-30": `"2026-11-30"`, "!!str 5": `"5"`,
		`"{{.Name}}?a&b<c>"`:                  `"{{.Name}}?a&b<c>"`,
		`"two\nlines \"and\" \\ \u0001"`:      `"two\nlines \"and\" \\ \u0001"`,
		"{z: 1, a: {y: [1, two, ~], 3: 4.0}}": `{"z":1,"a":{"y":[1,"two",null],"3":4.0}}`,
		"[]":                                  `[]`,
		"{}":                                  `{}`,
		"|\n    a\n    b":                     `"a\nb\n"`,
	} {
		if got := dynamicText(t, value); got != want || !json.Valid([]byte(got)) {
			t.Errorf("%s is %s, not %s", value, got, want)
		}
	}
}

// The forms of lists, and of a map that names namespaces.
func TestListsAndMaps(t *testing.T) {
	for text, want := range map[string]string{
		"search-attribute: {B: Text, orders: {C: keyword, A: Int}}": "B=Text orders:C=keyword orders:A=Int",
		"search-attribute: [B=Text, 'orders:C=Int']":                "B=Text orders:C=Int",
		"search-attribute: B=Text":                                  "B=Text",
		"sqlite-pragma: {journal_mode: OFF, cache_size: -2000}":     "journal_mode=OFF cache_size=-2000",
		"dynamic-config-value:\n- b={\"x\":\", \"}\n- a=1":          `b={"x":", "} a=1`,
		"temporal-arg: [--new, 'a, b']":                             "--new a, b",
		"namespace: [2024, a]":                                      "2024 a",
		"namespace: []":                                             "",
	} {
		entries, faults := parseSettings("", []byte(text))
		var got string
		for _, entry := range entries {
			got = strings.Join(entry.texts(), " ")
		}
		if got != want || len(faults) > 0 {
			t.Errorf("%s is %q, %v", text, got, faults)
		}
	}
}

// Whatever text stands in a map reaches Temporal unchanged.
func FuzzDynamicText(f *testing.F) {
	for _, text := range []string{"", "a", "{{.X}}", "5", "null", "two\nlines", "\"'\\,=#: &*", "\u2028", " lead", "trail ", "0x1", "~"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		text = strings.ToValidUTF8(text, "")
		written, err := yaml.Marshal(map[string]any{dynamicSetting: map[string]string{"key": text}})
		if err != nil {
			t.Skip(err)
		}
		entries, faults := parseSettings("", written)
		if len(faults) > 0 {
			t.Fatalf("%q: %s", written, faults[0].text)
		}
		value, _ := strings.CutPrefix(entries[dynamicSetting].values[0].text, "key=")
		var back string
		if err := json.Unmarshal([]byte(value), &back); err != nil || back != text {
			t.Errorf("%q is %q, %v", text, value, err)
		}
	})
}

// No file ends or hangs the reader, and one without faults has only values that a start takes.
func FuzzSettingsFile(f *testing.F) {
	f.Add(richFile)
	f.Add(settingLine.ReplaceAllString(Example(), "$1"))
	for _, text := range []string{"port: [1", "a: &a [*a]", "? [port]\n: 1", "<<: {port: 1}", "dynamic-config-value: {a: !!float x, <<: {b: 1}}", "search-attribute: {a: {b: }}", "namespace: [a b, c d]", "port: 1\n---\n", "\ufeffport: 1"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		t.Setenv("STIGMER_HOME", "/none")
		t.Setenv("HOME", "/none")
		entries, faults := parseSettings("/none/stigmer.yaml", []byte(text))
		together := faultsTogether("/none/stigmer.yaml", entries)
		for _, fault := range append(faults, together...) {
			if fault.text == "" {
				t.Errorf("a fault in line %d without words", fault.line)
			}
		}
		for _, entry := range entries {
			for _, v := range entry.values {
				if len(faults) == 0 && v.line == 0 {
					t.Errorf("%q has no line", v.text)
				}
			}
		}
	})
}
