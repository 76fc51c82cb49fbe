package cli

import (
	"strings"
	"testing"
)

func TestOpenerArgs(t *testing.T) {
	for line, want := range map[string]string{
		"firefox": "firefox|u", " chromium  --app=%s ": "chromium|--app=u", "x %s %s": "x|u|u", "": "", "%s": "%s|u",
	} {
		if got := strings.Join(openerArgs(line, "u"), "|"); got != want {
			t.Errorf("%q became %q, not %q", line, got, want)
		}
	}
}
