package actions

import (
	"os"
	"testing"

	"github.com/stigmer/local/fsm"
)

// The engine reads a file once: then the file is known, until another database is in it.
func TestContentsOfAKnownDatabase(t *testing.T) {
	db := newHome(t).DB()
	holds := func(database string) {
		data, err := os.ReadFile(database)
		check(t, err)
		check(t, os.WriteFile(db, data, 0o600)) // the inode stays
	}
	is(t, "no file", contentsOf(db, fsm.DatabaseFile{}), contents{})
	holds("../cmd/e2e/testdata/fake.db")
	first := contentsOf(db, fsm.DatabaseFile{})
	is(t, "known", first.known.File != "" && first.known.Schema != "", true)
	is(t, "as a database", first, contents{known: first.known})
	unread := fsm.DatabaseFile{File: first.known.File, Schema: "as recorded"}
	is(t, "known before", contentsOf(db, unread), contents{known: unread})
	holds("../probes/sqlite/testdata/small.db")
	foreign := contentsOf(db, unread)
	is(t, "refused", CodeOf(foreign.refusal), fsm.CodeDatabaseForeign)
	is(t, "another program's", foreign.known, fsm.DatabaseFile{})
}
