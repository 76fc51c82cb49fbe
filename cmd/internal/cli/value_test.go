package cli

import (
	"testing"

	"github.com/spf13/pflag"
)

func TestPortsAreDecimal(t *testing.T) {
	for text, want := range map[string]int{"7233": 7233, "07233": 7233, "0": 0, "0x1c41": -1, "0b1": -1, "7_233": -1, "port": -1, "": -1} {
		port, f := 1, pflag.NewFlagSet("", pflag.ContinueOnError)
		PortVar(f, &port, "port", 1, "")
		if err := f.Set("port", text); (err != nil) != (want < 0) || err == nil && port != want {
			t.Errorf("%q is %d: %v", text, port, err)
		}
	}
}
