package lifecycle

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/stigmer/local/actions/database"
	"github.com/stigmer/local/actions/lockfile"
	"github.com/stigmer/local/actions/rehearsal"
	"github.com/stigmer/local/actions/upkeep"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/human"
	"github.com/stigmer/local/statefile"
)

// FinishExchange carries on or takes back what an upgrade or a restore has left of its work, and ends a Temporal that
// was rehearsed for one that died.
func FinishExchange(c *cobra.Command, home statefile.Home, verb string) error {
	if err := rehearsal.EndOrphans(home); err != nil {
		return cli.SystemProblem(err, "nothing was started or stopped")
	}
	document, err := (statefile.File{Home: home}).Load()
	if err != nil || document.Database.Next == "" {
		return nil // what is wrong with the record is reported later
	}
	did, err := upkeep.Finish(home, database.Of(home, document.Record), Cause(verb))
	if _, busy := errors.AsType[upkeep.NotStoppedError](err); busy {
		return exchangeProblem(document)
	}
	if err != nil {
		return cli.SystemProblem(fmt.Errorf("finish the exchange of the database: %w", err), "nothing was started; "+human.ShellWord(document.Database.Next)+" is what was to take its place")
	}
	if did != "" {
		cli.Note(c, "Note: an upgrade or a restore was cut off: %s", did)
	}
	return nil
}

// CheckExchange refuses to stop what does not run: an upgrade or a restore is at work, and may
// start Temporal at its end.
func CheckExchange(home statefile.Home) error {
	document, err := (statefile.File{Home: home}).Load()
	if err != nil || document.Database.Next == "" {
		return nil
	}
	lock, err := lockfile.Take(home.SupervisorLock())
	lock.Close() // of none it does nothing
	if errors.Is(err, lockfile.ErrHeld) {
		return exchangeProblem(document)
	}
	return nil
}

func exchangeProblem(document statefile.Document) *cli.Problem {
	return &cli.Problem{
		What:  "the database is being exchanged for another one: " + document.Reason,
		Means: "Temporal does not run meanwhile; nothing was started or stopped", Try: "the same command when that one has ended; Ctrl-C there leaves the database as it was", Exit: cli.ExitFailed,
	}
}
