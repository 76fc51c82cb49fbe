package config

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/pflag"
	"github.com/stigmer/local/cmd/internal/cli"
)

// The layers of a setting, the strongest first.
const (
	layerFlag        = "flag"
	layerEnvironment = "environment"
	layerFile        = "file"
	layerDefault     = "default"
)

// origin says where a setting's value came from.
type origin struct {
	layer string
	// where is the flag, the variable, or the file's name and line; for a default,
	// why it is not the usual one, if it is not.
	where string
	// file and line are of the settings file.
	file string
	line int
}

// Origins says where each flag that has a value got it.
type Origins map[string]origin

// Layers fills in the flags that were not given: from the environment, and what
// that leaves open from the settings files, which are read unless Config has them. What all leave
// open keeps its default.
func (o *Options) Layers(flags *pflag.FlagSet) (err error) {
	o.origins = Origins{}
	if err = o.origins.environment(flags); err != nil {
		return err
	}
	if o.Config.Path == "" {
		if o.Config, err = readFiles(flags); err != nil {
			return err
		}
	}
	return o.origins.files(flags, o.Config)
}

// environment notes what was typed, and fills in what was not from the environment.
func (o Origins) environment(flags *pflag.FlagSet) error {
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Changed {
			o[f.Name] = origin{layer: layerFlag, where: "--" + f.Name}
		}
	})
	return o.fill(flags, func(f *pflag.Flag) ([]string, origin) {
		from := origin{layer: layerEnvironment, where: VariableOf(f.Name)}
		value := os.Getenv(from.where)
		switch {
		case value == "" || f.Name == "help" || serviceLink(f, value):
			return nil, from
		case f.Name == cli.HomeFlag || f.Name == cli.NameFlag:
			return nil, from // cli.HomePath reads both variables itself: the home is asked for before any flag
		case f.Value.Type() == "stringArray" && !strings.HasPrefix(value, "["):
			return strings.Split(value, ","), from
		}
		if _, list := f.Value.(pflag.SliceValue); list {
			return listed(value), from
		}
		return []string{value}, from
	}, func(from origin, err error) error {
		return cli.UsageProblem(cli.BadValue("environment variable "+from.where, err))
	})
}

// files fills in what is open still from the file of --config, then from local.yaml.
func (o Origins) files(flags *pflag.FlagSet, own File) error {
	if own.Team != nil {
		if err := o.file(flags, *own.Team); err != nil {
			return err
		}
	}
	return o.file(flags, own)
}

func (o Origins) file(flags *pflag.FlagSet, file File) error {
	return o.fill(flags, func(f *pflag.Flag) ([]string, origin) {
		entry := file.entries[f.Name]
		return entry.texts(), origin{layerFile, file.at(entry.line), file.Path, entry.line}
	}, func(from origin, err error) error { return configProblem(file.Path, from.line, err.Error()) })
}

// fill gives the flags without a value those of one layer, and notes where they are from.
func (o Origins) fill(flags *pflag.FlagSet, given func(*pflag.Flag) ([]string, origin), wrong func(origin, error) error) error {
	var open []*pflag.Flag
	// Found before any is set: two of one layer that exclude each other are an error.
	flags.VisitAll(func(f *pflag.Flag) {
		if !f.Changed && !outdone(flags, f.Name) {
			open = append(open, f)
		}
	})
	for _, f := range open {
		values, from := given(f)
		for _, value := range values {
			if err := flags.Set(f.Name, value); err != nil {
				return wrong(from, err)
			}
			o[f.Name] = from
		}
	}
	return nil
}

// exclusions names for a setting the one that, given by a stronger layer, keeps it out: a
// flag beats the environment, and both beat the settings file. If it has a value here, only
// that value does.
var exclusions = map[string]struct{ other, value string }{
	"db":            {"ephemeral", "true"},
	"ephemeral":     {"db", ""},
	"temporal-bin":  {VersionFlag, ""},
	VersionFlag:     {"temporal-bin", ""},
	cli.QuietFlag:   {cli.VerboseFlag, ""},
	cli.VerboseFlag: {cli.QuietFlag, ""},
	FromSetting:     {MirrorSetting, ""},
	MirrorSetting:   {FromSetting, FromGo},
}

// outdone reports whether a setting that excludes this one was given by a stronger layer.
func outdone(flags *pflag.FlagSet, name string) bool {
	by := exclusions[name]
	f := flags.Lookup(by.other)
	return f != nil && f.Changed && (by.value == "" || by.value == f.Value.String())
}

// VariableOf is the environment variable of a flag.
func VariableOf(flag string) string {
	return "STIGMER_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// Blame puts a wrong value into words, with where it was given: it may be no flag that was
// typed.
func (o *Options) Blame(err error) *cli.Problem {
	if p, ok := errors.AsType[*cli.Problem](err); ok {
		return p
	}
	bad, ok := errors.AsType[cli.FlagError](err)
	if !ok {
		return cli.UsageProblem(err)
	}
	for _, name := range bad.Flags {
		switch from := o.origins[name]; from.layer {
		case layerFile:
			p := configProblem(from.file, from.line, o.asKeys(bad))
			p.Means, p.Try = cmp.Or(bad.Means, p.Means), cmp.Or(bad.Try, p.Try)
			return p
		case layerEnvironment:
			return cli.UsageProblem(fmt.Errorf("environment variable %s: %w", from.where, err))
		}
	}
	return cli.UsageProblem(err)
}

// asKeys is what is wrong, with what stands in the settings file called as it is there.
func (o *Options) asKeys(bad cli.FlagError) string {
	text := bad.Text
	for _, name := range bad.Flags {
		if o.origins[name].layer == layerFile {
			text = strings.ReplaceAll(text, "--"+name, name)
		}
	}
	return text
}

// From names the origin of a setting that was not typed, for the end of a message.
func (o *Options) From(name string) string {
	if where := o.origins[name]; where.layer == layerEnvironment || where.layer == layerFile {
		return " (" + where.where + ")"
	}
	return ""
}
