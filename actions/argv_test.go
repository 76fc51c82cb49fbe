package actions

import (
	"strings"
	"testing"

	"github.com/stigmer/local/fsm"
)

func TestArgv(t *testing.T) {
	s := fsm.Settings{IP: "127.0.0.1", Port: 7233, UIPort: 8233, DB: "/a b/db", Namespaces: "one,two"}
	is(t, "all", strings.Join(argv(s, 1, 2), " "), "server start-dev --ip 127.0.0.1 --port 7233 --http-port 1 "+
		"--metrics-port 2 --ui-port 8233 --db-filename /a b/db --namespace one --namespace two --env default --env-file /dev/null --log-level warn")
	s.Headless, s.DB, s.Namespaces = true, "", ""
	is(t, "little", strings.Join(argv(s, 1, 2), " "), "server start-dev --ip 127.0.0.1 --port 7233 --http-port 1 --metrics-port 2 --headless --env default --env-file /dev/null --log-level warn")
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
	} {
		s.Policy = other.Policy // which no command line has
		is(t, "settings", settingsOf(append([]string{"/bin/temporal"}, argv(s, 5, 6)...), other), s)
	}
	// What is cut short or damaged leaves what was there.
	have := settingsOf([]string{"temporal", "--port", "x", "--ui-port"}, other)
	is(t, "port", have.Port, 1)
	is(t, "UI port", have.UIPort, 2)
	settingsOf(nil, other)
}

// The whole path must be UTF-8, though a relative name in such a folder may be.
func TestDatabaseName(t *testing.T) {
	if err := DatabaseName("/\xff/db"); err == nil {
		t.Error("a name in a folder that is not UTF-8 is taken")
	}
}
