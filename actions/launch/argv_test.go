package launch

import (
	"strings"
	"testing"

	"github.com/stigmer/local/actions/internal/stage"
	"github.com/stigmer/local/fsm"
)

func TestArgv(t *testing.T) {
	s := fsm.Settings{IP: "127.0.0.1", Port: 7233, UIPort: 8233, DB: "/a b/db", Namespaces: "one,two"}
	stage.Is(t, "all", strings.Join(Args(s, fsm.Ports{HTTP: 1, Metrics: 2}), " "), "server start-dev --ip 127.0.0.1 --port 7233 --http-port 1 "+
		"--metrics-port 2 --ui-port 8233 --db-filename /a b/db --namespace one --namespace two --env default --env-file /dev/null --log-level warn --log-format text")
	s.Headless, s.DB, s.Namespaces, s.LogLevel, s.LogFormat = true, "", "", "debug", "json"
	stage.Is(t, "little", strings.Join(Args(s, fsm.Ports{HTTP: 1, Metrics: 2}), " "), "server start-dev --ip 127.0.0.1 --port 7233 --http-port 1 --metrics-port 2 --headless --env default --env-file /dev/null --log-level debug --log-format json")
}

// A program is asked about a word as the value of the flag before it, which a switch refuses.
func TestOptionalFlags(t *testing.T) {
	args := fsm.MakeTexts([]string{"--a", "b", "--c=d", "--e", "--f", "-g", "h"})
	flags := OptionalFlags(fsm.Settings{ServerFlags: fsm.ServerFlags{UIIP: "::1", LogConfig: true, Args: args}})
	stage.Is(t, "flags", strings.Join(flags, " "), "--ui-ip=x --log-config --a=b --c=d --e --f -g=h")
}

// A running Temporal's command line says how it was started.
func TestSettingsOfArgv(t *testing.T) {
	other := fsm.Settings{
		IP: "9.9.9.9", Port: 1, UIPort: 2, DB: "/other", Headless: true, Namespaces: "other", Policy: fsm.DefaultPolicy(),
	}
	for _, s := range []fsm.Settings{
		{IP: "127.0.0.1", Port: 7233, UIPort: 8233, DB: "/a b/db"},
		{IP: "::1", Port: 7233, UIPort: 8233},
		{IP: "0.0.0.0", Port: 65535, UIPort: 65534, DB: "/db", Namespaces: "one,two,three"},
		{IP: "127.0.0.1", Port: 7233, UIPort: other.UIPort, Headless: true, Namespaces: "one"},
		{IP: "127.0.0.1", Port: 7233, UIPort: 8233, Namespaces: "--headless,--port,-n"},
		{IP: "127.0.0.1", Port: 7233, UIPort: 8233, ServerLog: fsm.ServerLog{LogLevel: "never", LogFormat: "json"}},
		{IP: "127.0.0.1", Port: 7233, UIPort: 8233, ServerFlags: fsm.ServerFlags{
			UIIP: "::1", UIPublicPath: "/a b", UIAssetPath: "/assets", UICodecEndpoint: "http://127.0.0.1:1/", UIDisableNewsFetch: true, LogConfig: true,
			SQLitePragmas: fsm.MakeTexts([]string{"journal_mode=WAL", "synchronous=OFF"}),
			DynamicConfig: fsm.MakeTexts([]string{`a.b=["x,y", "--port"]`, "c={\"d\":\n1}"}),
			Args:          fsm.MakeTexts([]string{"--new-flag", "--port", "x"}),
		}, Setup: fsm.Setup{SearchAttributes: fsm.MakeTexts([]string{"A=Keyword", "B=Text"})}},
	} {
		s.Policy, s.ServerLog = other.Policy, s.ServerLog.Known() // no command line has the policy
		side := fsm.Ports{HTTP: 5, Metrics: 6}
		have, ports := settings(append([]string{"/bin/temporal"}, Args(s, side)...), other)
		stage.Is(t, "settings", have, s)
		stage.Is(t, "side ports", ports, side)
	}
	// What is cut short or damaged leaves what was there.
	have, side := settings([]string{"temporal", "--port", "x", "--http-port", "y", "--ui-port"}, other)
	stage.Is(t, "port", have.Port, 1)
	stage.Is(t, "UI port", have.UIPort, 2)
	stage.Is(t, "side ports", side, fsm.Ports{})
	settings(nil, other)
}

// What of the setup no command line says is in the environment, and nothing else is.
func TestSetupOfEnvironment(t *testing.T) {
	for _, setup := range []fsm.Setup{
		{}, {SearchAttributes: "A=Keyword"}, {Retention: 3_600_000}, {SearchAttributes: fsm.MakeTexts([]string{"orders:A=Text", "B=Int"})},
	} {
		s := fsm.Settings{Setup: setup}
		said, _ := settings(Args(s, fsm.Ports{}), fsm.Settings{})
		env := withSetup([]string{"A=b"}, s)
		stage.Is(t, "the environment says it", len(env) == 2, said.Setup != setup)
		takeSetup(&said, env)
		stage.Is(t, "setup", said.Setup, setup)
	}
	s := fsm.Settings{Setup: fsm.Setup{Retention: 1}}
	takeSetup(&s, []string{setupVariable + "=damaged"})
	stage.Is(t, "setup", s.Setup.Retention, 1)
}

// The whole path must be UTF-8, though a relative name in such a folder may be.
func TestDatabaseName(t *testing.T) {
	if err := CheckDatabaseName("/\xff/db"); err == nil {
		t.Error("a name in a folder that is not UTF-8 is taken")
	}
}
