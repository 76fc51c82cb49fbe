package reader

import (
	"strings"
	"testing"
	"time"
)

func TestParseSince(t *testing.T) {
	berlin := time.FixedZone("CET", 3600)
	now := time.Date(2026, 11, 26, 15, 30, 0, 0, berlin)
	at := func(day, hour, minute, second int) time.Time {
		return time.Date(2026, 11, day, hour, minute, second, 0, berlin)
	}
	for text, want := range map[string]time.Time{
		"0s":                             now,
		"10m":                            at(26, 15, 20, 0),
		"1h30m":                          at(26, 14, 0, 0),
		"1d":                             at(25, 15, 30, 0),
		"2d1h":                           at(24, 14, 30, 0),
		"12:00":                          at(26, 12, 0, 0),
		"12:00:07":                       at(26, 12, 0, 7),
		"9:05":                           at(26, 9, 5, 0),
		"00:00":                          at(26, 0, 0, 0),
		"15:30":                          now,
		"2026-11-25":                     at(25, 0, 0, 0),
		"2026-11-25T10:00":               at(25, 10, 0, 0),
		"2026-11-25 10:00":               at(25, 10, 0, 0),
		"2026-11-25T10:00:05":            at(25, 10, 0, 5),
		"2026-11-25 10:00:05":            at(25, 10, 0, 5),
		"2026-11-25T10:00:05.250":        at(25, 10, 0, 5).Add(250 * time.Millisecond),
		"2026-11-25T10:00Z":              at(25, 11, 0, 0),
		"2026-11-25T10:00:05Z":           at(25, 11, 0, 5),
		"2026-11-25T05:00:05-05:00":      at(25, 11, 0, 5),
		"2026-11-25T05:00:05.250-0500":   at(25, 11, 0, 5).Add(250 * time.Millisecond),
		"2026-11-27T10:00":               at(27, 10, 0, 0),
		"2026-11-25T10:00:05.123456789Z": at(25, 11, 0, 5).Add(123456789),
	} {
		if have, err := parseSince(text, now); err != nil || !have.Equal(want) {
			t.Errorf("%s: have %v, %v, want %v", text, have, err, want)
		}
	}
	for text, want := range map[string]string{
		"":                     "neither a duration",
		"yesterday":            "neither a duration",
		"-5m":                  "neither a duration",
		"-1d":                  "neither a duration",
		"d":                    "neither a duration",
		"1d-5h":                "neither a duration",
		"1.5d":                 "neither a duration",
		"4294967295d":          "neither a duration", // more than a duration can be
		"10":                   "neither a duration",
		"25:00":                "neither a duration",
		"12:60":                "neither a duration",
		"2026-11-31T10:00":     "neither a duration",
		"2026-11-25T10:00:05X": "neither a duration",
		"15:31":                "still to come today: say of which day, as in 2026-11-25T15:31",
	} {
		if have, err := parseSince(text, now); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: have %v, %v", text, have, err)
		}
	}
}
