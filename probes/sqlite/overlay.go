package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/ncruces/go-sqlite3/vfs"
	"golang.org/x/sys/unix"
)

// overlay is the file system that SQLite sees (sqlite.org/vfs.html). It has one database,
// with its journal and its write-ahead log. SQLite reads the user's files; what SQLite
// writes stays in memory. So SQLite can roll back a transaction or recover a log, and the
// user's files stay as they are. Locks are granted without a look at the user's file.
type overlay struct {
	// ctx ends all reading.
	ctx context.Context
	// path is the user's database.
	path  string
	files map[string]*file
}

// inOverlay is the name that the database has in the overlay: a user's path may be longer than
// SQLite takes, or have what a URI would need escaped.
const inOverlay = "/database"

// real is the path of the user's file for a name in the overlay.
func (o *overlay) real(name string) string {
	if suffix, ok := strings.CutPrefix(name, inOverlay); ok {
		return o.path + suffix
	}
	return name // a super-journal, which the journal names
}

// Open implements [vfs.VFS].
func (o *overlay) Open(name string, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	if f := o.files[name]; f != nil {
		return f, flags, nil
	}
	f := &file{overlay: o, written: map[int64][]byte{}}
	if name != "" { // a temporary file has no name
		user, err := openRegular(o.real(name))
		switch {
		case err == nil:
			info, err := user.Stat()
			if err != nil {
				user.Close()
				return nil, 0, err
			}
			f.user, f.size, f.kept = user, info.Size(), info.Size()
		case !errors.Is(err, fs.ErrNotExist) || flags&vfs.OPEN_CREATE == 0:
			return nil, 0, err
		}
		o.files[name] = f
	}
	return f, flags, nil
}

// Delete implements [vfs.VFS].
func (o *overlay) Delete(name string, _ bool) error {
	if f := o.files[name]; f != nil {
		return f.Truncate(0)
	}
	o.files[name] = &file{overlay: o, written: map[int64][]byte{}}
	return nil
}

// Access implements [vfs.VFS].
func (o *overlay) Access(name string, _ vfs.AccessFlag) (bool, error) {
	if f := o.files[name]; f != nil {
		return f.size > 0, nil
	}
	_, err := os.Stat(o.real(name))
	return err == nil, nil
}

// FullPathname implements [vfs.VFS].
func (*overlay) FullPathname(name string) (string, error) { return name, nil }

func (o *overlay) close() {
	for _, f := range o.files {
		if f.user != nil {
			f.user.Close()
		}
	}
}

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

// blockSize, in bytes, is the unit in which an overlay keeps what was written.
const blockSize = 4096

// file is one file of an overlay.
type file struct {
	overlay *overlay
	// user is the user's file, nil for one that SQLite has made. Its first kept bytes count.
	user *os.File
	kept int64
	size int64
	// written has the blocks that SQLite has written, by number.
	written map[int64][]byte
}

// ReadAt implements [io.ReaderAt].
func (f *file) ReadAt(p []byte, at int64) (n int, err error) {
	if err := f.overlay.ctx.Err(); err != nil {
		return 0, err
	}
	for n < len(p) && at < f.size {
		number, within := at/blockSize, at%blockSize
		length := min(int64(len(p)-n), blockSize-within, f.size-at)
		to := p[n:][:length]
		if block := f.written[number]; block != nil {
			copy(to, block[within:])
		} else if err := f.readUser(to, at); err != nil {
			return n, err
		}
		n, at = n+int(length), at+length
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// readUser reads from the user's file. Behind its end there are zeros.
func (f *file) readUser(p []byte, at int64) error {
	clear(p)
	if at >= f.kept {
		return nil
	}
	_, err := f.user.ReadAt(p[:min(int64(len(p)), f.kept-at)], at)
	if err == io.EOF { // the file has become shorter
		return nil
	}
	return err
}

// WriteAt implements [io.WriterAt].
func (f *file) WriteAt(p []byte, at int64) (n int, err error) {
	for n < len(p) {
		number, within := at/blockSize, at%blockSize
		if f.written[number] == nil {
			block := make([]byte, blockSize)
			if err := f.readUser(block, number*blockSize); err != nil {
				return n, err
			}
			f.written[number] = block
		}
		length := copy(f.written[number][within:], p[n:])
		n, at = n+length, at+int64(length)
	}
	f.size = max(f.size, at)
	return n, nil
}

// Truncate implements [vfs.File].
func (f *file) Truncate(size int64) error {
	for number, block := range f.written {
		if first := number * blockSize; first+blockSize > size {
			clear(block[max(0, size-first):])
		}
	}
	f.size, f.kept = size, min(f.kept, size)
	return nil
}

// Size implements [vfs.File].
func (f *file) Size() (int64, error) { return f.size, nil }

// The rest of [vfs.File] does nothing. Each file has one reader, nothing is kept, and the overlay
// closes the user's files: SQLite opens a journal more than once.
func (*file) Close() error                                    { return nil }
func (*file) Sync(vfs.SyncFlag) error                         { return nil }
func (*file) Lock(vfs.LockLevel) error                        { return nil }
func (*file) Unlock(vfs.LockLevel) error                      { return nil }
func (*file) CheckReservedLock() (bool, error)                { return false, nil }
func (*file) SectorSize() int                                 { return 512 }
func (*file) DeviceCharacteristics() vfs.DeviceCharacteristic { return 0 }
