package databases

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/stigmer/local/actions/database"
	"github.com/stigmer/local/actions/lockfile"
	"github.com/stigmer/local/actions/transfer"
	"github.com/stigmer/local/actions/upkeep"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/lifecycle"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/sqlite"
	"github.com/stigmer/local/statefile"
)

// Backup copies the database under a name, whether Temporal runs or not. An empty name is that of the time.
func Backup(c *cobra.Command, name string) error {
	now := time.Now()
	if name == "" {
		name = stamp(now)
	}
	if err := checkName(name); err != nil {
		return err
	}
	s, db, err := databaseOf()
	if err != nil {
		return err
	}
	if err := lifecycle.FinishExchange(c, s.Home, c.Name()); err != nil {
		return err
	}
	real := database.Real(db)
	to := real + database.BackupKind + name
	switch {
	case !database.Exists(real):
		return &cli.Problem{What: "there is no database yet: " + db, Means: "there is nothing to back up", Try: "stigmer local start, which makes one", Exit: cli.ExitFailed}
	case database.Exists(to):
		return &cli.Problem{What: fmt.Sprintf("there is a backup %q already", name), Means: "it was left as it is", Try: "another name, or stigmer local backup --delete " + name, Exit: cli.ExitFailed}
	}
	ctx, stop := cli.WithSignals(c.Context())
	defer stop()
	if err := copyWhole(ctx, c, real, to); err != nil {
		if ctx.Err() != nil {
			return &cli.Problem{What: "the backup was interrupted", Means: "none was made; the database was not touched", Try: "the same command again", Exit: cli.ExitInterrupted}
		}
		const nothing = "no backup was made; the database was not touched"
		if errors.Is(err, transfer.ErrLocked) {
			return &cli.Problem{What: err.Error(), Means: nothing, Try: "the same command again, without --sqlite-pragma locking_mode=EXCLUSIVE or after stigmer local stop", Exit: cli.ExitFailed}
		}
		return cli.SystemProblem(err, nothing)
	}
	about := database.About{Version: s.Document.Database.Version, Cause: lifecycle.Cause(c.Name()), Made: now}
	if err := database.WriteAbout(to, about); err != nil {
		return cli.SystemProblem(err, "the backup is made, and only what is known of it is not: "+to)
	}
	out := cli.Success(c)
	fmt.Fprintf(out, "Backed up as %s.\n", name)
	fmt.Fprintf(out, "  File       %s  (%s)\n", to, cli.TotalSize([]string{to}))
	fmt.Fprintf(out, "  Way back   stigmer local restore %s\n", name)
	return nil
}

// copyWhole makes a copy that has its name only once it is whole. A copy that another command was making when it was
// killed is removed: each is locked while it is made.
func copyWhole(ctx context.Context, c *cobra.Command, from, to string) error {
	part := to + database.Unfinished
	lock, err := lockfile.Take(part)
	if err != nil {
		return err
	}
	defer lock.Close()
	defer os.Remove(part)
	if err := lock.Truncate(0); err != nil {
		return err
	}
	if err := lifecycle.CopyDatabase(ctx, from, part, newProgress(c).show); err != nil {
		return err
	}
	if err := os.Link(part, to); err != nil && !database.Exists(to) { // replaces nothing, as a rename would
		err = os.Rename(part, to) // a file system without links
		if err != nil {
			return err
		}
	} else if err != nil {
		return err
	}
	return statefile.SyncFolder(filepath.Dir(to))
}

// List prints what is kept beside the database.
func List(c *cobra.Command) error {
	_, db, err := databaseOf()
	if err != nil {
		return err
	}
	printKept(c.OutOrStdout(), database.KeptDatabases(db))
	return nil
}

// Delete deletes one kept database, unless the user does not confirm it: yes does.
func Delete(c *cobra.Command, name string, yes bool) error {
	_, db, err := databaseOf()
	if err != nil {
		return err
	}
	kept, err := named(db, name)
	if err != nil {
		return err
	}
	what := fmt.Sprintf("This deletes %s  (%s).", kept.Path, cli.TotalSize(database.PartsOf(kept.Path)))
	if err := confirm(c, yes, what, "deleted"); err != nil {
		return err
	}
	if err := kept.Delete(); err != nil {
		return cli.SystemProblem(err, "some of it may be left; the database was not touched")
	}
	fmt.Fprintf(cli.Success(c), "Deleted %s.\n", name)
	return nil
}

