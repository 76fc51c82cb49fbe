package launch

import (
	"encoding/json"
	"strings"

	"github.com/stigmer/local/fsm"
)

// setupVariable has the setup in the environment of each Temporal whose command line does not say all of it, by which
// a lost record is rebuilt.
const setupVariable = "STIGMER_SETUP"

// withSetup adds what is not on the command line: a retention, and attributes of one namespace.
func withSetup(env []string, s fsm.Settings) []string {
	if said, _ := settings(Args(s, fsm.Ports{}), s); said.Setup == s.Setup {
		return env
	}
	setup, err := json.Marshal(s.Setup)
	if err != nil {
		return env // it is texts and a number
	}
	return append(env, setupVariable+"="+string(setup))
}

// takeSetup takes the setup from the environment of a running Temporal, if it is there.
func takeSetup(s *fsm.Settings, env []string) {
	for _, entry := range env {
		if text, ok := strings.CutPrefix(entry, setupVariable+"="); ok {
			var setup fsm.Setup
			if json.Unmarshal([]byte(text), &setup) == nil {
				s.Setup = setup
			}
		}
	}
}
