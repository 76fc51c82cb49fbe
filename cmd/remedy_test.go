package cmd

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stigmer/local/probes"
)

// What helps depends on why Temporal cannot listen.
func TestOtherPlace(t *testing.T) {
	for err, want := range map[error]string{probes.ErrNotOurAddress: "--ip 127.0.0.1", probes.ErrPortNotPermitted: "ports from 1024 on"} {
		if got := otherPlace(fmt.Errorf("listen: %w", err)); !strings.Contains(got, want) {
			t.Errorf("%v: %s", err, got)
		}
	}
}
