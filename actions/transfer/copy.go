package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"

	"github.com/ncruces/go-sqlite3"

	"github.com/stigmer/local/probes/sqlite"
	"github.com/stigmer/local/statefile"
)

// Progress is called with how much of a stage is done, in the stage's own unit.
type Progress func(stage Stage, done, total int64)

// Stage is a part of the work, as a user is shown it.
type Stage string

// The stages.
const (
	Copying  Stage = "Copying"  // in bytes
	Bringing Stage = "Bringing" // in rows, to the other schema
	Checking Stage = "Checking" // in tables
)

// copyPages is how many pages are copied between two reports.
const copyPages = 2048

// busyTimeout, in milliseconds, is how long a copy waits for a server that is writing. Tests shorten it.
var busyTimeout = 10_000

// ErrLocked says that a server has locked its database for longer than that. With the pragma locking_mode=EXCLUSIVE
// it always has (sqlite.org/pragma.html#pragma_locking_mode).
var ErrLocked = errors.New("its server keeps it locked")

// Copy copies the committed state of a database to a new file. A server may have the database open if live says so,
// and may write meanwhile: the copy is then made page by page, as SQLite's backup does (sqlite.org/backup.html).
// Without live the copy takes no lock, and reads a transaction that was cut off as it is once taken back. The end of
// ctx is an error. What was made of the file then is left to the caller, and so is Settle.
func Copy(ctx context.Context, from string, live bool, to string, progress Progress) error {
	var err error
	switch pages := func(source *sqlite3.Conn) error { return copyPagesOf(ctx, source, to, progress) }; {
	case live:
		if err = readLive(ctx, from, pages); errors.Is(err, sqlite3.BUSY) {
			err = ErrLocked
		}
	case sqlite.Whole(from):
		err = copyFile(ctx, from, to, progress)
	default:
		err = sqlite.Read(ctx, from, pages)
	}
	if err != nil {
		return fmt.Errorf("copy %s: %w", from, err)
	}
	return nil
}

// pieceBytes is how much of a file is copied between two reports.
const pieceBytes = 32 << 20

// copyFile has the kernel copy a file that is a whole database, which takes a third of the time that SQLite takes. It
// fails if a process wrote to the database meanwhile.
func copyFile(ctx context.Context, from, to string, progress Progress) error {
	before := sqlite.Stamps(from)
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	info, err := source.Stat()
	if err != nil {
		return err
	}
	target, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	for done := int64(0); err == nil && done < info.Size(); progress(Copying, done, info.Size()) {
		var n int64
		if n, err = io.CopyN(target, source, min(pieceBytes, info.Size()-done)); err == nil {
			err = ctx.Err()
		}
		done += n
	}
	if err = errors.Join(err, target.Close()); err == nil && sqlite.Stamps(from) != before {
		err = sqlite.ErrChanged
	}
	return err
}

// copyPagesOf copies with a pause of its lock after each step, so that a server can write meanwhile. SQLite then begins
// again, as the copy is to be of one moment; if that goes on, the copy is made in one transaction.
func copyPagesOf(ctx context.Context, source *sqlite3.Conn, to string, progress Progress) error {
	size, err := number(source, "PRAGMA page_size")
	if err != nil {
		return err
	}
	backup, err := source.BackupInit("main", uri(to, withPragmas("synchronous(off)", "journal_mode(off)", "locking_mode(exclusive)")))
	if err != nil {
		return err
	}
	beginnings, last := 0, int64(0)
	for done := false; !done && err == nil; {
		if done, err = backup.Step(copyPages); err == nil {
			err = ctx.Err()
		}
		all, left := int64(backup.PageCount()), int64(backup.Remaining())
		if copied := all - left; err == nil && all > 0 {
			if copied < last {
				beginnings++
			}
			last = copied
			progress(Copying, copied*size, all*size)
		}
		if beginnings == mostBeginnings && !done && err == nil {
			beginnings++
			err = source.Exec("BEGIN; SELECT count(*) FROM sqlite_schema")
		}
	}
	return errors.Join(err, backup.Close())
}

// mostBeginnings is how often a copy begins again before it keeps the server from writing.
const mostBeginnings = 3

// readLive opens a database that a server may have open, with the server's locks, to read it.
func readLive(ctx context.Context, path string, use func(*sqlite3.Conn) error) error {
	conn, err := sqlite3.OpenFlags(uri(path, withPragmas(fmt.Sprintf("busy_timeout(%d)", busyTimeout))), sqlite3.OPEN_READONLY|sqlite3.OPEN_URI)
	if err != nil {
		return err
	}
	defer conn.Close()
	conn.SetInterrupt(ctx)
	return use(conn)
}

// uri is a database's path with parameters, as SQLite takes it (sqlite.org/uri.html).
func uri(path string, parameters url.Values) string {
	return (&url.URL{Scheme: "file", OmitHost: true, Path: path, RawQuery: parameters.Encode()}).String()
}

// withPragmas are parameters of a uri by which a connection begins with pragmas.
func withPragmas(pragmas ...string) url.Values { return url.Values{"_pragma": pragmas} }

// Settle gives a file the mode of a database, and returns when it would survive a power cut.
func Settle(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(file.Chmod(0o600), statefile.UnlessUnsyncable(file.Sync()), file.Close())
}

// Silent is a Progress that shows nothing.
func Silent(Stage, int64, int64) {}
