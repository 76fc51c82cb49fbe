package human

import "strings"

func quotePOSIX(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

// ShellWord quotes a word for a POSIX shell where it has to be.
func ShellWord(word string) string {
	if PlainWord(strings.ReplaceAll(word, "%", "_")) {
		return word
	}
	return quotePOSIX(word)
}

// PlainWord reports whether a word has only characters that no shell and no unit
// file gives a meaning to.
func PlainWord(word string) bool {
	special := func(r rune) bool {
		return r >= 0x80 || !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:@+,=-", r)
	}
	return word != "" && !strings.ContainsFunc(word, special)
}

// ShellLine is a command line as it can be typed.
func ShellLine(words []string) string {
	var quoted []string
	for _, word := range words {
		quoted = append(quoted, ShellWord(word))
	}
	return strings.Join(quoted, " ")
}
