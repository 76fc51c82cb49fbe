package transfer

import (
	"context"
	"fmt"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/ext/fts5"

	"github.com/stigmer/local/probes/sqlite"
)

// Migrate brings a copy that no server has seen yet to the schema of a plan's blueprint. It is
// not undone where it fails: then the copy is of no use. Settle is left to the caller.
func Migrate(ctx context.Context, path string, p Plan, progress Progress) error {
	err := open(ctx, path, noJournal, func(conn *sqlite3.Conn) error { return p.carryOut(conn, progress) })
	if err != nil {
		return fmt.Errorf("bring %s to the other schema: %w", path, err)
	}
	return nil
}

// noJournal is for a file that is thrown away if its writing fails.
var noJournal = []string{"journal_mode(off)", "synchronous(off)", "cache_size(-32000)", "legacy_alter_table(on)"}

// open opens a file of ours to write it.
func open(ctx context.Context, path string, pragmas []string, use func(*sqlite3.Conn) error) (err error) {
	conn, err := sqlite3.OpenFlags(uri(path, withPragmas(append([]string{"locking_mode(exclusive)"}, pragmas...)...)), sqlite3.OPEN_READWRITE|sqlite3.OPEN_URI)
	if err != nil {
		return err
	}
	defer func() {
		if closed := conn.Close(); err == nil {
			err = closed
		}
	}()
	if err := likeTemporals(conn); err != nil {
		return err
	}
	conn.SetInterrupt(ctx)
	return use(conn)
}

// likeTemporals gives a connection what Temporal's schema needs: the text search, and strings in double
// quotes (sqlite.org/quirks.html#dblquote), which its generated columns have.
func likeTemporals(conn *sqlite3.Conn) error {
	for _, option := range []sqlite3.DBConfig{sqlite3.DBCONFIG_DQS_DDL, sqlite3.DBCONFIG_DQS_DML} {
		if _, err := conn.Config(option, true); err != nil {
			return err
		}
	}
	return fts5.Register(conn)
}

func (p Plan) carryOut(conn *sqlite3.Conn, progress Progress) error {
	total, err := p.rows(conn)
	if err != nil {
		return err
	}
	if err := conn.Exec("BEGIN"); err != nil {
		return err
	}
	done := int64(0)
	for _, s := range p.steps() {
		if err := conn.Exec(s.sql); err != nil {
			return fmt.Errorf("%s: %w", s.sql, err)
		}
		if s.moves != "" {
			done += conn.Changes()
			progress(Bringing, done, total)
		}
	}
	return conn.Exec("COMMIT")
}

// rows counts those that will move.
func (p Plan) rows(conn *sqlite3.Conn) (total int64, err error) {
	for _, r := range p.rebuilt {
		n, err := count(conn, r.table.Name)
		if err != nil {
			return 0, err
		}
		total += n
	}
	return total, nil
}

func count(conn *sqlite3.Conn, table string) (int64, error) {
	return number(conn, "SELECT count(*) FROM "+sqlite3.QuoteIdentifier(table))
}

// number is the first column of a query's one row.
func number(conn *sqlite3.Conn, query string) (value int64, err error) {
	err = sqlite.Each(conn, query, func(row *sqlite3.Stmt) { value = row.ColumnInt64(0) })
	return value, err
}

// Check compares a file that Migrate has made with the database that it was made from: SQLite finds
// nothing wrong in it, it has all that the plan's blueprint has, and each table has as many rows as before.
func Check(ctx context.Context, db, path string, p Plan, progress Progress) error {
	had, err := counts(ctx, db, p.have.Ordinary())
	if err != nil {
		return err
	}
	return sqlite.Read(ctx, path, func(conn *sqlite3.Conn) error {
		if err := likeTemporals(conn); err != nil {
			return err
		}
		if err := sound(conn); err != nil {
			return err
		}
		schema, err := sqlite.SchemaOf(conn)
		if err != nil {
			return err
		}
		if missing := schema.Missing(p.want); len(missing) > 0 {
			return fmt.Errorf("%s lacks the %s", path, missing[0])
		}
		for i, table := range p.have.Ordinary() {
			now, err := count(conn, table.Name)
			if err != nil {
				return err
			}
			if now != had[table.Name] {
				return fmt.Errorf("table %s has %d rows, not %d", table.Name, now, had[table.Name])
			}
			progress(Checking, int64(i+1), int64(len(p.have.Ordinary())))
		}
		return nil
	})
}

func counts(ctx context.Context, db string, tables sqlite.Schema) (map[string]int64, error) {
	found := map[string]int64{}
	err := sqlite.Read(ctx, db, func(conn *sqlite3.Conn) (err error) {
		for _, table := range tables {
			if found[table.Name], err = count(conn, table.Name); err != nil {
				return err
			}
		}
		return nil
	})
	return found, err
}

// sound has SQLite check every page. That an index has what its table has is not checked: it was
// just made from it, and the check takes ten times as long.
func sound(conn *sqlite3.Conn) error {
	if err := conn.Exec("PRAGMA cache_size=-32000"); err != nil {
		return err
	}
	said := ""
	err := sqlite.Each(conn, "PRAGMA quick_check(1)", func(row *sqlite3.Stmt) { said = row.ColumnText(0) })
	if err != nil || said != "ok" {
		return fmt.Errorf("SQLite says: %s %w", said, err)
	}
	return nil
}
