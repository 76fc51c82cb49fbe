package actions

import (
	"context"
	"time"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/sqlite"
)

// contentsLimit is how long a start may read a database before the spawn: a hundred times
// what one with an empty log takes. A log of 1 GiB takes longer.
const contentsLimit = 2 * time.Second

// contents is what is found in a file that is to be Temporal's database.
type contents struct {
	// known is the file, if it is Temporal's database.
	known fsm.DatabaseFile
	// half says why it is what a killed first start leaves.
	half string
	// refusal says why it is not Temporal's, a fsm.Refusal.
	refusal error
}

// contentsOf looks into a database. Of one that cannot be read it finds nothing: Temporal itself
// then logs more about it. SQLite's engine, which takes 2 MB of memory for as long as its process
// lives, runs only for a file that is not the known one: so it hardly ever runs in a supervisor.
func contentsOf(db string, known fsm.DatabaseFile) contents {
	if db == "" {
		return contents{}
	}
	file, err := sqlite.Fingerprint(db)
	if err == nil && file == known.File {
		return contents{known: known}
	}
	ctx, cancel := context.WithTimeout(context.Background(), contentsLimit)
	defer cancel()
	found, err := sqlite.ReadContents(ctx, db)
	switch {
	case err != nil:
		return contents{}
	case found.Kind == sqlite.ContentsTemporal:
		return contents{known: fsm.DatabaseFile{File: file, Schema: found.Schema}}
	case found.Kind == sqlite.ContentsHalfMade:
		return contents{half: found.Why}
	case found.Kind == sqlite.ContentsForeign:
		return contents{refusal: unfit(fsm.CodeDatabaseForeign, "database %s is not Temporal's: it %s", db, found.Why)}
	}
	return contents{}
}

// Contents returns why a start would set a file aside as half-made, or refuse it as not Temporal's
// database, a fsm.Refusal. Both are empty for a file that may be, is the known one or is not there. A
// server may have the file open.
func Contents(db string, known fsm.DatabaseFile) (half string, refusal error) {
	c := contentsOf(db, known)
	return c.half, c.refusal
}
