package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/human"
	"go.yaml.in/yaml/v3"
)

// CliName is the settings file of the Stigmer CLI, which may have the same home. Before there
// was local.yaml, our settings were in it. Whatever it has stops no command.
const CliName = "config.yaml"

// ManagedSetting is the setting of the Stigmer CLI that leaves Temporal to others.
const ManagedSetting = "backend.local.temporal.managed: false"

// cliFile is what config.yaml is to us.
type cliFile struct {
	Path string
	text []byte
	// Ours says that its keys are names of our settings, at least one, and no others.
	Ours bool
	// Manages says that it is the Stigmer CLI's, which runs a Temporal in this home.
	Manages bool
	// Foreign says that it is there, and is neither ours nor empty.
	Foreign bool
	// Distrusted is why its settings are not trusted, nil if they are.
	Distrusted *cli.Problem
}

// readCLIFile reads config.yaml. It returns the zero cliFile for one that cannot be read.
func readCLIFile(path string) cliFile {
	file, info, err := cli.OpenRegular(path, 0)
	if err != nil {
		return cliFile{}
	}
	defer file.Close()
	text, err := io.ReadAll(file)
	if err != nil {
		return cliFile{}
	}
	c := cliFile{Path: path, text: text, Distrusted: distrust(path, info)}
	top, known := topMapping(text), knownFlags()
	c.Ours = top != nil && len(top.Content) > 0 && !slices.ContainsFunc(pairs(top), func(p pair) bool {
		_, _, wrong := scalars(p.value)
		return p.key.Kind != yaml.ScalarNode || known.Lookup(p.key.Value) == nil || wrong != ""
	})
	c.Manages = managesTemporal(top)
	c.Foreign = !c.Ours && len(text) > 0
	return c
}

// readable reports whether its settings are ours and trusted.
func (c cliFile) readable() bool { return c.Ours && c.Distrusted == nil }

// pair is one key of a mapping with its value.
type pair struct{ key, value *yaml.Node }

func pairs(mapping *yaml.Node) (list []pair) {
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		list = append(list, pair{mapping.Content[i], mapping.Content[i+1]})
	}
	return list
}

// topMapping returns the mapping of a file that is one YAML document, nil for any other text.
func topMapping(text []byte) *yaml.Node {
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	var document, second yaml.Node
	if decoder.Decode(&document) != nil || !errors.Is(decoder.Decode(&second), io.EOF) || document.Content[0].Kind != yaml.MappingNode {
		return nil
	}
	return document.Content[0]
}

// managesTemporal reports whether settings of the Stigmer CLI have it run a Temporal: its
// backend is the local one, and nothing but a plain false keeps it from that (its
// daemon/control.ts, isTemporalManaged). It takes a backend without a type for local.
func managesTemporal(top *yaml.Node) bool {
	backend := valueAt(top, "backend")
	if backend == nil {
		return false
	}
	kind, local := valueAt(backend, "type"), valueAt(backend, "local")
	switch {
	case backend.Kind == yaml.ScalarNode:
		return backend.Value == "local"
	case kind != nil && kind.Value != "local", kind == nil && local == nil:
		return false
	}
	managed := valueAt(valueAt(local, "temporal"), "managed")
	var is bool
	return managed == nil || managed.ShortTag() != "!!bool" || managed.Decode(&is) != nil || is
}

// valueAt is the value of a key, nil where there is none. It follows an alias.
func valueAt(mapping *yaml.Node, key string) *yaml.Node {
	if mapping == nil || mapping.Kind != yaml.MappingNode {
		return nil
	}
	for _, p := range pairs(mapping) {
		if p.key.Value == key && p.value.Kind == yaml.AliasNode {
			return p.value.Alias
		}
		if p.key.Value == key {
			return p.value
		}
	}
	return nil
}

// BesideNotes are the notes on config.yaml: that it is read for now, that it is not, or that
// two programs run a Temporal in this home.
func (f File) BesideNotes() (notes []string) {
	b, own := f.Beside, filepath.Join(filepath.Dir(f.Path), FileName)
	switch {
	case b.Ours && f.Path == b.Path:
		notes = append(notes, fmt.Sprintf("%s is read, since it has only settings of stigmer local; the name belongs to the Stigmer CLI. Rename it: %s",
			b.Path, human.ShellLine([]string{"mv", b.Path, own})))
	case b.Ours && b.Distrusted != nil:
		notes = append(notes, fmt.Sprintf("%s has settings of stigmer local and is not read: %s. Write them into %s", b.Path, b.Distrusted.What, own))
	case b.Ours:
		notes = append(notes, fmt.Sprintf("%s has settings of stigmer local and is not read, since %s is there. Move what still counts into that", b.Path, own))
	}
	if b.Manages {
		notes = append(notes, ManagesNote(b.Path))
	}
	return notes
}

// ManagesNote warns of a Stigmer CLI that runs a Temporal in this home.
func ManagesNote(path string) string {
	return fmt.Sprintf("the Stigmer CLI is set to run a Temporal in this home as well (%s): its up and down would end the one that runs here. To leave Temporal to stigmer local, set %s there",
		path, ManagedSetting)
}

// NoteBeside prints the notes on config.yaml to standard error.
func (f File) NoteBeside(c *cobra.Command) {
	for _, text := range f.BesideNotes() {
		cli.Note(c, "Note: %s", text)
	}
}
