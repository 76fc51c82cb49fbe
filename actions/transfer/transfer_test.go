package transfer

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ncruces/go-sqlite3"

	"github.com/stigmer/local/probes/sqlite"
)

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// old and now are two versions of a schema as Temporal has it: rows of workflows, of which a table
// for the search is filled by triggers, and generated columns with strings in double quotes.
const (
	old = `CREATE TABLE namespaces (id BLOB, name TEXT);
CREATE TABLE visibility (run TEXT PRIMARY KEY, search TEXT, dropped TEXT, Word TEXT GENERATED ALWAYS AS (JSON_EXTRACT(search, "$.Word")) STORED);
CREATE INDEX by_word ON visibility (Word);
CREATE VIRTUAL TABLE visibility_fts USING fts5 (Word, content='visibility');
CREATE TRIGGER visibility_ai AFTER INSERT ON visibility BEGIN INSERT INTO visibility_fts (rowid, Word) VALUES (new.rowid, new.Word); END;
CREATE TABLE untouched (a PRIMARY KEY, b);`
	now = `CREATE TABLE namespaces (id BLOB, name TEXT);
CREATE TABLE visibility (run TEXT PRIMARY KEY, search TEXT, later TEXT DEFAULT 'x', Word TEXT GENERATED ALWAYS AS (JSON_EXTRACT(search, "$.Word")) STORED, Number GENERATED ALWAYS AS (JSON_EXTRACT(search, "$.Number")));
CREATE INDEX by_word ON visibility (Word, run);
CREATE INDEX by_number ON visibility (Number);
CREATE VIRTUAL TABLE visibility_fts USING fts5 (Word, run, content='visibility');
CREATE TRIGGER visibility_ai AFTER INSERT ON visibility BEGIN INSERT INTO visibility_fts (rowid, Word, run) VALUES (new.rowid, new.Word, new.run); END;
CREATE TABLE fresh (c);
CREATE TABLE untouched (a PRIMARY KEY, b);`
	rows = `INSERT INTO visibility (run, search) VALUES ('r1', '{"Word":"apple pie","Number":7}'), ('r2', '{"Word":"pear"}');
INSERT INTO namespaces VALUES (x'00', 'default');
INSERT INTO untouched VALUES (1, zeroblob(20000)), (2, 'b')`
)

// made makes a database of statements.
func made(t testing.TB, statements ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a b%.db")
	check(t, os.WriteFile(path, nil, 0o600))
	check(t, open(t.Context(), path, nil, func(conn *sqlite3.Conn) error { return conn.Exec(strings.Join(statements, ";\n")) }))
	return path
}

func first(t testing.TB, path, query string) (value string) {
	t.Helper()
	check(t, open(t.Context(), path, nil, func(conn *sqlite3.Conn) error {
		statement, _, err := conn.Prepare(query)
		if err != nil {
			return err
		}
		defer statement.Close()
		statement.Step()
		value = statement.ColumnText(0)
		return statement.Err()
	}))
	return value
}

// migrated is a copy of a database at the schema of a blueprint, checked.
func migrated(t *testing.T, db, blueprint string) string {
	t.Helper()
	p, err := MakePlan(t.Context(), db, blueprint)
	check(t, err)
	to := filepath.Join(t.TempDir(), "to.db")
	check(t, Copy(t.Context(), db, false, to, Silent))
	check(t, Migrate(t.Context(), to, p, Silent))
	check(t, Check(t.Context(), db, to, p, Silent))
	return to
}

func TestMigrate(t *testing.T) {
	db, blueprint := made(t, old, rows), made(t, now)
	before, err := os.ReadFile(db)
	check(t, err)
	to := migrated(t, db, blueprint)
	have, err := sqlite.ReadSchema(t.Context(), to)
	check(t, err)
	want, err := sqlite.ReadSchema(t.Context(), blueprint)
	check(t, err)
	byName := func(a, b sqlite.Object) int { return strings.Compare(a.Type+a.Name, b.Type+b.Name) }
	slices.SortFunc(have, byName)
	slices.SortFunc(want, byName)
	if !slices.Equal(have, want) {
		t.Errorf("it has\n%v, not\n%v", have, want)
	}
	for query, want := range map[string]string{
		"SELECT count(*) FROM visibility":                                 "2",
		"SELECT run FROM visibility WHERE Number = 7":                     "r1",
		"SELECT later FROM visibility":                                    "x",
		"SELECT run FROM visibility_fts WHERE visibility_fts MATCH 'pie'": "r1",
		"SELECT length(b) FROM untouched WHERE a = 1":                     "20000",
		"SELECT count(*) FROM fresh":                                      "0",
		"PRAGMA integrity_check":                                          "ok",
	} {
		if have := first(t, to, query); have != want {
			t.Errorf("%s: %q, not %q", query, have, want)
		}
	}
	if after, err := os.ReadFile(db); err != nil || string(after) != string(before) {
		t.Errorf("the database was changed (%v)", err)
	}
}

