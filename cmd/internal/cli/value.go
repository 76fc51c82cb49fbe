package cli

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"
)

// Value is the value of a flag of a kind that pflag does not have.
type Value[T any] struct {
	To *T
	// Kind is the name of the kind in the help.
	Kind  string
	Parse func(text string) (T, error)
	// Show is fmt.Sprint where it is nil.
	Show func(T) string
	// Words are all texts that it takes, nil if there are more.
	Words []string
}

// String shows the value.
func (v *Value[T]) String() string {
	if v.Show == nil {
		return fmt.Sprint(*v.To)
	}
	return v.Show(*v.To)
}

// Set parses and stores a value.
func (v *Value[T]) Set(text string) error {
	value, err := v.Parse(text)
	if err == nil {
		*v.To = value
	}
	return err
}

// Choices returns all texts that it takes, nil if there are more.
func (v *Value[T]) Choices() []string { return v.Words }

// Type names the kind of value in the help.
func (v *Value[T]) Type() string { return v.Kind }

// PortVar declares a flag for a port: a decimal number, however it begins, where pflag's own
// takes 07233 for an octal one.
func PortVar(f *pflag.FlagSet, port *int, name string, value int, usage string) {
	*port = value
	f.Var(&Value[int]{To: port, Kind: "int", Parse: strconv.Atoi}, name, usage)
}

// PathType is the Type of a flag that takes a path: in the settings file a relative one
// is taken from the file's folder.
const PathType = "path"

// PathVar declares a flag for a path, expanded as ExpandPath does it.
func PathVar(f *pflag.FlagSet, to *string, name, usage string) {
	f.Var(&Value[string]{To: to, Kind: PathType, Parse: ExpandPath}, name, usage)
}

// ChoiceVar declares a flag that is one of some words.
func ChoiceVar(f *pflag.FlagSet, to *string, name, kind string, words []string, usage string) {
	f.Var(&Value[string]{To: to, Kind: kind, Words: words, Parse: func(text string) (string, error) {
		if !slices.Contains(words, text) {
			return "", fmt.Errorf("%q is neither %s", text, strings.Join(words, " nor "))
		}
		return text, nil
	}}, name, usage)
}
