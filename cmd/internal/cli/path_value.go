package cli

import (
	"fmt"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/spf13/pflag"
)

// PathType is the Type of a flag that takes a path: in the settings file a relative one
// is taken from the file's folder.
const PathType = "path"

// pathValue is a flag for a path, expanded as expandPath does it.
type pathValue string

// PathVar declares a flag for a path.
func PathVar(f *pflag.FlagSet, to *string, name, usage string) {
	f.Var((*pathValue)(to), name, usage)
}

// String is the path, expanded.
func (p *pathValue) String() string { return string(*p) }

// Set expands and stores a path.
func (p *pathValue) Set(text string) error {
	path, err := ExpandPath(text)
	*p = pathValue(path)
	return err
}

// Type names the kind of value in the help.
func (p *pathValue) Type() string { return PathType }

// ExpandPath turns a path, as a variable, a flag or the settings file gives it, into one
// for the system. Its ~ and ~/x mean the user's home, as in a shell: no shell has expanded
// them in 'x=~/y', in a unit's file, or behind --flag=. expandPath refuses a value that would
// make a file of a strange name where another was meant: ~user, which only a shell can look
// up, a variable at the beginning, quotes around it, a URL, a leading blank. A ./ before it
// takes the name as it is. It refuses a name that is not UTF-8, since JSON cannot hold it and
// another file would be made. The end of a line, which a file with Windows line ends leaves
// behind a value, is removed.
func ExpandPath(text string) (string, error) {
	text = strings.TrimRight(text, "\r\n")
	first, rest, deeper := strings.Cut(text, "/")
	really := "; if it is really called so: ./" + text
	switch {
	case !utf8.ValidString(text):
		return "", fmt.Errorf("%q is not UTF-8, which Temporal and the record need; write another path", text)
	case first == "~":
		user, err := UserHome()
		if err != nil {
			return "", fmt.Errorf("%q: %w", text, err)
		}
		return filepath.Join(user, rest), nil
	case strings.HasPrefix(first, "~"):
		return "", fmt.Errorf("%q begins with %s, which only a shell expands; write the whole path%s", text, first, really)
	case strings.HasPrefix(first, "$"):
		return "", fmt.Errorf("%q begins with a variable that no shell has expanded; write the whole path, or ~/ for your home%s", text, really)
	case len(text) > 0 && strings.ContainsAny(text[:1], `"'`):
		return "", fmt.Errorf("%s has quotes that belong to no shell; write it without them%s", text, really)
	case deeper && strings.HasSuffix(first, ":"):
		return "", fmt.Errorf("%q is a URL; write a path%s", text, really)
	case strings.TrimLeft(text, " \t") != text:
		return "", fmt.Errorf("%q begins with a blank; write the path without it%s", text, really)
	}
	return text, nil
}
