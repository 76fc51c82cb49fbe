package environment

import (
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"go.yaml.in/yaml/v3"
)

// presetFile is where the Temporal CLI keeps its presets, below HOME on every system
// (temporalcli/commands.env.go).
const presetFile = ".config/temporalio/temporal.yaml"

// presetLimit, in bytes, is the most that is read of the file.
const presetLimit = 1 << 20

// presetFlags are the flags of a server that a preset can give. Others in it are for
// clients.
var presetFlags = []string{
	"ip", "port", "http-port", "metrics-port", "ui-port", "ui-ip", "ui-public-path", "ui-asset-path", "ui-codec-endpoint",
	"ui-disable-news-fetch", "headless", "db-filename", "namespace", "sqlite-pragma", "dynamic-config-value", "log-config",
	"search-attribute", "log-level", "log-format", "command-timeout", "client-connect-timeout", "output", "color",
	"time-format", "no-json-shorthand-payloads",
}

// presetMark begins the description of a preset in fsm.Environment's Withheld. No name of a
// variable has a space (CheckPattern), so the two are never confused.
const presetMark = "the preset "

// IsPreset reports whether an entry of fsm.Environment's Withheld describes a preset, and
// does not name a variable.
func IsPreset(withheld string) bool { return strings.HasPrefix(withheld, presetMark) }

// presetWithheld describes the preset that would have counted, with the names of its
// flags and not their values. It is empty where no preset has a flag of a server.
func presetWithheld(environ []string) []string {
	name, home := "default", ""
	for _, entry := range environ {
		if value, ok := strings.CutPrefix(entry, "TEMPORAL_ENV="); ok && value != "" {
			name = value
		}
		if value, ok := strings.CutPrefix(entry, "HOME="); ok {
			home = value
		}
	}
	if !filepath.IsAbs(home) {
		return nil
	}
	file := filepath.Join(home, presetFile)
	flags := slices.DeleteFunc(flagsIn(file, name), func(flag string) bool { return !slices.Contains(presetFlags, flag) })
	if len(flags) == 0 {
		return nil
	}
	return []string{fmt.Sprintf(presetMark+"%q of %s (%s)", name, file, strings.Join(flags, ", "))}
}

// flagsIn are the flags for which a preset in a file has a value, in order. A file that
// cannot be read or understood has none: Temporal does not read it either.
func flagsIn(path, preset string) []string {
	// A pipe in its place must not be waited for.
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil
	}
	defer file.Close()
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil
	}
	text, err := io.ReadAll(io.LimitReader(file, presetLimit))
	var presets struct {
		Env map[string]map[string]yaml.Node `yaml:"env"`
	}
	if err != nil || yaml.Unmarshal(text, &presets) != nil {
		return nil
	}
	return slices.Sorted(maps.Keys(presets.Env[preset]))
}
