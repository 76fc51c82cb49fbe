package lifecycle

import (
	"cmp"
	"context"

	"github.com/spf13/cobra"
	"golang.org/x/mod/semver"

	"github.com/stigmer/local/actions/cause"
	"github.com/stigmer/local/actions/database"
	"github.com/stigmer/local/actions/program"
	"github.com/stigmer/local/actions/rehearsal"
	"github.com/stigmer/local/actions/transfer"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

// CheckSchema refuses a program that works with another schema than the database has. Once for each version,
// it runs the program for that, on an empty file. A version that served last on the file as it is needs no check.
func CheckSchema(c *cobra.Command, home statefile.Home, r fsm.Record) error {
	r, differs := mayDiffer(c.Context(), home, r)
	if !differs {
		return nil
	}
	db, version := r.Settings.DB, program.Of(c.Context(), home, r).Version
	found := database.ReadContents(db, r.Known).Known
	judge := func() error {
		return fsm.JudgeSchema(db, r.Database, r.Known, found, rehearsal.Known(home, r.Settings.TemporalBin, version, found.Schema))
	}
	refusal := judge()
	if cause.Of(refusal) == fsm.CodeDatabaseUnjudged {
		cli.Note(c, "Comparing  the database's schema with that of Temporal %s, which runs once for that", cmp.Or(version, "CLI "+r.Settings.TemporalBin))
		if err := compare(c, home, r, version, found.Schema); err != nil {
			return err
		}
		refusal = judge()
	}
	if refusal == nil {
		return nil
	}
	return &cli.Problem{
		What: refusal.Error(), Means: "Temporal would serve, and parts of it would fail; nothing was started or stopped, and the database was not touched",
		Try: wayOn(version, r), Exit: cli.ExitFailed, Lasting: true,
	}
}

// mayDiffer is false where the database or the program is not there, or the program served on it last. It
// returns the record with what is known of the database now: a start that is under way may just have made it.
func mayDiffer(ctx context.Context, home statefile.Home, r fsm.Record) (fsm.Record, bool) {
	s := r.Settings
	if s.TemporalBin == "" || s.DB == "" || !database.Exists(database.Real(s.DB)) {
		return r, false
	}
	document, _ := (statefile.File{Home: home}).Load() // the start reports what is wrong with it
	r.Database, r.Known = document.Database, document.Known
	made, version := r.Database, program.Of(ctx, home, r).Version
	last := made.Path == s.DB && made.Served && version == made.Version
	asBefore := database.IsKnown(s.DB, r.Known) || r.Known.File == "" && made.Created
	return r, !last || !asBefore || made.Next != ""
}

// compare makes the program's blueprint, and notes if the database has all of it.
func compare(c *cobra.Command, home statefile.Home, r fsm.Record, version, schema string) error {
	ctx, stop := cli.WithSignals(c.Context())
	defer stop()
	blueprint, err := rehearsal.Make(ctx, home, r, version)
	if err != nil {
		return BlueprintProblem(ctx, err)
	}
	plan, err := transfer.MakePlan(ctx, database.Real(r.Settings.DB), blueprint.Path)
	if err == nil && plan.Fits() {
		err = rehearsal.NoteFit(home, blueprint.Schema, schema)
	}
	if err != nil {
		return cli.SystemProblem(err, "nothing was started or stopped")
	}
	return nil
}

// BlueprintProblem says that a program could not be tried.
func BlueprintProblem(ctx context.Context, err error) *cli.Problem {
	if ctx.Err() != nil {
		return &cli.Problem{What: "it was interrupted", Means: "nothing was started or stopped", Try: "the same command again", Exit: cli.ExitInterrupted}
	}
	return &cli.Problem{What: err.Error(), Means: "whether it can work on the database is not known; nothing was started or stopped", Try: "another Temporal CLI: --temporal-bin FILE", Exit: cli.ExitFailed}
}

// wayOn says what to do with a database of another schema. There is no way to an older one.
func wayOn(version string, r fsm.Record) string {
	made := r.Database.Version
	if Older(version, made) {
		return "Temporal " + made + ", which served on it, or stigmer local restore for an earlier state of the database: stigmer local backup --list"
	}
	if made == "" {
		return "stigmer local upgrade, which keeps a backup; or the version of Temporal that served on it: --temporal-version V, --temporal-bin FILE"
	}
	return "stigmer local upgrade, which keeps a backup; or go on with Temporal " + made + ": --temporal-version " + made
}

// Older reports whether one version of the Temporal CLI came before another. Where either is not
// known, neither did.
func Older(version, than string) bool {
	one, other := "v"+version, "v"+than
	return semver.IsValid(one) && semver.IsValid(other) && semver.Compare(one, other) < 0
}
