package human

import (
	"strconv"
	"strings"
	"time"

	"github.com/stigmer/local/fsm"
)

// FormatTime formats an instant as date and time in the local zone.
func FormatTime(at fsm.Instant) string { return ToTime(at).Local().Format("2006-01-02 15:04:05.000") }

// ToTime converts an instant of the record.
func ToTime(at fsm.Instant) time.Time { return time.UnixMilli(int64(at)).UTC() }

// Ago formats how long ago an instant was.
func Ago(at fsm.Instant) string { return FormatDuration(time.Since(time.UnixMilli(int64(at)))) }

// FormatMillis formats a duration of the record.
func FormatMillis(m fsm.Millis) string { return FormatDuration(time.Duration(m) * time.Millisecond) }

// FormatDuration formats a duration with as many digits as a person needs; a negative one, after the clock was set back, is 0s.
func FormatDuration(d time.Duration) string {
	switch {
	case d < 0:
		return "0s" // the clock was set back
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	case d < time.Minute:
		return d.Round(100 * time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}

// ParseDays reads a duration that may begin with days, of 24 hours each: 1d, 1d12h.
func ParseDays(text string) (time.Duration, error) {
	if days, rest, ok := strings.Cut(text, "d"); ok {
		n, err := strconv.ParseUint(days, 10, 32)
		if err != nil {
			return 0, err
		}
		text = strconv.FormatUint(n*24, 10) + "h" + rest
	}
	return time.ParseDuration(text)
}
