package human

import (
	"time"

	"github.com/stigmer/local/fsm"
)

func Clock(at fsm.Instant) string { return Moment(at).Local().Format("2006-01-02 15:04:05.000") }

func Moment(at fsm.Instant) time.Time { return time.UnixMilli(int64(at)).UTC() }

func Ago(at fsm.Instant) string { return Roundly(time.Since(time.UnixMilli(int64(at)))) }

func Seconds(m fsm.Millis) string { return Roundly(time.Duration(m) * time.Millisecond) }

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
