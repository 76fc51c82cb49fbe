package tied

import (
	"encoding/json"
	"os"
	"path/filepath"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

// noted is where the command of a run is noted, in its home.
func noted(home statefile.Home) string { return filepath.Join(string(home), "command.json") }

// NoteCommand notes the process of a run's command, for whichever process ends what the run leaves.
func NoteCommand(home statefile.Home, command fsm.Process) error {
	text, err := json.Marshal(command)
	if err != nil {
		return err
	}
	return os.WriteFile(noted(home), text, 0o600)
}

// commandOf is the noted process, zero for none.
func commandOf(home statefile.Home) (command fsm.Process) {
	text, err := os.ReadFile(noted(home))
	if err != nil || json.Unmarshal(text, &command) != nil {
		return fsm.Process{}
	}
	return command
}
