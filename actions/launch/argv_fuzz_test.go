package launch

import (
	"strings"
	"testing"

	"github.com/stigmer/local/actions/internal/stage"
	"github.com/stigmer/local/fsm"
)

// FuzzSettingsOfArgv: whatever text is the value of a flag that Temporal gets as it is, it is read back from the
// command line, and so is what stands around it.
func FuzzSettingsOfArgv(f *testing.F) {
	for _, text := range []string{"a", "a=b,c", "--port", "--headless", "--log-format", "--log-config", "--env-file", "-", "--", "two\nlines", `"'\`, "é \xff"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if text == "" || strings.Contains(text, "\x00") {
			return // no value is
		}
		list := fsm.MakeTexts([]string{text, "other", text})
		s := fsm.Settings{
			IP: "127.0.0.1", Port: 7233, UIPort: 8233, DB: "/db", Namespaces: "one", ServerLog: fsm.DefaultServerLog,
			ServerFlags: fsm.ServerFlags{
				UIPublicPath: text, UIAssetPath: text, UICodecEndpoint: text, UIDisableNewsFetch: true, LogConfig: true,
				SQLitePragmas: list, DynamicConfig: list, Args: list,
			},
			Setup: fsm.Setup{SearchAttributes: "A=Keyword"},
		}
		side := fsm.Ports{HTTP: 5, Metrics: 6}
		have, ports := settings(append([]string{"/bin/temporal"}, Args(s, side)...), fsm.Settings{})
		stage.Is(t, "settings", have, s)
		stage.Is(t, "side ports", ports, side)
	})
}
