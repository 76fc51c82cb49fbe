package actions

import (
	"fmt"

	"github.com/stigmer/local/actions/procs"
	"github.com/stigmer/local/fsm"
)

// watchTie posts the end of the command that Temporal is tied to. It ends with that, or with this process.
func (w *World) watchTie(command fsm.Process) {
	if _, _, err := procs.AwaitExit(command, -1); err != nil {
		w.log.Error("the command that Temporal is tied to is not watched", "pid", command.PID, "error", err)
		return
	}
	w.Post(fsm.Input{Event: fsm.Untied, Detail: fmt.Sprintf("the command that Temporal was tied to (pid %d) has ended", command.PID)})
}
