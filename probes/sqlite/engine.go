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
type engine struct{ *sqlite3.Conn }

// withEngine opens the database at path, calls use and closes the database. The end of ctx
// ends the work, with an error that wraps that of ctx.
func withEngine(ctx context.Context, path string, use func(engine) error) (err error) {
	name := fmt.Sprint("overlay", overlays.Add(1))
	vfs.Register(name, overlay{ctx, path})
	defer vfs.Unregister(name)
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
		err = use(engine{conn})
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// strings returns the first column of a query's rows.
func (e engine) strings(query string) (rows []string, err error) {
	err = Each(e.Conn, query, func(row *sqlite3.Stmt) { rows = append(rows, row.ColumnText(0)) })
	return rows, err
}

// Each calls use with each row of a query, whose parameters are given in their order: texts, numbers and blobs.
func Each(conn *sqlite3.Conn, query string, use func(row *sqlite3.Stmt), parameters ...any) error {
	statement, _, err := conn.Prepare(query)
	if err != nil {
		return err
	}
	defer statement.Close()
	for i, value := range parameters {
		switch v := value.(type) {
		case string:
			err = statement.BindText(i+1, v)
		case int64:
			err = statement.BindInt64(i+1, v)
		case []byte:
			err = statement.BindBlob(i+1, v)
		default:
			err = fmt.Errorf("a parameter of type %T", v)
		}
		if err != nil {
			return err
		}
	}
	for statement.Step() {
		use(statement)
	}
	return statement.Err()
}

// damage is what an error of SQLite says of the database, empty where it says nothing: the
// file cannot be read, or the time is over.
func damage(err error) string {
	switch {
	case errors.Is(err, sqlite3.NOTADB):
		return "its header is wrong"
	case errors.Is(err, sqlite3.CORRUPT):
		return "SQLite says: " + strings.TrimPrefix(err.Error(), "sqlite3: ")
	}
	return ""
}
