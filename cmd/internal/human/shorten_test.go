package human

import (
	"testing"
)

// One rule cuts all texts: the ellipsis is among the runes.
func TestShortened(t *testing.T) {
	for most, want := range map[int]string{1: "…", 3: "éé…", 4: "ééé…", 5: "ééééé", 6: "ééééé"} {
		if have := Shortened("ééééé", most); have != want {
			t.Errorf("%d runes: %s, want %s", most, have, want)
		}
	}
}
