package config

import (
	"context"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/stigmer/local/cmd/internal/cli"
)

var voiceNames = []string{cli.VerboseFlag, cli.QuietFlag, cli.LogFormatFlag}

// VoiceFlags declares the flags for a whole tree, and has them read from the
// environment and the settings file before any of its commands runs: then the
// origins say which came from where.
func VoiceFlags(tree *cobra.Command) Origins {
	f, from := pflag.NewFlagSet("voice", pflag.ContinueOnError), Origins{}
	addGroup(f, groupOutput, declareVoice)
	tree.PersistentFlags().AddFlagSet(f)
	tree.PersistentPreRunE = func(c *cobra.Command, args []string) error {
		if err := cli.CheckHomeFlags(); err != nil {
			return err
		}
		if err := readVoice(c, f, from); err != nil {
			return err
		}
		return outerHook(tree, c, args)
	}
	return from
}

func declareVoice(f *pflag.FlagSet) {
	f.Bool(cli.VerboseFlag, false, "log each step to standard error, and the steps of a new supervisor to its log")
	f.Bool(cli.QuietFlag, false, "print no progress and no success, only results, warnings and errors: see the exit status")
	format := "text"
	cli.ChoiceVar(f, &format, cli.LogFormatFlag, "format", []string{"text", "json"},
		"text or json, for the log of this command and of a new supervisor; Temporal's own is --"+LogFormatFlag)
}

// readVoice fills in what was not typed, and checks it. One of the pair that a stronger layer
// has keeps both out of a weaker one. A settings file that is damaged, or not to be trusted,
// says nothing here: a stop must not hang on it, and a command that goes by the settings reports
// what is wrong with it.
func readVoice(c *cobra.Command, f *pflag.FlagSet, from Origins) error {
	if err := from.environment(f); err != nil {
		return err
	}
	if bothVoices(f) {
		return cli.UsageProblem(cli.Exclusive(cli.VerboseFlag, cli.QuietFlag))
	}
	if len(from) == len(voiceNames) {
		return nil // as for a supervisor, which gets all of them as flags: nothing is left to read
	}
	file, err := readFiles(c.Flags())
	if err == nil {
		c.SetContext(context.WithValue(c.Context(), fileKey{}, file))
	}
	return from.files(f, file)
}

// fileKey is the key of the settings file in a command's context.
type fileKey struct{}

// FileOf returns the settings file that was read for the voice of a command, so that a command
// reads it once. It is zero if the file was not needed for that, or was damaged.
func FileOf(c *cobra.Command) (file File) {
	if c.Context() != nil { // else no hook has run
		file, _ = c.Context().Value(fileKey{}).(File)
	}
	return file
}

// VoiceSet are the flags of the voice alone, of all that c inherits.
func VoiceSet(c *cobra.Command) *pflag.FlagSet {
	set := pflag.NewFlagSet("voice", pflag.ContinueOnError)
	set.SortFlags = false
	for _, name := range voiceNames {
		set.AddFlag(c.Flag(name))
	}
	return set
}

// OfDriver are the flags of the voice that were given by flag or environment and are
// about a supervisor's log as well. Quiet is not: it was said to the command at hand.
func (o Origins) OfDriver(c *cobra.Command) (flags []string) {
	VoiceSet(c).VisitAll(func(f *pflag.Flag) {
		if from := o[f.Name].layer; f.Name != cli.QuietFlag && (from == layerFlag || from == layerEnvironment) {
			flags = append(flags, "--"+f.Name+"="+f.Value.String())
		}
	})
	return flags
}

// Beats says what of the pair keeps the other one out, empty if nothing does.
func (o Origins) Beats(name string) string {
	other := exclusions[name].other
	if from, given := o[other]; given {
		return "as " + other + " is given: " + from.where
	}
	return ""
}

func bothVoices(f *pflag.FlagSet) bool {
	verbose, _ := f.GetBool(cli.VerboseFlag)
	quiet, _ := f.GetBool(cli.QuietFlag)
	return verbose && quiet
}

// outerHook runs the hook of a larger program, which ours hides from cobra. With
// cobra.EnableTraverseRunHooks cobra runs them all by itself.
func outerHook(tree, c *cobra.Command, args []string) error {
	if cobra.EnableTraverseRunHooks {
		return nil
	}
	for outer := tree.Parent(); outer != nil; outer = outer.Parent() {
		switch {
		case outer.PersistentPreRunE != nil:
			return outer.PersistentPreRunE(c, args)
		case outer.PersistentPreRun != nil:
			outer.PersistentPreRun(c, args)
			return nil
		}
	}
	return nil
}
