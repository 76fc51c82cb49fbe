package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"
	"github.com/stigmer/local/cmd/internal/cli"
	"go.yaml.in/yaml/v3"
)

func parseConfig(path string, data []byte) ([]configEntry, error) {
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
	top := document.Content[0]
	if top.Kind == yaml.ScalarNode && top.Tag == "!!null" {
		return nil, nil
	}
	if top.Kind != yaml.MappingNode {
		return nil, configProblem(path, top.Line, "these are no settings; each is a line such as port: 7233")
	}
	return parseEntries(path, top.Content)
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

func parseEntries(path string, nodes []*yaml.Node) ([]configEntry, error) {
	known := knownFlags()
	lines := map[string]int{}
	var entries []configEntry
	for i := 0; i+1 < len(nodes); i += 2 {
		key, value := nodes[i], nodes[i+1]
		flag := known.Lookup(key.Value)
		if key.Kind != yaml.ScalarNode || flag == nil {
			return nil, configProblem(path, key.Line, unknownKey(key.Value, known))
		}
		if first := lines[key.Value]; first != 0 {
			return nil, configProblem(path, key.Line, fmt.Sprintf("%s is given a second time, after line %d", key.Value, first))
		}
		lines[key.Value] = key.Line
		entry := configEntry{name: key.Value, line: key.Line}
		var wrong string
		if entry.values, entry.list, wrong = scalars(value); wrong != "" {
			return nil, configProblem(path, max(value.Line, key.Line), key.Value+" "+wrong)
		}
		if entry.list && flag.Value.Type() != "stringArray" {
			return nil, configProblem(path, key.Line, key.Value+" takes one value, not a list")
		}
		// Each value is tried here, so that a wrong one is told although a flag outdoes it.
		for _, v := range entry.values {
			if err := known.Set(entry.name, v); err != nil {
				return nil, configProblem(path, key.Line, cli.BadValue(entry.name, err).Error())
			}
		}
		if flag.Value.Type() == cli.PathType {
			entry = entry.anchored(filepath.Dir(path), flag.Value.String())
		}
		entries = append(entries, entry)
	}
	if bothVoices(known) {
		return nil, configProblem(path, max(lines[cli.VerboseFlag], lines[cli.QuietFlag]), cli.Exclusive(cli.VerboseFlag, cli.QuietFlag).Error())
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

// anchored takes a relative path from the file's own folder: the folder in which
// a command happens to be typed means nothing to a file. path is the value, expanded.
func (e configEntry) anchored(folder, path string) configEntry {
	inPATH := e.name == "temporal-bin" && !strings.ContainsRune(path, filepath.Separator)
	switch {
	case path == "" || inPATH:
	case filepath.IsAbs(path):
		e.values[0] = path
	default:
		e.values[0] = filepath.Join(folder, path)
	}
	return e
}

func unknownKey(key string, known *pflag.FlagSet) string {
	meant := strings.ToLower(strings.ReplaceAll(strings.TrimLeft(key, "-"), "_", "-"))
	for _, name := range []string{meant, strings.TrimSuffix(meant, "s"), "install-" + meant} {
		if known.Lookup(name) != nil {
			return fmt.Sprintf("unknown key %q; it is %s", key, name)
		}
	}
	return fmt.Sprintf("unknown key %q; stigmer local config --help has the keys", key)
}
