package config

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"sort"

	"github.com/spf13/pflag"
	"github.com/stigmer/local/cmd/internal/cli"
)

// FileFaults is all that is wrong with a settings file: a Problem for each fault, by line. local.yaml in the home is
// judged as that, and any other file as one of --config. The error is a Problem, or fs.ErrNotExist for no local.yaml.
func FileFaults(path string) (faults []*cli.Problem, err error) {
	var text []byte
	var open exposure
	if own, _ := ConfigPath(); path == own || cli.SameFile(path, own) {
		text, err = ownText(path)
	} else {
		text, open, err = readTeamText(path, "")
	}
	if err != nil {
		return nil, err
	}
	entries, wrong := parseSettings(path, text)
	wrong = append(wrong, faultsTogether(path, entries)...)
	slices.SortStableFunc(wrong, func(a, b *fault) int { return cmp.Compare(a.line, b.line) })
	for _, f := range wrong {
		faults = append(faults, configProblem(path, f.line, f.text))
	}
	return append(faults, untrusted(path, open, entries)...), nil
}

// faultsTogether are the faults that no single text of a file shows: a start would name the first. Each is taken
// out of the settings, and the rest checked again.
func faultsTogether(path string, entries map[string]configEntry) (faults []*fault) {
	entries = maps.Clone(entries)
	for {
		bad, name := refusal(path, entries)
		if name == "" {
			return faults
		}
		entry := entries[name]
		first := func(n int) configEntry { return configEntry{entry.values[:n], entry.line} }
		line, rest := entry.line, first(0)
		if len(entry.values) == 1 {
			line = entry.values[0].line
		}
		if len(entry.values) > 1 {
			// Of a list only one text goes: the last of the fewest that are refused in the same way.
			n := sort.Search(len(entry.values), func(n int) bool {
				fewer := maps.Clone(entries)
				fewer[name] = first(n)
				again, _ := refusal(path, fewer)
				return again == bad
			})
			n = max(n, 1)
			line, rest.values = entry.values[n-1].line, slices.Concat(entry.values[:n-1], entry.values[n:])
		}
		faults = append(faults, &fault{line, bad})
		entries[name] = rest
	}
}

// refusal says why a start with just these settings of a file would be refused, and which of them it names; both
// are empty if it would not.
func refusal(path string, entries map[string]configEntry) (text, name string) {
	o, flags := &Options{origins: Origins{}}, pflag.NewFlagSet("check", pflag.ContinueOnError)
	o.StartFlags(flags)
	if err := o.origins.file(flags, File{Path: path, entries: entries}); err != nil {
		return "", "" // it was found where single texts were tried
	}
	bad, ok := errors.AsType[cli.FlagError](o.settle(flags))
	if !ok {
		return "", ""
	}
	for _, name := range bad.Flags {
		if o.origins[name].layer == layerFile {
			return o.asKeys(bad), name
		}
	}
	return "", ""
}
