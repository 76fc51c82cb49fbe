package databases

import (
	"errors"
	"fmt"
	"io"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/stigmer/local/actions/database"
	"github.com/stigmer/local/actions/evidence"
	"github.com/stigmer/local/actions/upkeep"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/inspect"
	"github.com/stigmer/local/cmd/internal/lifecycle"
	"github.com/stigmer/local/statefile"
)

// Reset stops Temporal and moves its database aside, unless the user does not confirm it: yes
// does.
func Reset(c *cobra.Command, yes bool, grace time.Duration) error {
	path, err := cli.HomePath()
	if err != nil {
		return err
	}
	s, err := inspect.TakeQuickSnapshot(path)
	if err != nil {
		return err
	}
	if home := statefile.Gone(path); s == nil && evidence.HasServerWithoutHome(home) {
		return &cli.Problem{
			What: fmt.Sprintf("the home %s was deleted, and its Temporal runs on", home), Means: "there is no database to move; nothing was changed",
			Try: "stigmer local stop", Exit: cli.ExitFailed,
		}
	}
	if nothing := s.NothingToReset(path); nothing != "" {
		fmt.Fprintln(cli.Success(c), nothing)
		return nil
	}
	db := database.Of(s.Home, s.Document.Record)
	if err := lifecycle.CheckExchange(s.Home); err != nil {
		return err
	}
	if err := confirmReset(c, s, db, yes); err != nil {
		return err
	}
	if err := lifecycle.Stop(c, s.Home, evidence.ResetVerb, grace); err != nil {
		return err
	}
	// A signal between two renames would leave the work to the next reset.
	signals := cli.StopSignals(syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer signal.Stop(signals)
	moves, err := upkeep.Reset(s.Home, db, lifecycle.Cause(evidence.ResetVerb))
	out := cli.Success(c)
	if err != nil {
		out = c.OutOrStdout() // what was moved all the same is printed even with --quiet
	}
	if len(moves) > 0 {
		printMoves(out, database.Real(db), moves)
	}
	if err != nil {
		return resetProblem(err, db)
	}
	return nil
}

func confirmReset(c *cobra.Command, s *inspect.Snapshot, db string, yes bool) error {
	first := "This moves Temporal's database aside:"
	if s.Running() {
		first = fmt.Sprintf("This stops Temporal (pid %d), and moves its database aside:", s.Evidence.Leader.PID)
	}
	return confirm(c, yes, fmt.Sprintf("%s\n  %s  (%s)\nNothing is deleted.", first, db, cli.TotalSize(database.Files(db))), "stopped or moved")
}

func printMoves(out io.Writer, db string, moves []upkeep.Move) {
	fmt.Fprintln(out, "Reset: the next start makes a new database.")
	for _, m := range moves {
		fmt.Fprintf(out, "  Kept       %s  (%s)\n", m.To, cli.TotalSize([]string{m.To}))
	}
	if last := moves[len(moves)-1].To; nameOf(last, db) != last { // the database itself comes last
		fmt.Fprintf(out, "  Way back   stigmer local restore %s\n", nameOf(last, db))
	}
}

func resetProblem(err error, db string) *cli.Problem {
	if stopped, ok := errors.AsType[upkeep.NotStoppedError](err); ok {
		return &cli.Problem{
			What: "the database was not moved: " + stopped.Reason, Means: "it is where it was: " + db,
			Try: "stigmer local state --explain, then stigmer local reset again", Exit: cli.ExitFailed,
		}
	}
	return cli.SystemProblem(err, "the database may be moved in part; stigmer local reset finishes it")
}
