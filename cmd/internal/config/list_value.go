package config

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/spf13/pflag"

	"github.com/stigmer/local/fsm"
)

// listValue is the value of a flag that may be repeated, and whose texts may have any character: no
// layer splits them at commas.
type listValue struct {
	to   *fsm.Texts
	kind string
	// parse checks a text, and returns how it is kept.
	parse func(text string) (string, error)
}

func listVar(f *pflag.FlagSet, to *fsm.Texts, name, kind string, parse func(string) (string, error), usage string) {
	f.Var(&listValue{to, kind, parse}, name, usage+"; may be repeated")
}

// longestText is the longest that a system gives to a program as one argument (execve(2), MAX_ARG_STRLEN).
const longestText = 128<<10 - 1

// Set adds one text; an empty one takes back those before it.
func (v *listValue) Set(text string) error {
	switch {
	case text == "":
		*v.to = ""
		return nil
	case strings.ContainsRune(text, 0), !utf8.ValidString(text):
		return fmt.Errorf("%.60q has a NUL, or is not valid UTF-8", text)
	case len(text) > longestText:
		return fmt.Errorf("%.60q... is longer than an argument may be: it has %d bytes, and may have %d", text, len(text), longestText)
	}
	kept, err := v.parse(text)
	if err == nil {
		*v.to = fsm.MakeTexts(append(v.to.List(), kept))
	}
	return err
}

// String, Type, GetSlice, Append and Replace implement pflag's Value and SliceValue.
func (v *listValue) String() string              { return strings.Join(v.GetSlice(), " ") }
func (v *listValue) Type() string                { return v.kind }
func (v *listValue) Append(text string) error    { return v.Set(text) }
func (v *listValue) Replace(list []string) error { *v.to = fsm.MakeTexts(list); return nil }

// GetSlice returns the texts; v may be the zero listValue, by which pflag asks for a zero.
func (v *listValue) GetSlice() []string {
	if v.to == nil {
		return nil
	}
	return v.to.List()
}

// listed are the texts in a variable: a JSON list of texts, or one a line.
func listed(text string) (list []string) {
	// JSON would replace what is not UTF-8.
	if utf8.ValidString(text) && json.Unmarshal([]byte(text), &list) == nil && list != nil {
		return list
	}
	list = nil // a list of other things leaves its texts
	for line := range strings.Lines(text) {
		if line = strings.TrimRight(line, "\r\n"); line != "" {
			list = append(list, line)
		}
	}
	return list
}
