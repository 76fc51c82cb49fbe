package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"
	"github.com/stigmer/local/cmd/internal/cli"
	"go.yaml.in/yaml/v3"
)

// pair is one key of a mapping with its value.
type pair struct{ key, value *yaml.Node }

func pairs(mapping *yaml.Node) (list []pair) {
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		list = append(list, pair{mapping.Content[i], mapping.Content[i+1]})
	}
	return list
}

// topMapping returns the mapping that a file of settings is, nil for one that is empty. Its
// errors are Problems.
func topMapping(path string, data []byte) (*yaml.Node, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var document, second yaml.Node
	if err := decoder.Decode(&document); errors.Is(err, io.EOF) {
		return nil, nil // empty, or nothing but comments
	} else if err != nil {
		return nil, yamlProblem(path, err)
	}
	if err := decoder.Decode(&second); err == nil {
		return nil, configProblem(path, second.Line, "a second document, of which nothing would be read")
	} else if !errors.Is(err, io.EOF) {
		return nil, yamlProblem(path, err)
	}
	switch top := document.Content[0]; {
	case top.Kind == yaml.ScalarNode && top.Tag == "!!null":
		return nil, nil
	case top.Kind != yaml.MappingNode:
		return nil, configProblem(path, top.Line, "these are no settings; each is a line such as port: 7233")
	default:
		return top, nil
	}
}

// yamlProblem takes the line out of an error of the YAML library: "yaml: line 3: ...".
func yamlProblem(path string, err error) *cli.Problem {
	text, line := strings.TrimPrefix(err.Error(), "yaml: "), 0
	if n, _ := fmt.Sscanf(text, "line %d:", &line); n == 1 {
		_, text, _ = strings.Cut(text, ": ")
	}
	if strings.Contains(text, "anchor") || strings.Contains(text, "alphabetic or numeric") {
		text += " (a value that begins with * or & needs quotes)"
	}
	return configProblem(path, line, "no YAML: "+text)
}

// parseConfig reads the settings in a file. Each value is tried, so that a wrong one is
// reported although a flag outdoes it. Its errors are Problems.
func parseConfig(path string, data []byte) (map[string]configEntry, error) {
	top, err := topMapping(path, data)
	if top == nil {
		return nil, err
	}
	known, entries := knownFlags(), map[string]configEntry{}
	for _, p := range pairs(top) {
		name, flag := p.key.Value, known.Lookup(p.key.Value)
		wrong := func(format string, args ...any) error {
			return configProblem(path, p.key.Line, fmt.Sprintf(format, args...))
		}
		if p.key.Kind != yaml.ScalarNode || flag == nil {
			return nil, wrong("%s", unknownKey(name, known))
		}
		if first, twice := entries[name]; twice {
			return nil, wrong("%s is given a second time, after line %d", name, first.line)
		}
		name = flag.Name // the key may be its other name
		_, takesList := flag.Value.(pflag.SliceValue)
		values, list, why := scalars(p.value)
		if p.value.Kind == yaml.MappingNode && takesList {
			values, why = assignments(name, p.value)
			list = true
		}
		if why != "" {
			return nil, configProblem(path, max(p.value.Line, p.key.Line), name+" "+why)
		}
		if list && !takesList {
			return nil, wrong("%s takes one value, not a list", name)
		}
		for _, v := range values {
			if err := known.Set(name, v); err != nil {
				return nil, wrong("%v", cli.BadValue(name, err))
			}
		}
		if flag.Value.Type() == cli.PathType {
			values = []string{anchored(name, filepath.Dir(path), flag.Value.String())}
		}
		entries[name] = configEntry{values, p.key.Line}
	}
	if bothVoices(known) {
		line := max(entries[cli.VerboseFlag].line, entries[cli.QuietFlag].line)
		return nil, configProblem(path, line, cli.Exclusive(cli.VerboseFlag, cli.QuietFlag).Error())
	}
	return entries, nil
}

// scalars are the texts of a value or of a list of values.
func scalars(node *yaml.Node) (values []string, list bool, wrong string) {
	items := []*yaml.Node{node}
	if node.Kind == yaml.SequenceNode {
		items, list = node.Content, true
	}
	for _, item := range items {
		if item.Kind != yaml.ScalarNode {
			return nil, false, "has something else than plain values"
		}
		if item.Tag == "!!null" {
			return nil, false, "has no value"
		}
		values = append(values, item.Value)
	}
	return values, list, ""
}

// assignments are the lines of a mapping as NAME=VALUE. The values of dynamic configuration are JSON.
func assignments(name string, mapping *yaml.Node) (values []string, wrong string) {
	for _, p := range pairs(mapping) {
		if p.key.Kind != yaml.ScalarNode {
			return nil, "has a key that is no plain value"
		}
		text := p.value.Value
		if name == "dynamic-config-value" {
			var value any
			if err := p.value.Decode(&value); err != nil {
				return nil, err.Error()
			}
			data, err := json.Marshal(value)
			if err != nil {
				return nil, fmt.Sprintf("has a value that is not JSON: %v", err)
			}
			text = string(data)
		} else if p.value.Kind != yaml.ScalarNode || p.value.Tag == "!!null" {
			return nil, "has a key without a plain value: " + p.key.Value
		}
		values = append(values, p.key.Value+"="+text)
	}
	return values, ""
}

// anchored takes a relative path from the file's own folder: the folder in which a command
// happens to be typed means nothing to a file.
func anchored(name, folder, path string) string {
	inPATH := name == "temporal-bin" && !strings.ContainsRune(path, filepath.Separator)
	if path == "" || inPATH || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(folder, path)
}

func unknownKey(key string, known *pflag.FlagSet) string {
	meant := strings.ToLower(strings.ReplaceAll(strings.TrimLeft(key, "-"), "_", "-"))
	for _, name := range []string{meant, strings.TrimSuffix(meant, "s"), "install-" + meant, "temporal-" + meant} {
		if known.Lookup(name) != nil {
			return fmt.Sprintf("unknown key %q; it is %s", key, name)
		}
	}
	return fmt.Sprintf("unknown key %q; stigmer local config --help has the keys", key)
}
