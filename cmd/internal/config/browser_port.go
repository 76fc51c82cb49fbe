package config

import (
	"fmt"
	"slices"

	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/fsm"
)

// blockedPorts are the ports that browsers refuse, since other protocols use them: the list of
// the fetch standard (fetch.spec.whatwg.org/#port-blocking, "bad port").
var blockedPorts = []int{
	0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110, 111,
	113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554,
	556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666,
	6667, 6668, 6669, 6679, 6697, 10080,
}

// UIBlocked reports whether browsers refuse to open the web UI.
func UIBlocked(s fsm.Settings) bool { return !s.Headless && slices.Contains(blockedPorts, s.UIPort) }

// OpenUIPort is a port near the web UI's that browsers open and that no other flag names.
func OpenUIPort(s fsm.Settings) int {
	port := s.UIPort
	for slices.Contains(blockedPorts, port) || port == s.Port || port == s.HTTPPort || port == s.MetricsPort {
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
