package databases

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/stigmer/local/actions/database"
	"github.com/stigmer/local/actions/program"
	"github.com/stigmer/local/actions/rehearsal"
	"github.com/stigmer/local/actions/transfer"
	"github.com/stigmer/local/actions/upkeep"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/config"
	"github.com/stigmer/local/cmd/internal/human"
	"github.com/stigmer/local/cmd/internal/inspect"
	"github.com/stigmer/local/cmd/internal/lifecycle"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/files"
	"github.com/stigmer/local/probes/host"
	"github.com/stigmer/local/probes/temporal"
	"github.com/stigmer/local/statefile"
)

// Upgrade is an upgrade as a user asked for it.
type Upgrade struct {
	// Options has the program.
	Options *config.Options
	// Yes says that the user need not be asked, Drop that columns may be lost.
	Yes, Drop bool
	// Grace is how long the old Temporal may take to stop.
	Grace time.Duration
}

// upgrade is one that is under way.
type upgrade struct {
	Upgrade
	c        *cobra.Command
	home     statefile.Home
	snapshot *inspect.Snapshot
	// next is the record of the Temporal that is to run, on the database db.
	next      fsm.Record
	db        string
	version   string
	blueprint rehearsal.Blueprint
	plan      transfer.Plan
	shown     *progress
}

// Run brings the database to the version of the program, and starts that.
func (u Upgrade) Run(c *cobra.Command, home statefile.Home) error {
	ctx, stop := cli.WithSignals(c.Context())
	defer stop()
	s, err := inspect.TakeQuickSnapshotOf(home)
	if err != nil {
		return err
	}
	w := &upgrade{Upgrade: u, c: c, home: home, snapshot: s, shown: newProgress(c)}
	if ready, err := w.prepare(ctx); err != nil || !ready {
		return err
	}
	if err := w.confirm(); err != nil {
		return err
	}
	if s.Running() {
		if err := lifecycle.Stop(c, home, c.Name(), u.Grace); err != nil {
			return err
		}
	}
	kept, err := w.exchange(ctx)
	if err != nil {
		return w.failed(ctx, err)
	}
	out := cli.Success(c)
	fmt.Fprintf(out, "Upgraded: the database is one of Temporal %s now.\n", w.version)
	fmt.Fprintf(out, "  Backup     %s  (%s)\n", kept, cli.TotalSize(database.PartsOf(kept)))
	fmt.Fprintf(out, "  Way back   stigmer local restore %s\n", nameOf(kept, database.Real(w.db)))
	return w.start(w.next.Settings.TemporalBin)
}

// prepare finds out what must be done, and refuses what cannot be done, before anything is stopped. It is false
// if nothing is left to do.
func (w *upgrade) prepare(ctx context.Context) (ready bool, err error) {
	w.next = w.record()
	w.version = program.Of(ctx, w.home, w.next).Version
	made := w.next.Database.Version
	w.db = w.next.Settings.DB
	switch {
	case w.db == "":
		return false, w.refuse("the database is in memory (--ephemeral): there is nothing to upgrade", "stigmer local restart --temporal-bin FILE")
	case !database.Exists(database.Real(w.db)):
		return false, w.refuse("there is no database yet: "+w.db, "stigmer local start, which makes one")
	}
	if err := config.TryProgram(w.c, w.home, w.next); err != nil {
		return false, err
	}
	if w.blueprint, err = rehearsal.Make(ctx, w.home, w.next, w.version); err != nil {
		return false, lifecycle.BlueprintProblem(ctx, err)
	}
	if w.plan, err = transfer.MakePlan(ctx, database.Real(w.db), w.blueprint.Path); err != nil {
		return false, cli.SystemProblem(err, "nothing was stopped or changed")
	}
	switch {
	case w.plan.Fits():
		return false, w.runOther()
	case lifecycle.Older(w.version, made):
		return false, w.refuse(fmt.Sprintf("Temporal %s is older than the database %s, on which %s served: there is no way to an older schema", w.version, w.db, made),
			"stigmer local restore, with a backup of that version: stigmer local backup --list")
	}
	return true, errors.Join(w.checkLosses(), w.checkRoom())
}

// record is the record as the upgraded Temporal will have it. Where nothing was recorded it is that of a start.
func (w *upgrade) record() fsm.Record {
	r := w.snapshot.Document.Record
	if w.snapshot.Document.Generation == 0 {
		r = fsm.Record{State: fsm.Stopped, Desired: fsm.WantStopped, Settings: w.Options.Settings}
	}
	r.Settings.TemporalBin, r.Settings.TemporalVersion = w.Options.Settings.TemporalBin, w.Options.Settings.TemporalVersion
	return r
}

// runOther has the program run that was asked for, on a database that needs no change.
func (w *upgrade) runOther() error {
	fmt.Fprintf(cli.Success(w.c), "The database has the schema of Temporal %s already: %s\n", w.version, w.db)
	if running := w.snapshot.Document.Temporal; w.snapshot.Running() && running.Version == w.version {
		return nil
	}
	what := "This starts Temporal " + w.version + " on it."
	if w.snapshot.Running() {
		what = fmt.Sprintf("This stops Temporal (pid %d) and starts version %s.", w.snapshot.Evidence.Leader.PID, w.version)
	}
	if err := confirm(w.c, w.Yes, what, "stopped or started"); err != nil {
		return err
	}
	return w.start(w.next.Settings.TemporalBin)
}

