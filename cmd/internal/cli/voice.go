package cli

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/spf13/cobra"
)

// The flags of the voice. They are persistent, and have no letters: a larger
// program that mounts Local may use -v and -q for what it likes.
const (
	VerboseFlag   = "verbose"
	QuietFlag     = "quiet"
	LogFormatFlag = "log-format"
)

// Voice is how much a command says besides its result, and in what form. Of what
// is asked for, the state or a version, nothing is ever left out.
type Voice struct {
	Verbose, Quiet, JSON bool
}

// VoiceOf is the voice that was asked for. It counts once c runs.
func VoiceOf(c *cobra.Command) Voice {
	flag := func(name string) string {
		if f := c.Flag(name); f != nil {
			return f.Value.String()
		}
		return ""
	}
	return Voice{Verbose: flag(VerboseFlag) == "true", Quiet: flag(QuietFlag) == "true", JSON: flag(LogFormatFlag) == "json"}
}

// Args are the flags that give the voice to another process of this program.
func (v Voice) Args() []string {
	format := "text"
	if v.JSON {
		format = "json"
	}
	return []string{"--" + VerboseFlag + "=" + strconv.FormatBool(v.Verbose), "--" + QuietFlag + "=" + strconv.FormatBool(v.Quiet), "--" + LogFormatFlag + "=" + format}
}

// Success is where a command reports that it has done its work: nowhere with --quiet, nor where
// its result is JSON.
func Success(c *cobra.Command) io.Writer {
	if PrintsJSON(c) {
		return io.Discard
	}
	return VoiceOf(c).unlessQuiet(c.OutOrStdout())
}

// ProgressOut is where a command reports how far it is: nowhere with --quiet.
func ProgressOut(c *cobra.Command) io.Writer { return VoiceOf(c).unlessQuiet(c.ErrOrStderr()) }

func (v Voice) unlessQuiet(out io.Writer) io.Writer {
	if v.Quiet {
		return io.Discard
	}
	return out
}

// CommandLog is for what a command must say besides its result: warnings.
func (v Voice) CommandLog(out io.Writer) hclog.Logger {
	level := hclog.Warn
	switch {
	case v.Verbose:
		level = hclog.Debug
	case v.JSON:
		level = hclog.Info // so that progress is lines of the same form
	}
	return hclog.New(&hclog.LoggerOptions{Name: "stigmer", Level: level, Output: out, JSONFormat: v.JSON, DisableTime: !v.JSON && !v.Verbose})
}

// DriverLog is for a process that supervises, in the background or in the foreground.
func (v Voice) DriverLog(name string, out io.Writer) hclog.Logger {
	level := hclog.Info
	switch {
	case v.Verbose:
		level = hclog.Debug
	case v.Quiet:
		level = hclog.Warn
	}
	return hclog.New(&hclog.LoggerOptions{Name: name, Level: level, Output: out, JSONFormat: v.JSON})
}

// Warn prints what a user should know although nothing failed.
func Warn(c *cobra.Command, format string, args ...any) {
	text, out := fmt.Sprintf(format, args...), c.ErrOrStderr()
	if v := VoiceOf(c); v.JSON {
		v.CommandLog(out).Warn(text)
		return
	}
	fmt.Fprintln(out, "stigmer: warning:", text)
}

// Note prints what a user may wonder about: nothing with --quiet.
func Note(c *cobra.Command, format string, args ...any) {
	text, out := fmt.Sprintf(format, args...), ProgressOut(c)
	if v := VoiceOf(c); v.JSON {
		v.CommandLog(out).Info(text)
		return
	}
	fmt.Fprintln(out, text)
}

// Redraws reports whether lines may be overwritten: on a terminal that knows how.
// NO_COLOR does not matter here: it is about colours alone (no-color.org).
func Redraws(out io.Writer) bool { return Terminal(out) && os.Getenv("TERM") != "dumb" }

// Colours reports whether lines may be coloured.
func Colours(out io.Writer) bool { return Redraws(out) && os.Getenv("NO_COLOR") == "" }

// Redraw is the pause between two drawings of a line on a terminal.
const Redraw = 100 * time.Millisecond

// StartLine is the beginning of a terminal's line, of which nothing is left.
const StartLine = "\r\x1b[K"
