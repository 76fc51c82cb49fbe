package cmd

import (
	"fmt"
	"io"
	"os"
	"slices"
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

// voiceNames are these flags: readVoice reads their variables, for every command.
var voiceNames = []string{verboseFlag, quietFlag, logFormatFlag}

// voice is how much a command says besides its result, and in what form. Of what
// is asked for, the state or a version, nothing is ever left out.
type voice struct {
	verbose, quiet, json bool
}

// voiceFlags declares the flags for a whole tree, and has them read from the
// environment before any of its commands runs.
func voiceFlags(tree *cobra.Command) {
	f := tree.PersistentFlags()
	f.Bool(verboseFlag, false, "log each step to standard error, and each of the supervisor that is started to its log")
	f.Bool(quietFlag, false, "say nothing of progress and success: the exit status tells; warnings and errors remain")
	format := formatValue("text")
	f.Var(&format, logFormatFlag, "text or json: of this command's log and of the supervisor's that is started")
	tree.PersistentPreRunE = func(c *cobra.Command, args []string) error {
		if err := readVoice(f); err != nil {
			return err
		}
		return outerHook(tree, c, args)
	}
}

// readVoice fills in from the environment what was not typed, and checks it. One
// of the pair that is typed keeps both variables out.
func readVoice(f *pflag.FlagSet) error {
	typed := f.Changed(verboseFlag) || f.Changed(quietFlag)
	for _, name := range voiceNames {
		variable := variableOf(name)
		value := os.Getenv(variable)
		if value == "" || f.Changed(name) || typed && name != logFormatFlag {
			continue
		}
		if err := f.Set(name, value); err != nil {
			return usage(badValue("environment variable "+variable, err))
		}
	}
	verbose, _ := f.GetBool(verboseFlag)
	quiet, _ := f.GetBool(quietFlag)
	if verbose && quiet {
		return usage(exclusive(verboseFlag, quietFlag))
	}
	return nil
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

// args gives the voice to a supervisor, whose log has no quiet: it is read when
// something has gone wrong.
func (v voice) args() []string {
	format := "text"
	if v.json {
		format = "json"
	}
	return []string{"--" + verboseFlag + "=" + strconv.FormatBool(v.verbose), "--" + quietFlag + "=false", "--" + logFormatFlag + "=" + format}
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

// redraws reports whether lines may be overwritten: on a terminal that knows how.
// NO_COLOR does not matter here: it is about colours alone (no-color.org).
func redraws(out io.Writer) bool { return terminal(out) && os.Getenv("TERM") != "dumb" }

// colours reports whether lines may be coloured.
func colours(out io.Writer) bool { return redraws(out) && os.Getenv("NO_COLOR") == "" }

// formatValue is a flag that is text or json.
type formatValue string

// String is the format.
func (f *formatValue) String() string { return string(*f) }

// Set takes one of the two.
func (f *formatValue) Set(text string) error {
	if !slices.Contains([]string{"text", "json"}, text) {
		return fmt.Errorf("%q is neither text nor json", text)
	}
	*f = formatValue(text)
	return nil
}

// Type names the kind of value in the help.
func (f *formatValue) Type() string { return "format" }
