package cmd

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stigmer/local/probes"
)

// What helps against an address that is not the machine's depends on the system.
func TestOtherPlace(t *testing.T) {
	none, refused := fmt.Errorf("listen: %w", probes.ErrNotOurAddress), fmt.Errorf("listen: %w", probes.ErrPortNotPermitted)
	const alias = "sudo ifconfig lo0 alias 127.0.0.2 up"
	for _, c := range []struct {
		err        error
		ip, system string
		want       string
		alias      bool
	}{
		{none, "127.0.0.2", "darwin", "--ip 127.0.0.1", true},
		{none, "127.0.0.2", "linux", "--ip 0.0.0.0", false},
		{none, "192.0.2.1", "darwin", "--ip 0.0.0.0", false},
		{none, "::1", "darwin", "--ip 0.0.0.0", false},
		{refused, "127.0.0.2", "darwin", "ports from 1024 on", false},
	} {
		got := otherPlace(c.err, c.ip, c.system)
		if !strings.Contains(got, c.want) || strings.Contains(got, alias) != c.alias {
			t.Errorf("%v for %s on %s: %s", c.err, c.ip, c.system, got)
		}
	}
}
