package database

import (
	"os"
	"testing"

	"github.com/stigmer/local/actions/cause"
	"github.com/stigmer/local/actions/internal/stage"
	"github.com/stigmer/local/fsm"
)

// The engine reads a file once: then the file is known, until another database is in it.
func TestContentsOfAKnownDatabase(t *testing.T) {
	db := stage.NewHome(t).DB()
	holds := func(database string) {
		data, err := os.ReadFile(database)
		stage.Check(t, err)
		stage.Check(t, os.WriteFile(db, data, 0o600)) // the inode stays
	}
	stage.Is(t, "no file", ReadContents(db, fsm.DatabaseFile{}), Contents{})
	holds("../../cmd/e2e/fake/testdata/fake.db")
	first := ReadContents(db, fsm.DatabaseFile{})
	stage.Is(t, "known", first.Known.File != "" && first.Known.Schema != "", true)
	stage.Is(t, "as a database", first, Contents{Known: first.Known})
	unread := fsm.DatabaseFile{File: first.Known.File, Schema: "as recorded"}
	stage.Is(t, "known before", ReadContents(db, unread), Contents{Known: unread})
	holds("../../probes/sqlite/testdata/small.db")
	foreign := ReadContents(db, unread)
	stage.Is(t, "refused", cause.Of(foreign.Refusal), fsm.CodeDatabaseForeign)
	stage.Is(t, "another program's", foreign.Known, fsm.DatabaseFile{})
}
