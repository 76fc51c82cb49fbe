package cmd

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"
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

// origins says where each flag that has a value got it.
type origins map[string]origin

// layers fills in the flags that were not given: from the environment, and what
// that leaves open from the settings file. What both leave open keeps its default.
func (o *options) layers(flags *pflag.FlagSet) error {
	o.origins = origins{}
	if err := o.origins.environment(flags); err != nil {
		return err
	}
	file, err := readConfig()
	o.config = file
	if err != nil {
		return err
	}
	return o.origins.file(flags, file)
}

// environment fills in what was not given from the environment.
func (o origins) environment(flags *pflag.FlagSet) error {
	o.note(flags, func(name string) origin { return origin{layer: layerFlag, where: "--" + name} })
	if err := readVariables(flags); err != nil {
		return err
	}
	o.note(flags, func(name string) origin { return origin{layer: layerEnvironment, where: variableOf(name)} })
	return nil
}

// file fills in what is open still from the settings file.
func (o origins) file(flags *pflag.FlagSet, file configFile) error {
	if err := file.apply(flags); err != nil {
		return err
	}
	o.note(flags, func(name string) origin {
		line := file.line(name)
		return origin{layer: layerFile, where: fmt.Sprintf("%s:%d", filepath.Base(file.path), line), line: line}
	})
	return nil
}

// note records the origin of the flags that have got a value since the last time.
func (o origins) note(flags *pflag.FlagSet, from func(name string) origin) {
	flags.VisitAll(func(f *pflag.Flag) {
		if _, known := o[f.Name]; f.Changed && !known {
			o[f.Name] = from(f.Name)
		}
	})
}

// variableOf is the environment variable of a flag.
func variableOf(flag string) string {
	return "STIGMER_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// blame puts a wrong value into words, with where it was given: nobody looks for
// a flag that was not typed.
func (o *options) blame(err error) *Problem {
	var bad flagError
	if !errors.As(err, &bad) {
		return usage(err)
	}
	for _, name := range bad.flags {
		switch from := o.origins[name]; from.layer {
		case layerFile:
			p := configProblem(o.config.path, from.line, o.asKeys(bad))
			p.Means, p.Try = cmp.Or(bad.means, p.Means), cmp.Or(bad.try, p.Try)
			return p
		case layerEnvironment:
			return usage(fmt.Errorf("environment variable %s: %w", from.where, err))
		}
	}
	return usage(err)
}

// asKeys is what is wrong, with what stands in the settings file called as it is there.
func (o *options) asKeys(bad flagError) string {
	text := bad.text
	for _, name := range bad.flags {
		if o.origins[name].layer == layerFile {
			text = strings.ReplaceAll(text, "--"+name, name)
		}
	}
	return text
}

// from names the origin of a setting that was not typed, for the end of a message.
func (o *options) from(name string) string {
	if where := o.origins[name]; where.layer == layerEnvironment || where.layer == layerFile {
		return " (" + where.where + ")"
	}
	return ""
}
