package config

import (
	"github.com/spf13/pflag"
	"github.com/stigmer/local/statefile"
)

// ServiceFlags are the flags of a start to keep in the service's file: what was
// given by flag or environment, since the service's environment is another one.
// local.yaml and the file of --config it reads by itself, at each start.
func (o *Options) ServiceFlags(settings *pflag.FlagSet, home statefile.Home) []string {
	flags := []string{}
	settings.VisitAll(func(f *pflag.Flag) {
		layer := o.origins[f.Name].layer
		if layer != layerFlag && layer != layerEnvironment {
			return
		}
		for _, value := range o.kept(f) {
			flags = append(flags, "--"+f.Name+"="+value)
		}
	})
	bin := o.Settings.TemporalBin
	if o.origins["temporal-bin"].layer == "" && o.Settings.TemporalVersion == "" && bin != "" && bin != home.Bin() {
		flags = append(flags, "--temporal-bin="+bin) // it was found in PATH, and the service has another PATH
	}
	return flags
}

// kept are the values of a flag as the service needs them: with absolute paths.
func (o *Options) kept(f *pflag.Flag) []string {
	switch f.Name {
	case "timeout":
		return nil // in the foreground no command waits
	case TeamFlag:
		return []string{o.Config.TeamPath()}
	case "db":
		return []string{o.Settings.DB}
	case "temporal-bin":
		return []string{o.Settings.TemporalBin}
	case "ui-asset-path":
		return []string{o.Settings.UIAssetPath}
	}
	if list, is := f.Value.(pflag.SliceValue); is {
		if texts := list.GetSlice(); len(texts) > 0 {
			return texts
		}
		return []string{""} // none was asked for
	}
	return []string{f.Value.String()}
}
