package database

import (
	"context"
	"time"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/sqlite"
)

// contentsLimit is how long a start may read a database before the spawn: a hundred times
// what one with an empty log takes. A log of 1 GiB takes longer.
const contentsLimit = 2 * time.Second

// Contents is what is found in a file that is to be Temporal's database. All of it is empty for a
// file that may be, or is not there.
type Contents struct {
	// Known is the file, if it is Temporal's database.
	Known fsm.DatabaseFile
	// Half says why it is what a killed first start leaves.
	Half string
	// Refusal says why it is not Temporal's, a fsm.Refusal.
	Refusal error
}

// IsKnown reports whether a database is the file that was read last, with the schema that it had then. It
// reads one page.
func IsKnown(db string, known fsm.DatabaseFile) bool {
	file, err := sqlite.Fingerprint(db)
	return err == nil && file == known.File
}

// Name names a database as sqlite.Fingerprint does, empty for one in memory and where none can be read.
func Name(db string) string {
	name, err := sqlite.Fingerprint(db)
	if db == "" || err != nil {
		return ""
	}
	return name
}

// Changes is sqlite.Changes, 0 for a database in memory.
func Changes(db string) uint64 { return sqlite.Changes(db) }

// ReadContents reads a database, which a server may have open. Of one that cannot be read it finds nothing: Temporal itself
// then logs more about it. SQLite's engine, which takes 2 MB of memory for as long as its process
// lives, runs only for a file that is not the known one: so it hardly ever runs in a supervisor.
func ReadContents(db string, known fsm.DatabaseFile) Contents {
	if db == "" {
		return Contents{}
	}
	file, err := sqlite.Fingerprint(db)
	if err == nil && file == known.File {
		return Contents{Known: known}
	}
	ctx, cancel := context.WithTimeout(context.Background(), contentsLimit)
	defer cancel()
	found, err := sqlite.ReadContents(ctx, db)
	switch {
	case err != nil:
		return Contents{}
	case found.Kind == sqlite.ContentsTemporal:
		return Contents{Known: fsm.DatabaseFile{File: file, Schema: found.Schema}}
	case found.Kind == sqlite.ContentsHalfMade:
		return Contents{Half: found.Why}
	case found.Kind == sqlite.ContentsForeign:
		return Contents{Refusal: fsm.Refuse(fsm.CodeDatabaseForeign, "database %s is not Temporal's: it %s", db, found.Why)}
	}
	return Contents{}
}
