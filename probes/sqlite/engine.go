// Package sqlite reads a file that is to be Temporal's database with SQLite's own engine. It
// owns two answers: what the file holds, and whether the file is damaged. It must never
// write to the file or beside it, and never lock it: a live Temporal may have it open.
// SQLite runs over an overlay, which keeps in memory what SQLite writes.
package sqlite

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/vfs"
)

// overlays counts the overlays: SQLite knows a file system by its name.
var overlays atomic.Int64

// engine is SQLite with one database open.
type engine struct {
	conn    *sqlite3.Conn
	overlay *overlay
}

// withEngine opens the database at path, calls use and closes the database. The end of ctx
// ends the work, with an error that wraps that of ctx.
func withEngine(ctx context.Context, path string, use func(*engine) error) (err error) {
	name := fmt.Sprint("overlay", overlays.Add(1))
	o := &overlay{ctx: ctx, path: path, files: map[string]*file{}}
	vfs.Register(name, o)
	defer vfs.Unregister(name)
	defer o.close()
	defer func() { // the engine is C, translated: what would crash it there is a panic here
		if fault := recover(); fault != nil {
			err = fmt.Errorf("SQLite failed over it: %v", fault)
		}
	}()
	conn, err := sqlite3.OpenFlags("file:"+inOverlay+"?vfs="+name, sqlite3.OPEN_READWRITE|sqlite3.OPEN_URI)
	if err == nil {
		defer conn.Close()
		conn.SetInterrupt(ctx)
		// A connection that is alone needs no index of the log in shared memory (sqlite.org/wal.html, 6.1).
		err = conn.Exec("PRAGMA locking_mode=exclusive")
	}
	if err == nil { // else the whole log would come into memory
		_, err = conn.Config(sqlite3.DBCONFIG_NO_CKPT_ON_CLOSE, true)
	}
	if err == nil {
		err = use(&engine{conn, o})
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// strings returns the first column of a query's rows.
func (e *engine) strings(query string) (rows []string, err error) {
	statement, _, err := e.conn.Prepare(query)
	if err != nil {
		return nil, err
	}
	defer statement.Close()
	for statement.Step() {
		rows = append(rows, statement.ColumnText(0))
	}
	return rows, statement.Err()
}

// inPart is strings over what can be read of a damaged schema.
func (e *engine) inPart(query string) ([]string, error) {
	if err := e.conn.Exec("PRAGMA writable_schema=on"); err != nil {
		return nil, err
	}
	rows, err := e.strings(query)
	if errors.Is(err, sqlite3.CORRUPT) { // SQLite reports the schema to the first statement alone
		return e.strings(query)
	}
	return rows, err
}

// quickCheck returns the first fault of the database, empty for none.
func (e *engine) quickCheck() (string, error) {
	const query = "PRAGMA quick_check(1)"
	faults, err := e.strings(query)
	if errors.Is(err, sqlite3.CORRUPT) { // the schema is damaged: the rest of the check may name the page
		rest, _ := e.inPart(query)
		return says(err) + faultText("; ", rest), nil
	}
	return faultText("SQLite says: ", faults), err
}

// faultText is the first fault that PRAGMA quick_check has found, without the headline that
// it may have. It is empty for none.
func faultText(before string, faults []string) string {
	if len(faults) == 0 || faults[0] == "ok" {
		return ""
	}
	lines := strings.Split(strings.TrimSpace(faults[0]), "\n")
	return before + lines[len(lines)-1]
}

// says is the text of an error of SQLite's.
func says(err error) string { return "SQLite says: " + strings.TrimPrefix(err.Error(), "sqlite3: ") }

// mostGrowth, in bytes, is how far a journal may take a database beyond its files.
const mostGrowth = 256 << 20

// tooLarge says that a rollback has made more pages than a database of so many bytes can
// have: SQLite would read on and on. It is empty for any other database.
func (e *engine) tooLarge(h head) string {
	if size := e.database().size; size > h.Bytes+mostGrowth {
		return fmt.Sprintf("it claims %d pages, which it cannot have", size/h.pageSize())
	}
	return ""
}

// database is the database's file, once it has been read.
func (e *engine) database() *file { return e.overlay.files[inOverlay] }

// damage is what an error of SQLite says of the database, empty where it says nothing: the
// file cannot be read, or the time is over.
func damage(err error) string {
	switch {
	case errors.Is(err, sqlite3.NOTADB):
		return "its header is wrong"
	case errors.Is(err, sqlite3.CORRUPT):
		return says(err)
	}
	return ""
}
