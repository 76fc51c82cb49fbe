package human

// Shortened is a text of no more than so many runes, the last of them an ellipsis where
// it was longer.
func Shortened(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:max(most-1, 0)]) + "…"
	}
	return text
}