// What a user added stays, but for columns of a table that is made anew.
func TestWhatAUserAdded(t *testing.T) {
	db, blueprint := made(t, old, rows, `CREATE TABLE mine (x); INSERT INTO mine VALUES (1); CREATE VIEW seen AS SELECT run FROM visibility;
		CREATE INDEX mine_too ON untouched (b); ALTER TABLE visibility ADD COLUMN note TEXT; CREATE INDEX by_note ON visibility (note);
		ALTER TABLE visibility ADD COLUMN made AS (run || 'x'); CREATE TRIGGER tells AFTER DELETE ON visibility BEGIN DELETE FROM mine; END`), made(t, now)
	p, err := MakePlan(t.Context(), db, blueprint)
	check(t, err)
	if lost := p.Lost(); !slices.Equal(lost, []string{"column visibility.dropped", "column visibility.made", "column visibility.note", "index by_note", "trigger tells"}) {
		t.Errorf("lost: %q", lost)
	}
	to := migrated(t, db, blueprint)
	for query, want := range map[string]string{
		"SELECT x FROM mine": "1", "SELECT count(*) FROM seen": "2", "SELECT count(*) FROM sqlite_schema WHERE name = 'mine_too'": "1",
	} {
		if have := first(t, to, query); have != want {
			t.Errorf("%s: %q, not %q", query, have, want)
		}
	}
	if p, err = MakePlan(t.Context(), to, blueprint); err != nil || !p.Fits() {
		t.Errorf("what was brought to a schema does not fit it: %q (%v)", p.have.Missing(p.want), err)
	}
	if p, err = MakePlan(t.Context(), db, blueprint); err != nil || p.Fits() {
		t.Errorf("it fits (%v)", err)
	}
}

// Check sees a row too few, a page that is damaged, and a schema that is not the one.
func TestCheckBites(t *testing.T) {
	db, blueprint := made(t, old, rows), made(t, now)
	p, err := MakePlan(t.Context(), db, blueprint)
	check(t, err)
	for want, spoil := range map[string]string{
		"table untouched has 1 rows, not 2": "DELETE FROM untouched WHERE a = 2",
		"lacks the index by_number":         "DROP INDEX by_number",
		"SQLite says":                       "PRAGMA writable_schema=on; UPDATE sqlite_schema SET rootpage = 2 WHERE name = 'untouched'",
	} {
		to := migrated(t, db, blueprint)
		check(t, open(t.Context(), to, nil, func(conn *sqlite3.Conn) error { return conn.Exec(spoil) }))
		if err := Check(t.Context(), db, to, p, Silent); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

// A copy of a database that a server has open is that of one moment, in either mode: what is not
// committed is not in it.
func TestCopyOfADatabaseInUse(t *testing.T) {
	for _, mode := range []string{"delete", "wal"} {
		db := made(t, "PRAGMA journal_mode="+mode, "CREATE TABLE t (x); INSERT INTO t VALUES (1)")
		server, err := sqlite3.Open(uri(db, nil))
		check(t, err)
		check(t, server.Exec("INSERT INTO t VALUES (2); BEGIN; INSERT INTO t VALUES (3)"))
		to := filepath.Join(t.TempDir(), "to.db")
		check(t, Copy(t.Context(), db, true, to, Silent))
		if have := first(t, to, "SELECT group_concat(x) FROM t"); have != "1,2" {
			t.Errorf("%s: %s", mode, have)
		}
		check(t, server.Exec("COMMIT"))
		check(t, server.Close())
	}
}

// The end of a command ends a copy.
func TestCopyEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	db := made(t, old, rows, "CREATE TABLE big AS SELECT zeroblob(40000000) AS b")
	err := Copy(ctx, db, false, filepath.Join(t.TempDir(), "to.db"), func(Stage, int64, int64) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// A copy of a database whose last transaction was cut off is that of the moment before it, though the file has a
// part of it.
func TestCopyTakesBack(t *testing.T) {
	db := made(t, "CREATE TABLE t (x, y)", "INSERT INTO t SELECT 1, zeroblob(1000) FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) SELECT i FROM n)")
	whole, err := os.ReadFile(db)
	check(t, err)
	server, err := sqlite3.Open(uri(db, withPragmas("cache_size(1)")))
	check(t, err)
	defer server.Close()
	check(t, server.Exec("BEGIN; UPDATE t SET x = 2"))
	cut := filepath.Join(t.TempDir(), "cut.db")
	for _, suffix := range []string{"", "-journal"} {
		data, err := os.ReadFile(db + suffix)
		check(t, err)
		if suffix == "" && bytes.Equal(data, whole) {
			t.Fatal("the file has nothing of the transaction")
		}
		check(t, os.WriteFile(cut+suffix, data, 0o600))
	}
	to := filepath.Join(t.TempDir(), "to.db")
	check(t, Copy(t.Context(), cut, false, to, Silent))
	if have := first(t, to, "SELECT sum(x) FROM t"); have != "1000" {
		t.Errorf("the sum is %s", have)
	}
}

// A copy fails if the database was written meanwhile.
func TestCopyOfAChangingFile(t *testing.T) {
	db := made(t, old, rows)
	err := Copy(t.Context(), db, false, filepath.Join(t.TempDir(), "to.db"), func(Stage, int64, int64) {
		check(t, open(t.Context(), db, nil, func(conn *sqlite3.Conn) error { return conn.Exec("DELETE FROM untouched") }))
	})
	if !errors.Is(err, sqlite.ErrChanged) {
		t.Error(err)
	}
}

// A server that never releases its lock is named as the cause.
func TestCopyOfLocked(t *testing.T) {
	usual := busyTimeout
	defer func() { busyTimeout = usual }()
	busyTimeout = 1
	db := made(t, old, rows)
	check(t, open(t.Context(), db, nil, func(conn *sqlite3.Conn) error {
		check(t, conn.Exec("INSERT INTO untouched VALUES (3, 'c')"))
		if err := Copy(t.Context(), db, true, filepath.Join(t.TempDir(), "copy"), Silent); !errors.Is(err, ErrLocked) {
			t.Errorf("the error is %v", err)
		}
		return nil
	}))
}
