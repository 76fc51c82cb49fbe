package doctor

import (
	"cmp"
	"context"
	"errors"
	"os"
	"strings"
	"time"

	"github.com/stigmer/local/actions/cause"
	"github.com/stigmer/local/actions/database"
	"github.com/stigmer/local/actions/evidence"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/human"
	"github.com/stigmer/local/cmd/internal/inspect"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/files"
	"github.com/stigmer/local/probes/sqlite"
)

// checkLimit is how long the check of a database may take: one of 1 GiB takes some 1.5 s.
const checkLimit = 10 * time.Second

func (p *examination) checkDatabase(db string) CheckReport {
	const name = "database"
	if db == "" {
		return pass(name, "in memory (--ephemeral)")
	}
	_, err := os.Stat(db)
	var found database.Contents
	var unfit error
	if !p.Running() {
		found = database.ReadContents(db, fsm.DatabaseFile{})
		unfit = cmp.Or(database.Unfit(db), found.Refusal)
	}
	switch {
	case p.Document.Database.Next != "" && p.Driver.PID == 0:
		return fail(name, "stigmer local start, which carries it on or takes it back", "%s was being exchanged for another one, %s, and that is not finished", db, p.Document.Database.Next)
	case errors.Is(err, os.ErrNotExist) && !p.Running() && db != p.nextDatabase():
		return pass(name, "%s was used last, and is not there any more", db)
	case unfit != nil:
		return fail(name, inspect.Fit(db, cause.Of(unfit)), "%s", strings.TrimPrefix(unfit.Error(), "database "))
	case errors.Is(err, os.ErrNotExist) && !p.Running():
		return pass(name, "%s is not there yet; the next start makes it", db)
	case errors.Is(err, os.ErrNotExist):
		return fail(name, "stigmer local restart makes a new one", "%v", err)
	case err != nil:
		return fail(name, cmp.Or(cli.OpenFolder(), "look at the owner and mode of the folders above it"), "%v", err)
	case p.Running():
		if evidence := p.DatabaseEvidence(); !evidence.OK {
			return fail(name, "stigmer local stop, then look which of them is yours", "%s", evidence.Detail)
		}
	}
	if others := files.ServersWith(db); !p.Running() && len(others) > 0 {
		return fail(name, "end it with what started it", "%s is open in another Temporal: %s", db, evidence.Describe(others[0]))
	}
	if d := p.Document.Database; found.Half != "" && !(d.Served && d.Path == db) {
		return pass(name, "%s %s, as a killed first start leaves it: the next start sets it aside and makes a new one", db, found.Half)
	}
	return p.checkPages(name, db)
}

func (p *examination) checkPages(name, db string) CheckReport {
	condition, how, err := p.databaseCondition(db)
	made := ""
	if db == p.database() {
		made = p.madeBy()
	}
	switch {
	case err != nil:
		return fail(name, "stigmer local doctor once more; if it says the same, stigmer local reset, which keeps it aside", "%s: %v", db, err)
	case condition.Flaw != "" && p.Document.Database.Created && !p.Document.Database.Served:
		return pass(name, "%s is half-made (%s) and without data: the next start sets it aside", db, condition.Flaw)
	case condition.Flaw != "":
		return fail(name, "stigmer local reset, which keeps it aside; or a copy of yours", "%s%s is damaged: %s", db, made, condition.Flaw)
	case condition.Interrupted:
		how = "a transaction was cut off, which the next start takes back"
	}
	return pass(name, "%s, %s%s: %s", db, human.FormatSize(condition.Bytes+condition.LogBytes), made, how)
}

// databaseCondition checks a database's pages, unless a server may have it open. how says
// what was checked.
func (p *examination) databaseCondition(db string) (condition sqlite.Condition, how string, err error) {
	if p.Running() || p.Driver.PID != 0 {
		condition, err = sqlite.Glance(db)
		return condition, "not looked into, as Temporal has it open", err
	}
	ctx, cancel := context.WithTimeout(context.Background(), checkLimit)
	defer cancel()
	condition, err = sqlite.QuickCheck(ctx, db)
	if errors.Is(err, context.DeadlineExceeded) {
		return condition, "too large to be looked into", nil
	}
	return condition, "every page is where it belongs", err
}

// madeBy says what is recorded of a database's birth.
func (p *examination) madeBy() string {
	d := p.Document.Database
	switch {
	case d.Version != "" && d.Created:
		return ", made here, last served by Temporal " + d.Version
	case d.Version != "":
		return ", last served by Temporal " + d.Version
	case d.Created:
		return ", made here"
	case d.Path != "":
		return ", made by something else"
	}
	return ""
}
