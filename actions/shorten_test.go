package actions

import (
	"fmt"
	"testing"
)

// One rule cuts all texts: the ellipsis is among the runes.
func TestShortened(t *testing.T) {
	for most, want := range map[int]string{1: "…", 3: "éé…", 4: "ééé…", 5: "ééééé", 6: "ééééé"} {
		is(t, fmt.Sprint(most), Shortened("ééééé", most), want)
	}
}
