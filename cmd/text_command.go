package cmd

import "strings"

func quotePOSIX(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

// shellWord quotes a word for a POSIX shell where it has to be.
func shellWord(word string) string {
	if plainWord(strings.ReplaceAll(word, "%", "_")) {
		return word
	}
	return quotePOSIX(word)
}

// plainWord reports whether a word has only characters that no shell and no unit
// file gives a meaning to.
func plainWord(word string) bool {
	special := func(r rune) bool {
		return r >= 0x80 || !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:@+,=-", r)
	}
	return word != "" && !strings.ContainsFunc(word, special)
}

// shellLine is a command line as it can be typed.
func shellLine(words []string) string {
	var quoted []string
	for _, word := range words {
		quoted = append(quoted, shellWord(word))
	}
	return strings.Join(quoted, " ")
}
