package cmd

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
	verboseFlag   = "verbose"
	quietFlag     = "quiet"
	logFormatFlag = "log-format"
)

// voice is how much a command says besides its result, and in what form. Of what
// is asked for, the state or a version, nothing is ever left out.
type voice struct {
	verbose, quiet, json bool
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

// redraw is the pause between two drawings of a line on a terminal.
const redraw = 100 * time.Millisecond

// startLine is the beginning of a terminal's line, of which nothing is left.
const startLine = "\r\x1b[K"
