package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// ShowHelp prints the help of a command that only groups others.
func ShowHelp(c *cobra.Command, _ []string) error { return c.Help() }

// NoArguments refuses arguments. If the command groups others, the error names the commands that may be meant.
func NoArguments(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if c.HasSubCommands() {
		return NoCommand(c, args[0])
	}
	return UsageProblem(fmt.Errorf("%s takes no arguments, but was given %q", c.CommandPath(), args[0]))
}

// NoCommand names the commands that may have been meant.
func NoCommand(c *cobra.Command, typed string) *Problem {
	p := UsageProblem(fmt.Errorf("%s has no command %q", c.CommandPath(), typed))
	if paths := suggestedCommands(c, typed); len(paths) > 0 {
		p.Try = strings.Join(paths, ", ")
	}
	return p
}

// suggestedCommands are the command below c that other programs call what was typed, else those whose names
// are near to it, else those of its commands: stigmer start lacks a word.
func suggestedCommands(c *cobra.Command, typed string) (paths []string) {
	for _, below := range c.Commands() {
		if slices.Contains(below.SuggestFor, typed) { // other programs call it so: names that are merely near do not count
			return []string{below.CommandPath()}
		}
	}
	c.SuggestionsMinimumDistance = 2 // letters that may be wrong: what cobra takes where it suggests by itself
	for _, name := range slices.Compact(c.SuggestionsFor(typed)) {
		paths = append(paths, c.CommandPath()+" "+name)
	}
	if len(paths) > 0 {
		return paths
	}
	for _, below := range c.Commands() {
		if below.Name() == "completion" {
			continue // its commands are shells
		}
		if exact, _, err := below.Find([]string{typed}); err == nil && exact != below && exact.IsAvailableCommand() {
			return []string{exact.CommandPath()}
		}
		paths = append(paths, suggestedCommands(below, typed)...)
	}
	return paths
}

// UsageError turns an error of cobra's flag parsing into a Problem.
func UsageError(c *cobra.Command, err error) error {
	if words := c.Flags().Args(); c.HasSubCommands() && len(words) > 0 {
		return NoCommand(c, words[0]) // the flag was meant for it
	}
	if bad, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		err = BadValue("--"+bad.GetFlag().Name, err)
	}
	return UsageProblem(err)
}

// Offer returns what a shell offers for a value: these words, in order and each once.
func Offer(words []cobra.Completion) ([]cobra.Completion, cobra.ShellCompDirective) {
	slices.Sort(words)
	return slices.Compact(words), cobra.ShellCompDirectiveNoFileComp
}
