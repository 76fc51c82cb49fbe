package sqlite

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/vfs"
	"golang.org/x/sys/unix"
)

// overlay is the file system that SQLite sees (sqlite.org/vfs.html). It has one database,
// with its journal and its write-ahead log. SQLite reads the user's files; the pages that it
// writes to the database, as it rolls back a transaction, stay in memory, and what it writes to the
// journal then is discarded. Locks are granted without reading the user's file.
type overlay struct {
	// ctx ends all reading.
	ctx context.Context
	// path is the user's database.
	path string
}

// inOverlay is the name that the database has in the overlay: a user's path may be longer than
// SQLite takes, or have what a URI would need escaped.
const inOverlay = "/database"

// real is the path of the user's file for a name in the overlay.
func (o overlay) real(name string) string {
	if suffix, ok := strings.CutPrefix(name, inOverlay); ok {
		return o.path + suffix
	}
	return name // a super-journal, which the journal names
}

// Open implements [vfs.VFS].
func (o overlay) Open(name string, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	f := &file{ctx: o.ctx}
	user, err := openRegular(o.real(name))
	if errors.Is(err, fs.ErrNotExist) && flags&vfs.OPEN_CREATE != 0 {
		return f, flags, nil
	}
	if err != nil {
		return nil, 0, err
	}
	info, err := user.Stat()
	if err != nil {
		user.Close()
		return nil, 0, err
	}
	f.user, f.size = user, info.Size()
	if name == inOverlay {
		f.written, f.most = map[int64][]byte{}, f.size+mostGrowth
	}
	return f, flags, nil
}

// Access implements [vfs.VFS].
func (o overlay) Access(name string, _ vfs.AccessFlag) (bool, error) {
	_, err := os.Stat(o.real(name))
	return err == nil, nil
}

// FullPathname and Delete implement [vfs.VFS].
func (overlay) FullPathname(name string) (string, error) { return name, nil }
func (overlay) Delete(string, bool) error                { return nil }

// openRegular opens a file to read it. A pipe would keep an open without O_NONBLOCK waiting.
func openRegular(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is not a file", path)
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

// mostGrowth, in bytes, is how far a journal may take a database beyond its files. SQLite would
// read on and on in one that claims more pages.
const mostGrowth = 256 << 20

// file is one file of an overlay.
type file struct {
	ctx context.Context
	// user is the user's file, nil for a log that is not there.
	user *os.File
	size int64
	// written has the sectors of the database that SQLite has written, by number. It is nil for a
	// file of which nothing that is written counts.
	written map[int64][]byte
	// most, in bytes, is how large the database may become.
	most int64
}

// sector, in bytes, is the least that SQLite writes to a database.
const sector = smallestPage

// ReadAt implements [io.ReaderAt]. What the user's file does not have any more is zeros.
func (f *file) ReadAt(p []byte, at int64) (n int, err error) {
	if err := f.ctx.Err(); err != nil {
		return 0, err
	}
	n = int(min(int64(len(p)), max(0, f.size-at)))
	clear(p)
	if f.user != nil {
		if _, err := f.user.ReadAt(p[:n], at); err != nil && err != io.EOF {
			return 0, err
		}
	}
	for number := at / sector; len(f.written) > 0 && number*sector < at+int64(n); number++ {
		if data := f.written[number]; data != nil {
			begin := max(number*sector, at)
			copy(p[begin-at:n], data[begin-number*sector:])
		}
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// WriteAt implements [io.WriterAt].
func (f *file) WriteAt(p []byte, at int64) (int, error) {
	if f.written == nil {
		return len(p), nil
	}
	if at+int64(len(p)) > f.most {
		return 0, sqlite3.CORRUPT
	}
	for n := 0; n < len(p); n += sector {
		f.written[(at+int64(n))/sector] = bytes.Clone(p[n : n+sector])
	}
	f.size = max(f.size, at+int64(len(p)))
	return len(p), nil
}

// Truncate implements [vfs.File]. SQLite cuts a database once, before it rolls back its pages.
func (f *file) Truncate(size int64) error {
	if f.written != nil {
		f.size = min(f.size, size)
	}
	return nil
}

// Size implements [vfs.File].
func (f *file) Size() (int64, error) { return f.size, nil }

// Close implements [io.Closer].
func (f *file) Close() error {
	if f.user == nil {
		return nil
	}
	return f.user.Close()
}

// The rest of [vfs.File] does nothing. Each file has one reader, and nothing is kept.
func (*file) Sync(vfs.SyncFlag) error                         { return nil }
func (*file) Lock(vfs.LockLevel) error                        { return nil }
func (*file) Unlock(vfs.LockLevel) error                      { return nil }
func (*file) CheckReservedLock() (bool, error)                { return false, nil }
func (*file) SectorSize() int                                 { return sector }
func (*file) DeviceCharacteristics() vfs.DeviceCharacteristic { return 0 }
