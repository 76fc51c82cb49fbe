package actions

import (
	"context"
	"time"

	"github.com/stigmer/local/actions/database"
	"github.com/stigmer/local/actions/launch"
	"github.com/stigmer/local/actions/setup"
	"github.com/stigmer/local/fsm"
)

// setupTimeout bounds how long a setup may take. A namespace that was made can be used after some
// 10 s at most, when the last of the services has read the list of namespaces anew.
const setupTimeout = 30 * time.Second

// setUp applies the setup in a goroutine that ends within setupTimeout and posts what became of it. The
// database is named now: the probe that has just passed has shown that it is at its path.
func (w *World) setUp(e fsm.Effect) {
	settings := e.Record.Settings
	in := fsm.Input{Event: fsm.SetupApplied, Run: e.Run}
	in.Setup.File = database.Name(settings.DB)
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), setupTimeout)
		defer cancel()
		found, err := setup.Apply(ctx, launch.Address(settings), settings.WantedSetup())
		if in.Setup.FoundSetup = found; err != nil {
			in.Event, in.Detail = fsm.SetupFailed, err.Error()
		}
		in.Setup.Changes = database.Changes(settings.DB) // with those of the setup: a copy of before has fewer
		w.Post(in)
	}()
}

// WantSetup has a setup that could not be applied be applied once more. It may be called from any goroutine.
func (w *World) WantSetup() { w.Post(fsm.Input{Event: fsm.SetupWanted}) }
