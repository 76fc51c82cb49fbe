package cli

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/pflag"
)

// FlagError says what is wrong with the value of one or two flags, wherever it
// came from.
type FlagError struct {
	Flags []string
	Text  string
	// Means and try replace those of the Problem, if more is known than that the value cannot
	// be used; else they are empty.
	Means, Try string
}

func (e FlagError) Error() string { return e.Text }

// BadFlag is the error that the value of a flag cannot be used, wherever the value came from.
func BadFlag(flag, format string, args ...any) error {
	return FlagError{Flags: []string{flag}, Text: fmt.Sprintf(format, args...)}
}

// Exclusive says that of two flags only one may be given.
func Exclusive(a, b string) error {
	return FlagError{Flags: []string{a, b}, Text: fmt.Sprintf("--%s and --%s exclude each other", a, b)}
}

// BadValue says what is wrong with the value of a flag, which was given where.
func BadValue(where string, err error) error {
	bad, ok := errors.AsType[*pflag.InvalidValueError](err)
	if !ok {
		return fmt.Errorf("%s: %w", where, err)
	}
	flag, cause := bad.GetFlag(), bad.Unwrap()
	_, number := errors.AsType[*strconv.NumError](cause) // of a bool as well
	switch {
	case errors.Is(cause, strconv.ErrRange):
		return BadFlag(flag.Name, "%s: %q is out of range", where, bad.GetValue())
	case number, strings.HasPrefix(cause.Error(), "time: "): // the words of package time
		return BadFlag(flag.Name, "%s: %q is not %s", where, bad.GetValue(), kindWords(flag))
	}
	return BadFlag(flag.Name, "%s: %v", where, cause) // in our own words
}

// kindWords says what a flag takes, as the end of a sentence.
func kindWords(f *pflag.Flag) string {
	switch f.Value.Type() {
	case "int":
		return "a whole number"
	case "bool":
		return "true or false"
	case "duration":
		return "a time such as 1500ms or 2m"
	}
	return "a value for it"
}

// UsageProblem is for what was asked for and cannot be had: a command line that is not
// understood, or values that are understood and cannot be used.
func UsageProblem(err error) *Problem {
	p := &Problem{What: err.Error(), Means: "the command line was not understood; nothing was changed", Try: "the same command with --help", Exit: ExitUsage}
	if bad, ok := errors.AsType[FlagError](err); ok {
		p.Means = "that value cannot be used; nothing was changed"
		p.Try = "another value; the same command with --help says what is taken"
		if len(bad.Flags) > 1 {
			p.Means = "these two do not go together; nothing was changed"
			p.Try = "one of them without the other, or other values"
		}
		p.Means, p.Try = cmp.Or(bad.Means, p.Means), cmp.Or(bad.Try, p.Try)
	}
	return p
}
