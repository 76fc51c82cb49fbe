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

// A driver whose Temporal has served from a file starts the next one on it without a look.
func TestTheDatabaseThatTemporalHadOpen(t *testing.T) {
	l := newLife(t)
	data, err := os.ReadFile("../probes/sqlite/testdata/small.db")
	check(t, err)
	check(t, os.WriteFile(l.home.DB(), data, 0o600))
	file, err := os.Stat(l.home.DB())
	check(t, err)
	l.World.run.database = &openDatabase{FileInfo: file}
	is(t, "never served", l.do(fsm.DoLock).Event, fsm.LockDenied)
	l.World.record.document.Database.Served = true
	is(t, "served", l.do(fsm.DoLock).Event, fsm.LockAcquired)
	check(t, os.Rename(l.home.DB(), l.home.DB()+".moved"))
	check(t, os.WriteFile(l.home.DB(), data, 0o600))
	is(t, "replaced", l.do(fsm.DoLock).Event, fsm.LockDenied)
}
