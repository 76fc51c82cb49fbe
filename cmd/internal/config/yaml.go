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

// pair is one key of a mapping with its value.
type pair struct{ key, value *yaml.Node }

func pairs(mapping *yaml.Node) (list []pair) {
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		list = append(list, pair{mapping.Content[i], mapping.Content[i+1]})
	}
	return list
}

// fault is something that is wrong in a settings file; line is 0 where none is known.
type fault struct {
	line int
	text string
}

func faultf(line int, format string, args ...any) *fault {
	return &fault{line, fmt.Sprintf(format, args...)}
}

// topMapping returns the mapping that a file of settings is, nil for one that is empty.
func topMapping(data []byte) (*yaml.Node, *fault) {
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var document, second yaml.Node
	if err := decoder.Decode(&document); errors.Is(err, io.EOF) {
		return nil, nil // empty, or nothing but comments
	} else if err != nil {
		return nil, yamlFault(err)
	}
	if err := decoder.Decode(&second); err == nil {
		return nil, faultf(second.Line, "a second document, of which nothing would be read")
	} else if !errors.Is(err, io.EOF) {
		return nil, yamlFault(err)
	}
	switch top := document.Content[0]; {
	case top.Kind == yaml.ScalarNode && top.Tag == "!!null":
		return nil, nil
	case top.Kind != yaml.MappingNode:
		return nil, faultf(top.Line, "these are no settings; each is a line such as port: 7233")
	default:
		return top, nil
	}
}

// yamlFault takes the line out of an error of the YAML library: "yaml: line 3: ...".
func yamlFault(err error) *fault {
	text, line := strings.TrimPrefix(err.Error(), "yaml: "), 0
	if n, _ := fmt.Sscanf(text, "line %d:", &line); n == 1 {
		_, text, _ = strings.Cut(text, ": ")
	}
	if strings.Contains(text, "anchor") || strings.Contains(text, "alphabetic or numeric") {
		text += " (a value that begins with * or & needs quotes)"
	}
	return faultf(line, "no YAML: %s", text)
}

// parseSettings reads the settings in a file, and finds all that is wrong with single ones. Each
// value is tried, so that a wrong one is reported although a flag outdoes it.
func parseSettings(path string, data []byte) (entries map[string]configEntry, faults []*fault) {
	top, wrong := topMapping(data)
	if wrong != nil {
		return nil, []*fault{wrong}
	}
	if top == nil {
		return nil, nil
	}
	entries = map[string]configEntry{}
	known := knownFlags()
	for _, p := range pairs(top) {
		flag := known.Lookup(p.key.Value)
		if p.key.Kind != yaml.ScalarNode || flag == nil {
			faults = append(faults, faultf(p.key.Line, "%s", unknownKey(p.key.Value, known)))
			continue
		}
		name := flag.Name // the key may be its other name
		if first, twice := entries[name]; twice {
			faults = append(faults, faultf(p.key.Line, "%s is given a second time, after line %d", name, first.line))
			continue
		}
		values, wrong := settingValues(flag, p)
		values, refused := tryValues(known, name, values)
		faults = append(append(faults, wrong...), refused...)
		if flag.Value.Type() == cli.PathType {
			for i := range values {
				values[i].text = anchored(name, filepath.Dir(path), flag.Value.String())
			}
		}
		entries[name] = configEntry{values, p.key.Line}
	}
	if bothVoices(known) {
		line := max(entries[cli.VerboseFlag].line, entries[cli.QuietFlag].line)
		faults = append(faults, faultf(line, "%v", cli.Exclusive(cli.VerboseFlag, cli.QuietFlag)))
	}
	return entries, faults
}

// parseConfig is parseSettings for a command that goes by the settings. Its error is a Problem.
func parseConfig(path string, data []byte) (map[string]configEntry, error) {
	entries, faults := parseSettings(path, data)
	if len(faults) > 0 {
		return nil, configProblem(path, faults[0].line, faults[0].text)
	}
	return entries, nil
}

// tryValues gives a flag its values, and returns those that it takes.
func tryValues(known *pflag.FlagSet, name string, values []configValue) (taken []configValue, faults []*fault) {
	for _, v := range values {
		if err := known.Set(name, v.text); err != nil {
			faults = append(faults, faultf(v.line, "%v", cli.BadValue(name, err)))
			continue
		}
		taken = append(taken, v)
	}
	return taken, faults
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
