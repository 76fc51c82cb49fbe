package cli

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"sync"
	"syscall"

	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"
)

// OutputFlag declares --output of a command that prints text or JSON.
func OutputFlag(c *cobra.Command, output *string) {
	c.Flags().StringVarP(output, "output", "o", "text", "text or json")
}

// OutputName is the name of the flag that says in what form a result is printed.
const OutputName = "output"

// ResultFlag declares --output of a command that acts. It is a flag like the other ones of start: its
// value may come from a variable.
func ResultFlag(f *pflag.FlagSet) {
	own, format := pflag.NewFlagSet(OutputName, pflag.ContinueOnError), "text"
	ChoiceVar(own, &format, OutputName, resultKind, []string{"text", "json"}, "text or json: json prints one object on standard output, for an error as well")
	flag := own.Lookup(OutputName)
	flag.Shorthand = "o"
	f.AddFlag(flag)
}

// resultKind is the kind of value of the flag that ResultFlag declares.
const resultKind = "format"

// AsksForResult reports whether a command has a result that is to be JSON by arguments that it may not have
// understood. It reads all of them as far as they can be read, those that name the home as well.
func AsksForResult(c *cobra.Command, args []string) bool {
	f := c.Flags().Lookup(OutputName)
	if f == nil || f.Value.Type() != resultKind {
		return false
	}
	lenient := pflag.NewFlagSet(c.Name(), pflag.ContinueOnError)
	lenient.ParseErrorsAllowlist.UnknownFlags, lenient.Usage = true, func() {}
	c.Flags().VisitAll(func(f *pflag.Flag) {
		lenient.AddFlag(&pflag.Flag{Name: f.Name, Shorthand: f.Shorthand, NoOptDefVal: f.NoOptDefVal, Value: lenientValue{f.Value}})
	})
	_ = lenient.Parse(args) // what stands before an error was read
	return PrintsJSON(c)
}

// lenientValue leaves a value as it is where a text cannot be one.
type lenientValue struct{ pflag.Value }

// Set takes every text.
func (v lenientValue) Set(text string) error {
	_ = v.Value.Set(text)
	return nil
}

// PrintsJSON reports whether the result of a command is to be JSON. It counts once the command's
// flags were read from all that they come from.
func PrintsJSON(c *cobra.Command) bool {
	f := c.Flags().Lookup(OutputName)
	return f != nil && f.Value.String() == "json"
}

// CheckOutput refuses what --output does not know.
func CheckOutput(output string) error {
	if output != "text" && output != "json" {
		return UsageProblem(BadFlag("output", "--output %q is neither text nor json", output))
	}
	return nil
}

// PrintJSON prints a report as indented JSON, with its texts as they are.
func PrintJSON(out io.Writer, report any) error {
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(report)
}

// Outlet is where the commands of a tree print their results. It remembers the first
// write that failed: a command may print without a check, and nothing is lost silently.
// Where a program is started without any standard output Go opens /dev/null in its place,
// which takes everything.
type Outlet struct {
	to io.Writer

	mu   sync.Mutex // not held while writing: a write that does not return blocks nothing else
	lost error
}

// OutletOf is the output of a tree, which it is given unless it has one.
func OutletOf(root *cobra.Command) *Outlet {
	o, ours := root.OutOrStdout().(*Outlet)
	if !ours {
		o = &Outlet{to: root.OutOrStdout()}
		root.SetOut(o)
	}
	return o
}

// Write writes it on.
func (o *Outlet) Write(text []byte) (int, error) {
	n, err := o.to.Write(text)
	if err != nil {
		o.mu.Lock()
		defer o.mu.Unlock()
		if o.lost == nil {
			o.lost = err
		}
	}
	return n, err
}

// Verdict is what a command has ended with, or that its output was lost. A problem of its own
// goes first, and output without a reader is no problem.
func (o *Outlet) Verdict(err error) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	_, own := errors.AsType[*Problem](err)
	if o.lost == nil || own || errors.Is(o.lost, syscall.EPIPE) {
		return err
	}
	return Unwritten(o.lost)
}

// Unwritten puts an error of writing the output into words that are true of every
// command: the only ones that end early for it are those that do nothing but print.
func Unwritten(err error) *Problem {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		err = path.Err
	}
	return &Problem{
		What:  "the output could not be written: " + err.Error(),
		Means: "some or all of it is lost; whatever else the command does, it has done",
		Try:   "make room where it goes, or send it elsewhere; stigmer local state shows the state", Exit: ExitFailed,
	}
}

// FileOf is the file that a stream leads to, nil for none.
func FileOf(stream any) *os.File {
	if o, ours := stream.(*Outlet); ours {
		stream = o.to
	}
	file, _ := stream.(*os.File)
	return file
}

// Terminal reports whether a stream is a terminal, so that a person reads or types there.
func Terminal(stream any) bool {
	file := FileOf(stream)
	return file != nil && isatty.IsTerminal(file.Fd())
}

// Columns is how many characters fit into a line of a terminal; one that does not
// know is the usual one.
func Columns(out io.Writer) int {
	if file := FileOf(out); file != nil {
		if width, _, err := term.GetSize(int(file.Fd())); err == nil && width > 0 {
			return width
		}
	}
	return 80
}

// The colours of a terminal (ECMA-48, SGR).
const (
	Red    = "31"
	Green  = "32"
	Yellow = "33"
)

// Painted returns a line for a terminal in one of the colours.
func Painted(line, colour string) string { return "\x1b[" + colour + "m" + line + "\x1b[0m" }
