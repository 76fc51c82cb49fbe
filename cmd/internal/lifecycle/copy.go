package lifecycle

import (
	"context"
	"os"

	"github.com/spf13/cobra"
	"github.com/stigmer/local/actions/database"
	"github.com/stigmer/local/actions/program"
	"github.com/stigmer/local/actions/transfer"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

// CopyDatabase copies the committed state of a database, which any server may have open, to a file, and returns when
// the copy would survive a power cut. What was made of the file after an error is left to the caller.
func CopyDatabase(ctx context.Context, from, to string, progress transfer.Progress) error {
	// Without the database's lock any server may have it open, be it ours or not: then SQLite locks it, too. A lock
	// that is not there no home has, and none is left beside a file that is no home's.
	var guard *os.File
	path, err := database.LockPath(from)
	if err == nil && cli.Exists(path) {
		guard, err = database.Lock(from, func() {})
	}
	live := err != nil || database.ServedByOther(from) != nil
	err = transfer.Copy(ctx, from, live, to, progress)
	guard.Close() // of none it does nothing
	if err != nil {
		return err
	}
	return transfer.Settle(to)
}

// RecordCopy records in a home in which nothing was started that the program of next has served on a database: it is
// a copy of one that CheckSchema has let pass.
func RecordCopy(c *cobra.Command, home statefile.Home, next fsm.Record, db string) error {
	version := program.Of(c.Context(), home, next).Version
	r := fsm.Record{
		State: fsm.Stopped, Desired: fsm.WantStopped, Generation: 1, Reason: "the database was copied",
		Settings: fsm.Settings{DB: db, Policy: fsm.DefaultPolicy()}, Database: fsm.Database{Path: db, Served: true, Version: version},
		Known: database.ReadContents(db, fsm.DatabaseFile{}).Known,
	}
	return (statefile.File{Home: home}).Put(statefile.Document{Record: r, Paths: home.Paths()})
}
