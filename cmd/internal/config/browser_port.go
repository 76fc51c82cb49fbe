package config

import (
	"fmt"
	"slices"

	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/fsm"
)

// UIBlocked reports whether browsers refuse to open the web UI.
func UIBlocked(s fsm.Settings) bool {
	return !s.Headless && slices.Contains(fsm.BlockedPorts, s.UIPort)
}

// OpenUIPort is a port near the web UI's that browsers open and that no other flag names.
func OpenUIPort(s fsm.Settings) int {
	port := s.UIPort
	for slices.Contains(fsm.BlockedPorts, port) || port == s.Port || port == s.HTTPPort || port == s.MetricsPort {
		port++
	}
	return port
}

// CheckUIPort refuses a web UI on a port that browsers refuse, if the port only follows from
// --port. keeps says that a record has a port for the UI, which a restart keeps.
func (o *Options) CheckUIPort(keeps bool) error {
	s := o.Settings
	if !o.derivesUIPort() || keeps || !UIBlocked(s) {
		return nil
	}
	bad := cli.FlagError{Flags: []string{"port"}, Means: "the web UI could not be opened, so nothing was started or changed"}
	bad.Text = fmt.Sprintf("--port %d puts the web UI on %d, that plus 1000, a port that browsers refuse", s.Port, s.UIPort)
	bad.Try = fmt.Sprintf("--port %d --ui-port %d, or --headless", s.Port, OpenUIPort(s))
	return bad
}

// BlockedWords says that browsers refuse the web UI's port; command is what changes it.
func BlockedWords(s fsm.Settings, command string) string {
	return fmt.Sprintf("browsers refuse port %d, so the web UI cannot be opened there: %s--ui-port %d", s.UIPort, command, OpenUIPort(s))
}
