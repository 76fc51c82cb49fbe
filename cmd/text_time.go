package cmd

import (
	"time"

	"github.com/stigmer/local/fsm"
)

func clock(at fsm.Instant) string { return moment(at).Local().Format("2006-01-02 15:04:05.000") }

func moment(at fsm.Instant) time.Time { return time.UnixMilli(int64(at)).UTC() }

func ago(at fsm.Instant) string { return roundly(time.Since(time.UnixMilli(int64(at)))) }

func seconds(m fsm.Millis) string { return roundly(time.Duration(m) * time.Millisecond) }

func roundly(d time.Duration) string {
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
