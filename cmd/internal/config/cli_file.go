package config

import (
	"fmt"
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
	text, distrusted, err := readText(path)
	if err != nil {
		return cliFile{}
	}
	c := cliFile{Path: path, text: text, Distrusted: distrusted, Manages: managesTemporal(text)}
	top, _ := topMapping(text)
	known := knownFlags()
	c.Ours = top != nil && len(top.Content) > 0 && !slices.ContainsFunc(pairs(top), func(p pair) bool {
		flag := known.Lookup(p.key.Value)
		if p.key.Kind != yaml.ScalarNode || flag == nil || p.value.Kind == yaml.MappingNode {
			return true
		}
		_, wrong := settingValues(flag, p)
		return len(wrong) > 0
	})
	c.Foreign = !c.Ours && len(text) > 0
	return c
}

// readable reports whether its settings are ours and trusted.
func (c cliFile) readable() bool { return c.Ours && c.Distrusted == nil }

// managesTemporal reports whether settings of the Stigmer CLI have it run a Temporal: its
// backend is the local one, and nothing but a plain false keeps it from that (its
// daemon/control.ts, isTemporalManaged). It takes a backend without a type for local.
func managesTemporal(text []byte) bool {
	var top struct{ Backend any }
	if yaml.Unmarshal(text, &top) != nil {
		return false
	}
	backend, _ := top.Backend.(map[string]any)
	kind, typed := backend["type"]
	under, given := backend["local"]
	if top.Backend != "local" && kind != "local" && (typed || !given) {
		return false
	}
	local, _ := under.(map[string]any)
	temporal, _ := local["temporal"].(map[string]any)
	return temporal["managed"] != false
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
