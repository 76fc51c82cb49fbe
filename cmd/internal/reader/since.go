package reader

import (
	"time"

	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/human"
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
	if d, err := human.ParseDays(text); err == nil && d >= 0 {
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
