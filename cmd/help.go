package cmd

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/config"
)

// addHelp gives a tree its help command. Cobra's own is for the whole program's tree
// alone, and takes what is no command for a question that it has answered.
func addHelp(tree *cobra.Command, example string) {
	tree.SetHelpCommand(&cobra.Command{
		Use: "help [COMMAND]...", Short: "Show the help of a command",
		Example: "  " + example,
		RunE: func(c *cobra.Command, words []string) error {
			asked, rest, err := c.Parent().Find(words)
			if err != nil {
				return err
			}
			if len(rest) > 0 {
				return cli.NoCommand(asked, rest[0])
			}
			asked.InitDefaultHelpFlag() // as --help has it
			return asked.Help()
		},
		ValidArgsFunction: func(c *cobra.Command, words []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
			return commandsBelow(c.Parent(), words, typed), cobra.ShellCompDirectiveNoFileComp
		},
	})
	tree.InitDefaultHelpCmd()
}

// commandsBelow are the commands that may come after some words.
func commandsBelow(tree *cobra.Command, words []string, typed string) (names []cobra.Completion) {
	above, rest, err := tree.Find(words)
	if err != nil || len(rest) > 0 {
		return nil
	}
	for _, c := range above.Commands() {
		if c.IsAvailableCommand() && strings.HasPrefix(c.Name(), typed) {
			names = append(names, cobra.CompletionWithDesc(c.Name(), c.Short))
		}
	}
	return names
}

// groupFlags has the help of a command show its flags by their groups, in the order in which they were
// declared, and its errors know what start-dev takes.
func groupFlags(c *cobra.Command) {
	c.Flags().SortFlags = false
	c.SetUsageFunc(usageByGroup)
	c.Flags().SetNormalizeFunc(config.AsStartDev)
	c.SetFlagErrorFunc(config.FlagError)
}

func usageByGroup(c *cobra.Command) error {
	out := c.OutOrStderr()
	fmt.Fprintf(out, "Usage:\n  %s\n\nExamples:\n%s\n", c.UseLine(), c.Example)
	var titles []string
	groups := map[string]*pflag.FlagSet{}
	collect := func(otherwise string) func(*pflag.Flag) {
		return func(f *pflag.Flag) {
			title := cmp.Or(config.GroupOf(f), otherwise)
			if groups[title] == nil {
				titles = append(titles, title)
				groups[title] = pflag.NewFlagSet(title, pflag.ContinueOnError)
				groups[title].SortFlags = false
			}
			groups[title].AddFlag(f)
		}
	}
	c.LocalFlags().VisitAll(collect("Flags"))
	c.InheritedFlags().VisitAll(collect("Global Flags"))
	for _, title := range titles {
		fmt.Fprintf(out, "\n%s:\n%s", title, groups[title].FlagUsages())
	}
	return nil
}
