package cmd

import (
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/hashicorp/go-hclog"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// The flags of the voice. They are persistent, and have no letters: a larger
// program that mounts Local may use -v and -q for what it likes.
const (
	verboseFlag   = "verbose"
	quietFlag     = "quiet"
	logFormatFlag = "log-format"
)

var voiceNames = []string{verboseFlag, quietFlag, logFormatFlag}

// voice is how much a command says besides its result, and in what form. Of what
// is asked for, the state or a version, nothing is ever left out.
type voice struct {
	verbose, quiet, json bool
}

// voiceFlags declares the flags for a whole tree, and has them read from the
// environment and the settings file before any of its commands runs: then the
// origins say which came from where.
func voiceFlags(tree *cobra.Command) origins {
	f, from := tree.PersistentFlags(), origins{}
	declareVoice(f)
	tree.PersistentPreRunE = func(c *cobra.Command, args []string) error {
		if err := readVoice(f, from); err != nil {
			return err
		}
		return outerHook(tree, c, args)
	}
	return from
}

func declareVoice(f *pflag.FlagSet) {
	f.Bool(verboseFlag, false, "log each step to standard error, and the steps of a new supervisor to its log")
	f.Bool(quietFlag, false, "print no progress and no success, only results, warnings and errors: see the exit status")
	f.Var(&choice{word: "text", of: [2]string{"text", "json"}, kind: "format"}, logFormatFlag,
		"text or json, for the log of this command and of a new supervisor")
}

// readVoice fills in what was not typed, and checks it. One of the pair that a
// stronger layer has keeps both out of a weaker one. A settings file that is damaged,
// or not to be trusted, says nothing here: a stop must not hang on it, and a command
// that goes by the settings tells what is wrong with it.
func readVoice(f *pflag.FlagSet, from origins) error {
	if err := from.environment(f); err != nil {
		return err
	}
	if bothVoices(f) {
		return usage(exclusive(verboseFlag, quietFlag))
	}
	if len(from) == len(voiceNames) {
		return nil // as for a supervisor, which is told all of them: nothing is left to read
	}
	if file, err := readConfig(); err == nil {
		return from.file(f, file)
	}
	return nil
}

// voiceSet are the flags of the voice alone, of all that c inherits.
func voiceSet(c *cobra.Command) *pflag.FlagSet {
	set := pflag.NewFlagSet("voice", pflag.ContinueOnError)
	set.SortFlags = false
	for _, name := range voiceNames {
		set.AddFlag(c.Flag(name))
	}
	return set
}

// ofDriver are the flags of the voice that were given by flag or environment and are
// about a supervisor's log as well. Quiet is not: it was said to the command at hand.
func (o origins) ofDriver(c *cobra.Command) (flags []string) {
	voiceSet(c).VisitAll(func(f *pflag.Flag) {
		if from := o[f.Name].layer; f.Name != quietFlag && (from == layerFlag || from == layerEnvironment) {
			flags = append(flags, "--"+f.Name+"="+f.Value.String())
		}
	})
	return flags
}

// beats says what of the pair keeps the other one out, empty if nothing does.
func (o origins) beats(name string) string {
	other := map[string]string{quietFlag: verboseFlag, verboseFlag: quietFlag}[name]
	if from, given := o[other]; given {
		return "as " + other + " is given: " + from.where
	}
	return ""
}

func bothVoices(f *pflag.FlagSet) bool {
	verbose, _ := f.GetBool(verboseFlag)
	quiet, _ := f.GetBool(quietFlag)
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

// voiceOf is the voice that was asked for. It counts once c runs.
func voiceOf(c *cobra.Command) voice {
	flag := func(name string) string {
		if f := c.Flag(name); f != nil {
			return f.Value.String()
		}
		return ""
	}
	return voice{verbose: flag(verboseFlag) == "true", quiet: flag(quietFlag) == "true", json: flag(logFormatFlag) == "json"}
}

// args are the flags that give the voice to another process of this program.
func (v voice) args() []string {
	format := "text"
	if v.json {
		format = "json"
	}
	return []string{"--" + verboseFlag + "=" + strconv.FormatBool(v.verbose), "--" + quietFlag + "=" + strconv.FormatBool(v.quiet), "--" + logFormatFlag + "=" + format}
}

// success is where a command tells that it has done its work: nowhere with --quiet.
func success(c *cobra.Command) io.Writer {
	if voiceOf(c).quiet {
		return io.Discard
	}
	return c.OutOrStdout()
}

// progressOut is where a command tells how far it is: nowhere with --quiet.
func progressOut(c *cobra.Command) io.Writer {
	if voiceOf(c).quiet {
		return io.Discard
	}
	return c.ErrOrStderr()
}

// commandLog is for what a command must say besides its result: warnings.
func (v voice) commandLog(out io.Writer) hclog.Logger {
	level := hclog.Warn
	switch {
	case v.verbose:
		level = hclog.Debug
	case v.json:
		level = hclog.Info // so that progress is lines of the same form
	}
	return hclog.New(&hclog.LoggerOptions{Name: "stigmer", Level: level, Output: out, JSONFormat: v.json, DisableTime: !v.json && !v.verbose})
}

// driverLog is for one who supervises, in the background or in the foreground.
func (v voice) driverLog(name string, out io.Writer) hclog.Logger {
	level := hclog.Info
	switch {
	case v.verbose:
		level = hclog.Debug
	case v.quiet:
		level = hclog.Warn
	}
	return hclog.New(&hclog.LoggerOptions{Name: name, Level: level, Output: out, JSONFormat: v.json})
}

// warn tells what one should know although nothing failed.
func warn(c *cobra.Command, format string, args ...any) {
	text, out := fmt.Sprintf(format, args...), c.ErrOrStderr()
	if v := voiceOf(c); v.json {
		v.commandLog(out).Warn(text)
		return
	}
	fmt.Fprintln(out, "stigmer: warning:", text)
}

// note tells what one may wonder about: nothing with --quiet.
func note(c *cobra.Command, format string, args ...any) {
	text, out := fmt.Sprintf(format, args...), progressOut(c)
	if v := voiceOf(c); v.json {
		v.commandLog(out).Info(text)
		return
	}
	fmt.Fprintln(out, text)
}

// redraws reports whether lines may be overwritten: on a terminal that knows how.
// NO_COLOR does not matter here: it is about colours alone (no-color.org).
func redraws(out io.Writer) bool { return terminal(out) && os.Getenv("TERM") != "dumb" }

// colours reports whether lines may be coloured.
func colours(out io.Writer) bool { return redraws(out) && os.Getenv("NO_COLOR") == "" }

// choice is a flag that is one of two words.
type choice struct {
	word string
	of   [2]string
	kind string
}

// String is the word that was chosen.
func (v *choice) String() string { return v.word }

// Set takes one of the two.
func (v *choice) Set(text string) error {
	if text != v.of[0] && text != v.of[1] {
		return fmt.Errorf("%q is neither %s nor %s", text, v.of[0], v.of[1])
	}
	v.word = text
	return nil
}

// Type names the kind of value in the help.
func (v *choice) Type() string { return v.kind }
