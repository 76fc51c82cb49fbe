package statefile

import (
	"strings"
	"unicode/utf8"

	"github.com/stigmer/local/fsm"
)

// Texts that come from outside (Temporal's output, a system's message) must not
// be able to make the record too large to be written: with these limits, in
// bytes, a full history of the longest texts stays under sizeLimit even with
// each byte escaped to six.
const (
	sentenceLimit = 4 << 10
	tailLimit     = 64 << 10
)

// bounded cuts over-long texts: a sentence loses its end, a log's tail its
// beginning.
func bounded(d Document) Document {
	d.Reason = head(d.Reason)
	d.Failure.Reason = head(d.Failure.Reason)
	d.Database.Setup.Fault = head(d.Database.Setup.Fault)
	d.Failure.LogTail = tail(d.Failure.LogTail)
	history := append([]fsm.Transition{}, recent(d.History)...)
	for i := range history {
		history[i].Cause = head(history[i].Cause)
	}
	d.History = history
	return d
}

// head and tail first replace what is not UTF-8, which JSON cannot hold, and
// never cut within a character.
func head(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	n := min(len(s), sentenceLimit)
	for n < len(s) && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

func tail(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	n := max(0, len(s)-tailLimit)
	for n < len(s) && !utf8.RuneStart(s[n]) {
		n++
	}
	return s[n:]
}
