package actions

import (
	"context"
	"fmt"
	"time"

	"github.com/stigmer/local/probes/sqlite"
)

// contentsLimit is how long a start may read a database before the spawn: a hundred times
// what one with an empty log takes. A log of 1 GiB takes longer.
const contentsLimit = 2 * time.Second

// contentsOf looks into a database that no process has open. half says why it is what a
// killed first start leaves, refusal why it is not Temporal's. Both are empty for any other
// database, and for one that cannot be read: Temporal itself then logs more about it.
func contentsOf(db string) (half, refusal string) {
	if db == "" {
		return "", ""
	}
	ctx, cancel := context.WithTimeout(context.Background(), contentsLimit)
	defer cancel()
	contents, err := sqlite.ReadContents(ctx, db)
	switch {
	case err != nil:
		return "", ""
	case contents.Kind == sqlite.ContentsHalfMade:
		return contents.Why, ""
	}
	return "", foreignWords(db, contents)
}

// Foreign returns why a file is not Temporal's database, empty if it may be or is not there.
// A server may have the file open.
func Foreign(db string) string {
	_, refusal := contentsOf(db)
	return refusal
}

// foreignWords is the sentence for ContentsForeign, empty for any other kind.
func foreignWords(db string, c sqlite.Contents) string {
	if c.Kind != sqlite.ContentsForeign {
		return ""
	}
	return fmt.Sprintf("database %s %s: it %s", db, NotTemporals, c.Why)
}
