package cmd

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/stigmer/local/cmd/internal/cli"
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
