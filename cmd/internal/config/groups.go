package config

import (
	"cmp"
	"slices"

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
	groupSource = "Source of a Temporal CLI"
)

// GroupOf is the title of a flag's group, empty for a flag that is in none.
func GroupOf(f *pflag.Flag) string {
	if title := f.Annotations[groupKey]; len(title) > 0 {
		return title[0]
	}
	return ""
}

// flagGroup is the flags with one title.
type flagGroup struct {
	title string
	flags []*pflag.Flag
}

// groupsOf are the groups of the flags that are settings, in the order of their first ones. The first group, which has
// all flags of the help that are in no other, has a title of its own.
func groupsOf(flags *pflag.FlagSet) (groups []flagGroup) {
	flags.VisitAll(func(f *pflag.Flag) {
		title := GroupOf(f)
		if title == groupDaily {
			title = "Daily use"
		}
		at := slices.IndexFunc(groups, func(g flagGroup) bool { return g.title == title })
		if at < 0 {
			at, groups = len(groups), append(groups, flagGroup{title: title})
		}
		groups[at].flags = append(groups[at].flags, f)
	})
	return groups
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
