package config

import (
	"cmp"

	"github.com/spf13/pflag"

	"github.com/stigmer/local/cmd/internal/cli"
)

// groupKey is the annotation of a flag that names its group in the help.
const groupKey = "group"

// The groups of flags, with their titles in the help.
const (
	groupDaily  = "Flags"
	groupSetup  = "What is in the database"
	groupServer = "Temporal's server"
	groupPolicy = "Probes and restarts"
	groupOutput = "Output"
	groupHome   = "Home"
)

// GroupOf is the title of a flag's group, empty for a flag that is in none.
func GroupOf(f *pflag.Flag) string {
	if title := f.Annotations[groupKey]; len(title) > 0 {
		return title[0]
	}
	return ""
}

// addGroup declares flags in a group, with the letters that start-dev has for them.
func addGroup(f *pflag.FlagSet, title string, declare func(*pflag.FlagSet)) {
	own := pflag.NewFlagSet(title, pflag.ContinueOnError)
	own.SortFlags = false
	declare(own)
	own.VisitAll(func(flag *pflag.Flag) {
		flag.Shorthand = cmp.Or(letters[flag.Name], flag.Shorthand)
		flag.Annotations = map[string][]string{groupKey: {title}}
		f.AddFlag(flag)
	})
}

// HomeFlags declares the flags that name the home, for a whole tree.
func HomeFlags(f *pflag.FlagSet) { addGroup(f, groupHome, cli.HomeFlags) }

// ResultFlag declares --output of start and restart.
func ResultFlag(f *pflag.FlagSet) { addGroup(f, groupOutput, cli.ResultFlag) }
