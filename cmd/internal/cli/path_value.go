package cli

import (
	"fmt"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// ExpandPath turns a path, as a variable, a flag or the settings file gives it, into one
// for the system. Its ~ and ~/x mean the user's home, as in a shell: no shell has expanded
// them in 'x=~/y', in a unit's file, or behind --flag=. ExpandPath refuses a value that would
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
