package config

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
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
	line  int // in the settings file
}

// Origins says where each flag that has a value got it.
type Origins map[string]origin

// Layers fills in the flags that were not given: from the environment, and what
// that leaves open from the settings file, which is read unless Config has it. What both leave
// open keeps its default.
func (o *Options) Layers(flags *pflag.FlagSet) error {
	o.origins = Origins{}
	if err := o.origins.environment(flags); err != nil {
		return err
	}
	if o.Config.Path == "" {
		var err error
		if o.Config, err = ReadFile(); err != nil {
			return err
		}
	}
	return o.origins.file(flags, o.Config)
}

// environment fills in what was not given from the environment.
func (o Origins) environment(flags *pflag.FlagSet) error {
	o.note(flags, func(name string) origin { return origin{layer: layerFlag, where: "--" + name} })
	if err := readVariables(flags); err != nil {
		return err
	}
	o.note(flags, func(name string) origin { return origin{layer: layerEnvironment, where: VariableOf(name)} })
	return nil
}

// file fills in what is open still from the settings file.
func (o Origins) file(flags *pflag.FlagSet, file File) error {
	if err := file.apply(flags); err != nil {
		return err
	}
	o.note(flags, func(name string) origin {
		line := file.line(name)
		return origin{layer: layerFile, where: fmt.Sprintf("%s:%d", filepath.Base(file.Path), line), line: line}
	})
	return nil
}

// note records the origin of the flags that have got a value since the last time.
func (o Origins) note(flags *pflag.FlagSet, from func(name string) origin) {
	flags.VisitAll(func(f *pflag.Flag) {
		if _, known := o[f.Name]; f.Changed && !known {
			o[f.Name] = from(f.Name)
		}
	})
}

// VariableOf is the environment variable of a flag.
func VariableOf(flag string) string {
	return "STIGMER_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// Blame puts a wrong value into words, with where it was given: nobody looks for
// a flag that was not typed.
func (o *Options) Blame(err error) *cli.Problem {
	var bad cli.FlagError
	if !errors.As(err, &bad) {
		return cli.UsageProblem(err)
	}
	for _, name := range bad.Flags {
		switch from := o.origins[name]; from.layer {
		case layerFile:
			p := configProblem(o.Config.Path, from.line, o.asKeys(bad))
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
