package human

import (
	"time"

	"github.com/stigmer/local/fsm"
)

// Clock formats an instant as date and time in the local zone.
func Clock(at fsm.Instant) string { return Moment(at).Local().Format("2006-01-02 15:04:05.000") }

// Moment converts an instant of the record.
func Moment(at fsm.Instant) time.Time { return time.UnixMilli(int64(at)).UTC() }

// Ago formats how long ago an instant was.
func Ago(at fsm.Instant) string { return Roundly(time.Since(time.UnixMilli(int64(at)))) }

// Seconds formats a duration of the record.
func Seconds(m fsm.Millis) string { return Roundly(time.Duration(m) * time.Millisecond) }

// Roundly formats a duration with as many digits as a person needs; a negative one, after the clock was set back, is 0s.
func Roundly(d time.Duration) string {
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
