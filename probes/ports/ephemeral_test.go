package ports

import "testing"

func TestBesideEphemeral(t *testing.T) {
	for _, c := range []struct {
		name                         string
		first, last, lowest, highest int
	}{
		{"Linux", 32768, 60999, 61000, 65535},
		{"macOS", 49152, 65535, 45152, 49151},
		{"a server that is tuned", 1024, 65535, 0, 0},
		{"nearly all", 5000, 64000, 0, 0},
	} {
		if lowest, highest := BesideEphemeral(c.first, c.last); lowest != c.lowest || highest != c.highest {
			t.Errorf("%s: %d to %d", c.name, lowest, highest)
		}
	}
	if first, last := Ephemeral(); first < 1 || last <= first || last > 65535 {
		t.Errorf("Ephemeral: %d to %d", first, last)
	}
}