// checkLosses refuses to drop columns without a word.
func (w *upgrade) checkLosses() error {
	lost := w.plan.Lost()
	if len(lost) == 0 || w.Drop {
		return nil
	}
	return &cli.Problem{
		What:  fmt.Sprintf("Temporal %s has no place for this: %s", w.version, strings.Join(lost, ", ")),
		Means: "it would be lost; nothing was stopped or changed",
		Try:   "stigmer local upgrade --drop, which leaves it out; the backup has it", Exit: cli.ExitFailed,
	}
}

// roomFactor is how many times its size a database may need while both of it are there, in tenths.
const roomFactor = 13

func (w *upgrade) checkRoom() error {
	var size int64
	for _, k := range database.Files(w.db) {
		size += files.FileSize(k)
	}
	disk, err := host.ReadDisk(filepath.Dir(database.Real(w.db)))
	if err != nil || disk.Free >= uint64(size)*roomFactor/10 {
		return nil // what cannot be read is seen when it is written
	}
	return &cli.Problem{
		What:  fmt.Sprintf("the disk has no room for a second database: %s are free, and %s is %s", human.FormatSize(int64(disk.Free)), w.db, human.FormatSize(size)),
		Means: "nothing was stopped or changed", Try: "make room there; stigmer local backup --list shows what backups take", Exit: cli.ExitFailed,
	}
}

func (w *upgrade) confirm() error {
	first := "This brings Temporal's database to version " + w.version + ", and starts that:"
	if w.snapshot.Running() {
		first = fmt.Sprintf("This stops Temporal (pid %d), brings its database to version %s, and starts that:", w.snapshot.Evidence.Leader.PID, w.version)
	}
	what := fmt.Sprintf("%s\n  %s  (%s)\nThe database as it is now is kept as a backup.", first, w.db, cli.TotalSize(database.Files(w.db)))
	return confirm(w.c, w.Yes, what, "stopped or changed")
}

// exchange makes the new database and puts it in the place of the old one.
func (w *upgrade) exchange(ctx context.Context) (kept string, err error) {
	return upkeep.Exchange{
		DB: w.db, Version: w.version, Cause: lifecycle.Cause(w.c.Name()), Settings: w.next.Settings, Program: true,
		Kept: func(made fsm.Database, real string) (string, error) {
			return database.BackupName(real, made.Version, time.Now()), nil
		},
		Make: w.make,
	}.Do(ctx, w.home)
}

// make copies the database, brings the copy to the new schema, compares the two, and has the new Temporal
// serve from the copy and name what the old one had.
func (w *upgrade) make(ctx context.Context, real, next string) error {
	plan, err := transfer.MakePlan(ctx, real, w.blueprint.Path) // of what it is, now that nothing writes to it
	if err != nil {
		return err
	}
	if err := transfer.Copy(ctx, real, false, next, w.shown.show); err != nil {
		return err
	}
	if err := transfer.Migrate(ctx, next, plan, w.shown.show); err != nil {
		return err
	}
	if err := transfer.Check(ctx, real, next, plan, w.shown.show); err != nil {
		return err
	}
	return w.rehearse(ctx, real, next)
}

// rehearse runs the new Temporal on the new database: nothing but that proves that it works there. What
// it writes meanwhile is as if it had been started.
func (w *upgrade) rehearse(ctx context.Context, real, next string) error {
	holding, err := transfer.Holding(ctx, real)
	if err != nil {
		return fmt.Errorf("read what the database has: %w", err)
	}
	tried := w.next
	tried.Settings.DB = next
	cli.Note(w.c, "%-10s Temporal %s on it, which must know all that the old one had", "Trying", w.version)
	err = rehearsal.Serve(ctx, w.home, tried, func(ctx context.Context, e temporal.Endpoint) error { return e.Holds(ctx, holding) })
	if err != nil {
		return err
	}
	return transfer.Seal(ctx, next, real)
}

// failed says that the old database and the old program are in use, as they were.
func (w *upgrade) failed(ctx context.Context, err error) error {
	means := "the database is as it was, and nothing runs"
	if w.snapshot.Running() {
		means = "the database is as it was, and Temporal runs on it again as it did"
		if started := w.start(""); started != nil {
			means, err = "the database is as it was, and Temporal could not be started on it again", errors.Join(err, started)
		}
	}
	if busy, ok := errors.AsType[upkeep.NotStoppedError](err); ok {
		return &cli.Problem{What: "the database was not upgraded: " + busy.Reason, Means: means, Try: "stigmer local state --explain", Exit: cli.ExitFailed}
	}
	if ctx.Err() != nil {
		return &cli.Problem{What: "the upgrade was interrupted", Means: means, Try: "stigmer local upgrade", Exit: cli.ExitInterrupted}
	}
	return cli.SystemProblem(fmt.Errorf("the database was not upgraded: %w", err), means)
}

// start starts Temporal with the recorded settings, and another program if one is named.
func (w *upgrade) start(program string) error {
	command := fsm.Command{
		Verb: fsm.VerbRestart, Want: w.next.Settings, Patience: fsm.Millis(w.Options.Timeout.Milliseconds()),
		Grace: fsm.Millis(w.Grace.Milliseconds()), Cause: lifecycle.Cause(w.c.Name()),
	}
	if program != "" {
		command.Given = fsm.MakeNames([]string{"temporal-bin"}) // it takes the version along
	}
	return lifecycle.Run(w.c, w.home, command, nil)
}

func (w *upgrade) refuse(what, try string) *cli.Problem {
	return &cli.Problem{What: what, Means: "nothing was stopped or changed", Try: try, Exit: cli.ExitFailed}
}