// checkKept refuses to put a file in the database's place that is no sound database of Temporal's.
func checkKept(c *cobra.Command, kept database.KeptDatabase) error {
	contents, err := sqlite.ReadContents(c.Context(), kept.Path)
	if err == nil && contents.Kind != sqlite.ContentsTemporal {
		err = fmt.Errorf("%s is no database of Temporal's: it %s", kept.Path, contents.Why)
	}
	if err == nil {
		var condition sqlite.Condition
		if condition, err = sqlite.QuickCheck(c.Context(), kept.Path); condition.Flaw != "" {
			err = fmt.Errorf("%s is damaged: %s", kept.Path, condition.Flaw)
		}
	}
	if err != nil {
		return &cli.Problem{What: err.Error(), Means: "it cannot take the database's place; nothing was stopped or changed", Try: "another backup: stigmer local backup --list", Exit: cli.ExitFailed}
	}
	return nil
}

// Restore stops Temporal and puts a copy of a kept database in the place of the database, which is kept.
func Restore(c *cobra.Command, name string, yes bool, grace time.Duration) error {
	s, db, err := databaseOf()
	if err != nil {
		return err
	}
	kept, err := named(db, name)
	if err != nil {
		return err
	}
	if err := lifecycle.CheckExchange(s.Home); err != nil {
		return err
	}
	if err := checkKept(c, kept); err != nil {
		return err
	}
	first := "This puts a backup in the place of Temporal's database:"
	if s.Running() {
		first = fmt.Sprintf("This stops Temporal (pid %d), and puts a backup in the place of its database:", s.Evidence.Leader.PID)
	}
	what := fmt.Sprintf("%s\n  %s  (%s)\nThe database as it is now is kept.", first, kept.Path, cli.TotalSize(database.PartsOf(kept.Path)))
	if err := confirm(c, yes, what, "stopped or changed"); err != nil {
		return err
	}
	if err := lifecycle.Stop(c, s.Home, c.Name(), grace); err != nil {
		return err
	}
	ctx, stop := cli.WithSignals(c.Context())
	defer stop()
	aside, err := upkeep.Exchange{
		DB: db, Version: kept.Version, Cause: lifecycle.Cause(c.Name()), Settings: fsm.Settings{DB: db, Policy: fsm.DefaultPolicy()},
		Kept: func(_ fsm.Database, real string) (string, error) {
			return database.AsideName(real, database.ReplacedKind, time.Now())
		},
		Make: func(ctx context.Context, _, next string) error {
			return lifecycle.CopyDatabase(ctx, kept.Path, next, newProgress(c).show)
		},
	}.Do(ctx, s.Home)
	switch busy, stopped := errors.AsType[upkeep.NotStoppedError](err); {
	case stopped:
		return &cli.Problem{What: "the backup was not put in place: " + busy.Reason, Means: "the database is as it was", Try: "stigmer local state --explain, then stigmer local restore again", Exit: cli.ExitFailed}
	case ctx.Err() != nil:
		return &cli.Problem{What: "the restore was interrupted", Means: "the database is as it was, and nothing runs", Try: "the same command again", Exit: cli.ExitInterrupted}
	case err != nil:
		return cli.SystemProblem(err, "the database is as it was, or the next start finishes the restore; nothing runs")
	}
	out := cli.Success(c)
	fmt.Fprintf(out, "Restored %s; the backup stays.\n", name)
	fmt.Fprintf(out, "  Data       %s\n", db)
	if database.Exists(aside) {
		fmt.Fprintf(out, "  Kept       %s  (%s)\n", aside, cli.TotalSize(database.PartsOf(aside)))
	}
	fmt.Fprintf(out, "  Next       %s\n", startWith(kept.Version))
	return nil
}

// startWith is the start of a Temporal for a database of a version.
func startWith(version string) string {
	if version == "" {
		return "stigmer local start"
	}
	return "stigmer local start --temporal-version " + version + ", if another one would be started"
}
