package main

import "testing"

func TestFakeRefusesUnknownFlags(t *testing.T) {
	for _, args := range [][]string{{"--new-flag", "x"}, {"stray"}, {"--log-level", "loud"}} {
		if _, err := parseFakeFlags(append([]string{"server", "start-dev"}, args...)); err == nil {
			t.Errorf("%q is taken", args)
		}
	}
}
