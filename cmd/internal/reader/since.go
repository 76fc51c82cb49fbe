package reader

import (
	"strconv"
	"strings"
	"time"

	"github.com/stigmer/local/cmd/internal/cli"
)

// sinceLayouts are the points in time that --since reads: those that a person
// types, and those that our logs and other programs print. Fractions of a second
// are read in each that has seconds.
var sinceLayouts = []string{
	time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04Z07:00",
	"2006-01-02T15:04:05", "2006-01-02T15:04", time.DateTime, "2006-01-02 15:04", time.DateOnly,
}

// parseSince reads a duration before now, a clock time of today, or a point in
// time. Where it names no zone it is in now's.
func parseSince(text string, now time.Time) (time.Time, error) {
	if d, err := parseAge(text); err == nil && d >= 0 {
		return now.Add(-d), nil
	}
	today := now.Format(time.DateOnly) + " "
	for _, date := range []string{"", today} {
		for _, layout := range sinceLayouts {
			at, err := time.ParseInLocation(layout, date+text, now.Location())
			if err == nil && date != "" && at.After(now) { // nothing is younger; that of yesterday may be meant
				err = cli.BadFlag("since", "--since %s is still to come today: say of which day, as in %sT%s", text, now.AddDate(0, 0, -1).Format(time.DateOnly), at.Format("15:04"))
				return at, err
			}
			if err == nil {
				return at, nil
			}
		}
	}
	return time.Time{}, cli.BadFlag("since", "--since %q is neither a duration (10m, 2h, 1d) nor a time (12:00, 2026-11-25T09:00, 2026-11-25T09:00:00Z)", text)
}

// parseAge reads a duration that may begin with days, of 24 hours each: 1d, 1d12h.
func parseAge(text string) (time.Duration, error) {
	if days, rest, ok := strings.Cut(text, "d"); ok {
		n, err := strconv.ParseUint(days, 10, 32)
		if err != nil {
			return 0, err
		}
		text = strconv.FormatUint(n*24, 10) + "h" + rest
	}
	return time.ParseDuration(text)
}
