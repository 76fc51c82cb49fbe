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

// contentsOf looks into a database that no process has open. half says why it is what a
// killed first start leaves, refusal why it is not Temporal's. Both are empty for any other
// database, and for one that cannot be read: Temporal itself then logs more about it.
func contentsOf(db string) (half string, refusal error) {
	if db == "" {
		return "", nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), contentsLimit)
	defer cancel()
	contents, err := sqlite.ReadContents(ctx, db)
	switch {
	case err != nil:
		return "", nil
	case contents.Kind == sqlite.ContentsHalfMade:
		return contents.Why, nil
	case contents.Kind == sqlite.ContentsForeign:
		return "", unfit(fsm.CodeDatabaseForeign, "database %s is not Temporal's: it %s", db, contents.Why)
	}
	return "", nil
}

// Foreign returns why a file is not Temporal's database, a fsm.Refusal, nil if it may be or is not
// there. A server may have the file open.
func Foreign(db string) error {
	_, refusal := contentsOf(db)
	return refusal
}
