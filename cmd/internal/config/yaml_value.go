package config

import (
	"encoding/json"
	"strings"

	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v3"
)

// Settings that have a map in the file as well as a list of texts.
const (
	attributeSetting = "search-attribute"
	dynamicSetting   = "dynamic-config-value"
	pragmaSetting    = "sqlite-pragma"
)

// settingValues are the texts that a flag is given for a key.
func settingValues(flag *pflag.Flag, p pair) ([]configValue, []*fault) {
	_, list := flag.Value.(pflag.SliceValue)
	items := []*yaml.Node{p.value}
	switch kind := p.value.Kind; {
	case kind == yaml.MappingNode && (flag.Name == attributeSetting || flag.Name == dynamicSetting || flag.Name == pragmaSetting):
		return assignments(flag.Name, "", p.value)
	case kind == yaml.SequenceNode && !list:
		return nil, []*fault{faultf(p.key.Line, "%s takes one value, not a list", flag.Name)}
	case kind == yaml.SequenceNode:
		items = p.value.Content
	}
	var values []configValue
	var faults []*fault
	for _, item := range items {
		if wrong := notPlain(item); wrong != "" {
			faults = append(faults, faultf(max(item.Line, p.key.Line), "%s %s", flag.Name, wrong))
			continue
		}
		values = append(values, configValue{item.Value, item.Line})
	}
	return values, faults
}

// notPlain says why a node is no plain value, empty if it is one.
func notPlain(node *yaml.Node) string {
	switch {
	case node.Kind == yaml.AliasNode:
		return "has something else than plain values: the alias *" + node.Value
	case node.Kind != yaml.ScalarNode:
		return "has something else than plain values"
	case node.Tag == "!!null":
		return "has no value"
	}
	return ""
}

// assignments are the lines of a map as NAME=VALUE. The values of dynamic configuration are JSON,
// and a map of search attributes may have one in it for a namespace: then NAME begins with that.
func assignments(setting, namespace string, mapping *yaml.Node) (values []configValue, faults []*fault) {
	for _, p := range uniquePairs(setting, mapping, &faults) {
		name := namespace + p.key.Value
		switch {
		case strings.Contains(name, "="):
			faults = append(faults, faultf(p.key.Line, "%s: %q has a =", setting, name))
		case setting == dynamicSetting:
			var text strings.Builder
			if wrong := writeJSON(&text, setting, p.value); wrong != nil {
				faults = append(faults, wrong)
				continue
			}
			values = append(values, configValue{name + "=" + text.String(), p.key.Line})
		case setting == attributeSetting && namespace == "" && p.value.Kind == yaml.MappingNode:
			inner, wrong := assignments(setting, name+":", p.value)
			values, faults = append(values, inner...), append(faults, wrong...)
		case notPlain(p.value) != "":
			faults = append(faults, faultf(p.key.Line, "%s: %s %s", setting, p.key.Value, notPlain(p.value)))
		default:
			values = append(values, configValue{name + "=" + p.value.Value, p.key.Line})
		}
	}
	return values, faults
}

// uniquePairs are the pairs of a map whose keys are plain values, each the first of its name.
func uniquePairs(setting string, mapping *yaml.Node, faults *[]*fault) (list []pair) {
	first := map[string]int{}
	for _, p := range pairs(mapping) {
		line, twice := first[p.key.Value]
		switch {
		case p.key.Kind != yaml.ScalarNode || p.key.Tag == "!!merge":
			*faults = append(*faults, faultf(p.key.Line, "%s has a key that is no plain value", setting))
		case twice:
			*faults = append(*faults, faultf(p.key.Line, "%s: %s is given a second time, after line %d", setting, p.key.Value, line))
		default:
			first[p.key.Value] = p.key.Line
			list = append(list, p)
		}
	}
	return list
}

// writeJSON writes a value as JSON. It keeps the order of keys and the digits of numbers, which a
// value of Go's own would not.
func writeJSON(b *strings.Builder, setting string, node *yaml.Node) *fault {
	switch node.Kind {
	case yaml.MappingNode:
		var faults []*fault
		b.WriteByte('{')
		for i, p := range uniquePairs(setting, node, &faults) {
			separate(b, i)
			b.WriteString(jsonText(p.key.Value) + ":")
			if wrong := writeJSON(b, setting, p.value); wrong != nil {
				return wrong
			}
		}
		b.WriteByte('}')
		if len(faults) > 0 {
			return faults[0]
		}
	case yaml.SequenceNode:
		b.WriteByte('[')
		for i, item := range node.Content {
			separate(b, i)
			if wrong := writeJSON(b, setting, item); wrong != nil {
				return wrong
			}
		}
		b.WriteByte(']')
	case yaml.ScalarNode:
		text, err := scalarJSON(node)
		if err != nil {
			return faultf(node.Line, "%s: %q cannot be written as JSON", setting, node.Value)
		}
		b.WriteString(text)
	default:
		return faultf(node.Line, "%s %s", setting, notPlain(node))
	}
	return nil
}

func separate(b *strings.Builder, i int) {
	if i > 0 {
		b.WriteByte(',')
	}
}

// scalarJSON is a plain value as JSON: a number as it is written, where JSON has that form.
func scalarJSON(node *yaml.Node) (string, error) {
	var value any
	switch node.ShortTag() {
	case "!!null":
		return "null", nil
	case "!!int", "!!float":
		if json.Valid([]byte(node.Value)) {
			return node.Value, nil
		}
	case "!!bool":
	default:
		return jsonText(node.Value), nil
	}
	if err := node.Decode(&value); err != nil {
		return "", err
	}
	text, err := json.Marshal(value)
	return string(text), err
}

// jsonText is a text as JSON, with <, > and & as they are: a template keeps its look.
func jsonText(text string) string {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(text); err != nil {
		panic("config: a string cannot be written as JSON: " + err.Error())
	}
	return strings.TrimSuffix(b.String(), "\n")
}
