package statefile

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// File is the record of one home.
type File struct {
	Home Home
}

// Load reads the record. The error wraps fs.ErrNotExist where there is none,
// SymlinkError, CorruptError (also for a folder or a pipe in its place),
// NewerError, or the system's. It changes nothing and needs no lock. Where the record
// was written for a home at another place, a copied or a moved one, its database and
// program are those that lie at the same place in this one.
func (f File) Load() (Document, error) {
	path := f.Home.State()
	data, err := slurp(path)
	if err != nil {
		return Document{}, fmt.Errorf("read %s: %w", path, err)
	}
	d, err := Decode(data)
	if err != nil {
		return Document{}, fmt.Errorf("read %s: %w", path, err)
	}
	return d.in(f.Home), nil
}

// Stamp distinguishes two saved records without reading them: each save makes a
// file of its own. The zero Stamp is no file.
type Stamp struct {
	device, inode uint64
	size, changed int64
}

// Stamp returns the stamp of the record's file, without following a symlink.
func (f File) Stamp() Stamp {
	info, err := os.Lstat(f.Home.State())
	if err != nil {
		return Stamp{}
	}
	return stampOf(info)
}

func stampOf(info os.FileInfo) Stamp {
	stat := info.Sys().(*syscall.Stat_t)
	return Stamp{uint64(stat.Dev), stat.Ino, info.Size(), info.ModTime().UnixNano()}
}

// Save replaces the record, with mode 0600 whatever the umask, and returns when
// it would survive a power cut. Only the holder of supervisor.lock may call it.
// After an error the record is the old one, whole; only if the sync of the folder
// failed is it the new one, whole, and may become the old one in a power cut.
func (f File) Save(d Document) error {
	_, err := f.Place(d, true)
	return err
}

// Put is Save without the wait for the disk. When it returns every process sees the new record,
// whatever is killed then; but until Sync has returned a power cut may bring back an older one,
// or on some file systems leave a damaged one.
func (f File) Put(d Document) error {
	_, err := f.Place(d, false)
	return err
}

// Place is Save, or Put where it is not to be durable at once, and returns the stamp of the
// record that it has put in place: a file that another process has written has another one.
// After an error it is the zero Stamp.
func (f File) Place(d Document, durable bool) (Stamp, error) {
	path := f.Home.State()
	stamp, err := f.place(path, d, durable)
	if err != nil {
		return Stamp{}, fmt.Errorf("write %s: %w", path, err)
	}
	return stamp, nil
}

func (f File) place(path string, d Document, durable bool) (Stamp, error) {
	data, err := Encode(d)
	if err != nil {
		return Stamp{}, err
	}
	if !durable {
		return put(path, data)
	}
	// Opened before the rename: a process that sees the new record may move the home at once.
	folder, err := os.Open(string(f.Home))
	if err != nil {
		return Stamp{}, bare(err)
	}
	defer folder.Close()
	stamp, err := replace(path, data)
	if err != nil {
		return Stamp{}, err
	}
	return stamp, syncOpenFolder(folder)
}

// Sync returns when the record that is there would survive a power cut.
func (f File) Sync() error {
	path := f.Home.State()
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err == nil {
		err = errors.Join(UnlessUnsyncable(file.Sync()), file.Close(), SyncFolder(string(f.Home)))
	}
	if err != nil {
		return fmt.Errorf("sync %s: %w", path, bare(err))
	}
	return nil
}
