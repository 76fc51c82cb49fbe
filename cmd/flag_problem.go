package cmd

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/pflag"
)

// flagError says what is wrong with the value of one or two flags, wherever it
// came from.
type flagError struct {
	flags []string
	text  string
	// means and try replace those of the Problem, if more is known than that the value cannot
	// be used; else they are empty.
	means, try string
}

func (e flagError) Error() string { return e.text }

func badFlag(flag, format string, args ...any) error {
	return flagError{flags: []string{flag}, text: fmt.Sprintf(format, args...)}
}

// exclusive says that of two flags only one may be given.
func exclusive(a, b string) error {
	return flagError{flags: []string{a, b}, text: fmt.Sprintf("--%s and --%s exclude each other", a, b)}
}

// badValue says what is wrong with the value of a flag, which was given where.
func badValue(where string, err error) error {
	bad, ok := errors.AsType[*pflag.InvalidValueError](err)
	if !ok {
		return fmt.Errorf("%s: %w", where, err)
	}
	flag, cause := bad.GetFlag(), bad.Unwrap()
	_, number := errors.AsType[*strconv.NumError](cause) // of a bool as well
	switch {
	case errors.Is(cause, strconv.ErrRange):
		return badFlag(flag.Name, "%s: %q is out of range", where, bad.GetValue())
	case number, strings.HasPrefix(cause.Error(), "time: "):
		return badFlag(flag.Name, "%s: %q is not %s", where, bad.GetValue(), kindWords(flag))
	}
	return badFlag(flag.Name, "%s: %v", where, cause) // in our own words
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

// usage is for what was asked for and cannot be had: a command line that is not
// understood, or values that are understood and cannot be used.
func usage(err error) *Problem {
	p := &Problem{What: err.Error(), Means: "the command line was not understood; nothing was changed", Try: "the same command with --help", Exit: ExitUsage}
	if bad, ok := errors.AsType[flagError](err); ok {
		p.Means = "that value cannot be used; nothing was changed"
		p.Try = "another value; the same command with --help says what is taken"
		if len(bad.flags) > 1 {
			p.Means = "these two do not go together; nothing was changed"
			p.Try = "one of them without the other, or other values"
		}
		p.Means, p.Try = cmp.Or(bad.means, p.Means), cmp.Or(bad.try, p.Try)
	}
	return p
}
